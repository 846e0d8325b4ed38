"""Particles over the diagram: a thousand particles jump up late and down late as the coupling rises and falls."""

import sys
from pathlib import Path

import branches
from branches import potentials
from branches.figures.page import save_page
from branches.figures.particles_figure import hysteresis_figure

potential = potentials.bimodal(1.0)
diagram = branches.diagram(potential, kappa_max=2.1)
loop = branches.hysteresis(potential, (1.6, 2.1), n=1000, t=2000, seed=1, replicas=2, step=0.2)
save_page(hysteresis_figure(loop, diagram), Path(*sys.argv[1:]) / "hysteresis.png")
