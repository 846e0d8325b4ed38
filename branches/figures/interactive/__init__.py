"""Diagrams as one file for a browser: what it holds, its plots, its page."""
