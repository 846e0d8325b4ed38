"""Large β: one, two, … six peaks of the transformer at β = 100, each branch up to twice its onset."""

import sys
from pathlib import Path

import numpy as np
from matplotlib import colormaps
from matplotlib.figure import Figure

import branches
from branches import potentials
from branches.figures.page import save_page

potential = potentials.noisy_transformer(100, scaled=True)
page = Figure(figsize=(8.4, 4.4), layout="constrained")
left, right = page.subplots(1, 2)
theta = np.linspace(-np.pi, np.pi, 2001)
for n, colour in enumerate(colormaps["viridis"](np.linspace(0.1, 0.75, 6)), 1):
    onset = potential.onset_coupling(n)
    branch = branches.trace(potential, mode=n, kappa_max=2 * onset)
    along = [branch.at(s) for s in np.linspace(0, branch.arclength[-1], 200)]
    left.plot([one.kappa for one in along], [np.linalg.norm(one.a) for one in along], color=colour)
    density = branch.at(branch.arclength[-1]).density(theta)
    right.fill_between(theta, n, n + 0.8 * density / density.max(), color=colour, alpha=0.4, linewidth=0)
    right.plot(theta, n + 0.8 * density / density.max(), color=colour)
left.set(xlabel=r"$\kappa$ (scaled by $e^\beta$)", ylabel=r"$\Vert a \Vert$", ylim=(0, None))
right.set(xlabel=r"$\theta$", ylabel=r"peaks: $\rho\,/\,\max\rho$", xlim=(-np.pi, np.pi))
right.set_xticks([-np.pi, 0, np.pi], [r"$-\pi$", "0", r"$\pi$"])
save_page(page, Path(*sys.argv[1:]) / "multi_peak.png")
