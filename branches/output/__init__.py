"""Output: files and figures of branches and diagrams."""
