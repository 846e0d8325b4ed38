"""Transformers on spheres: β* on S^{d−1}, above which the transition is discontinuous, over the dimension."""

import sys
from functools import partial
from pathlib import Path

from matplotlib.figure import Figure

import branches
from branches import potentials
from branches.figures.page import save_page

dimensions = range(2, 17)
families = [partial(potentials.noisy_transformer, dimension=d) for d in dimensions]
stars = [branches.tricritical_point(family, (1.0, 4.0)).parameter for family in families]

page = Figure(figsize=(6.4, 4.0), layout="constrained")
ax = page.subplots()
ax.fill_between(dimensions, stars, 2.6, color="0.5", alpha=0.15, linewidth=0)
ax.plot(dimensions, stars, "ko-", linewidth=1, markersize=5)
ax.axhline(1, color="0.5", linestyle=":")
for d in (2, 3, 4):
    ax.annotate(f"{stars[d - 2]:.6f}", (d, stars[d - 2]), (8, 4), textcoords="offset points")
ax.text(9, 1.9, "discontinuous")
ax.text(3, 1.15, "continuous")
ax.set(xlabel="dimension $d$", ylabel=r"$\beta^*$", xlim=(1.6, 16.4), ylim=(0.9, 2.6))
save_page(page, Path(*sys.argv[1:]) / "transformer_spheres.png")
