"""Hegselmann–Krause: opinions within a radius of one half attract; one, two, … parties, and how they are connected."""

import sys
from pathlib import Path

import branches
from branches import potentials
from branches.figures.page import save_page

diagram = branches.diagram(potentials.hegselmann_krause(0.5), kappa_max=90, modes=[1, 2, 3, 4])
save_page(diagram.figure(), Path(*sys.argv[1:]) / "hegselmann_krause.png")
