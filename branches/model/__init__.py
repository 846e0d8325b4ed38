"""The model: interaction potentials, the quadratic system, free energy, stability and symmetry."""
