"""One step along a branch: predictions, corrections, and the polynomial piece between."""
