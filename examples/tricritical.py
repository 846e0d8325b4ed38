"""From continuous to first order: the branch that leaves the uniform state folds back once β exceeds β*."""

import sys
from pathlib import Path

import numpy as np
from matplotlib import colormaps
from matplotlib.figure import Figure

import branches
from branches import potentials
from branches.figures.page import save_page

star = branches.tricritical_point(potentials.noisy_transformer, (1, 4))
page = Figure(figsize=(6.4, 4.2), layout="constrained")
ax = page.subplots()
betas = [1.5, 2.0, float(star.parameter), 3.0, 4.0]
for beta, shade in zip(betas, colormaps["viridis"](np.linspace(0.1, 0.75, len(betas))), strict=True):
    potential = potentials.noisy_transformer(beta)
    onset = potential.onset_coupling(1)
    branch = branches.trace(potential, kappa_max=1.12 * onset)
    along = [branch.at(s) for s in np.linspace(0, branch.arclength[-1], 300)]
    name = rf"$\beta^* = {beta:.4f}$" if beta == betas[2] else rf"$\beta = {beta:g}$"
    ax.plot([one.kappa / onset for one in along], [one.a[0] for one in along], color=shade, label=name)
    for fold in branch.folds:
        ax.plot(fold.kappa / onset, fold.a[0], "o", color=shade)
ax.axvline(1, color="0.6", linewidth=0.8, zorder=0)
ax.set(xlabel=r"$\kappa / \kappa_1$", ylabel="$a_1$", xlim=(0.93, 1.12), ylim=(0, None))
ax.legend(loc="lower right")
save_page(page, Path(*sys.argv[1:]) / "tricritical.png")
