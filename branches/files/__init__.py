"""Files of branches and diagrams: archives, tables, JSON, graphs."""
