"""Which state wins: the lower envelope of free energies, transitions, barriers, metastable states."""
