"""Phase diagram of W = −cos θ − m cos 2θ: every line where states appear, part or exchange, with its special points."""

import sys
from pathlib import Path

import branches
from branches import potentials
from branches.figures.curves_figure import curves_figure
from branches.figures.page import save_page

found = branches.curves(potentials.bimodal, 0.3, 2.2, seeds=(1.45,), modes=(1, 2))
save_page(curves_figure(found, symbol="m"), Path(*sys.argv[1:]) / "bimodal_phases.png")
