"""Where the particles live: grids and transforms, the symmetry group and its isotropy sectors."""
