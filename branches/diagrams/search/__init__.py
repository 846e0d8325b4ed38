"""States that continuation has not met: deflation, direct minimisation, and following what they find."""
