"""Transitions: which state wins, and where two of them exchange."""
