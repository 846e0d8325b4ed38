"""The merging cascade: tokens without noise collapse into clusters, which merge one after the other over e^(2β)."""

import sys
from pathlib import Path

import branches
from branches.figures.clusters_figure import clusters_figure
from branches.figures.page import save_page

found = branches.clusters(20.0, 400, seed=5)
save_page(clusters_figure(found), Path(*sys.argv[1:]) / "merging_cascade.png")
