"""Doi–Onsager: hard rods in the plane order continuously at κ₂ = 3π/2; all other branches leave later."""

import sys
from pathlib import Path

import branches
from branches import potentials
from branches.figures.page import save_page

diagram = branches.diagram(potentials.doi_onsager(), kappa_max=40)
save_page(diagram.figure(), Path(*sys.argv[1:]) / "doi_onsager.png")
