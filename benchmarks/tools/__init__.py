"""One adapter a tool: PACKAGE (for pip), GIVEN (what the tool was told), prepare(task) and collect(run)."""
