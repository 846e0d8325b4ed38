"""First diagram: every branch of the noisy transformer at β = 4, its fold, its transition, its densities."""

import sys
from pathlib import Path

import branches
from branches import potentials
from branches.figures.page import save_page

diagram = branches.diagram(potentials.noisy_transformer(4), kappa_max=0.82)
save_page(diagram.figure(), Path(*sys.argv[1:]) / "first_diagram.png")
