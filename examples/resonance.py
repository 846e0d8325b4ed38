"""The 1:2 resonance: modes 1 and 2 turn unstable together, and branches cross the uniform state with a slope."""

import sys
from pathlib import Path

import branches
from branches import potentials
from branches.figures.page import save_page

diagram = branches.diagram(potentials.bimodal(1.0), kappa_max=2.6)
save_page(diagram.figure(), Path(*sys.argv[1:]) / "resonance.png")
