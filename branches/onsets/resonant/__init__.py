"""Onsets at which several modes turn neutral together: the reduced system and its rays."""
