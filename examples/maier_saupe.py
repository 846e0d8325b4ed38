"""Maier–Saupe in three dimensions: nematic order of rods in space, prolate and oblate."""

import sys
from pathlib import Path

import branches
from branches import potentials
from branches.figures.page import save_page

diagram = branches.diagram(potentials.maier_saupe(dimension=3), kappa_max=12)
save_page(diagram.figure(), Path(*sys.argv[1:]) / "maier_saupe.png")
