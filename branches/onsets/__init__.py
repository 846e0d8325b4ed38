"""Onsets: how branches leave the uniform state, decided exactly."""
