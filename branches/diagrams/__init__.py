"""Diagrams: tracing branches, switching between them, and the branch graph."""
