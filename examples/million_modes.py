"""A million modes: opinions that see each other within R = 0.001 form a cluster of 1 048 576 unknowns."""

import sys
from pathlib import Path

import numpy as np
from matplotlib.figure import Figure

import branches
from branches import potentials
from branches.figures.page import save_page
from branches.states.clusters import clustered_state

radius, n_modes = 0.001, 2**20
potential = potentials.hegselmann_krause(radius)
kappa = 1.05 * (7.5 - 1.2 * np.log(radius)) / radius**2
guess = clustered_state(potential, kappa, n_modes)
branch = branches.trace_from(potential, guess, kappa, kappa_max=1.001 * kappa, n_modes=n_modes)
state = branch.at(0.0)

page = Figure(figsize=(8.4, 3.8), layout="constrained")
left, right = page.subplots(1, 2)
n = np.unique(np.geomspace(1, n_modes, 4000).astype(int))
left.loglog(n, np.abs(state.a[n - 1]))
left.set(xlabel="mode $n$", ylabel="$|a_n|$", xlim=(1, n_modes), ylim=(1e-17, 4))
size = 4 * n_modes  # points round the circle, of which those within R/2 are shown
density = np.fft.irfft(np.r_[1.0, state.a], size) * size / (2 * np.pi)
near = np.arange(-int(radius * size / (4 * np.pi)), int(radius * size / (4 * np.pi)) + 1)
right.plot(1000 * 2 * np.pi * near / size, density[near])
right.fill_between(1000 * 2 * np.pi * near / size, density[near], alpha=0.3, linewidth=0)
right.set(xlabel=r"$1000\,\theta$", ylabel=r"density $\rho$", xlim=(-0.5, 0.5), ylim=(0, None))
page.suptitle(f"N = {n_modes}, κ = {kappa:.4e}, {state.stability}, residual {state.residual:.0e}")
save_page(page, Path(*sys.argv[1:]) / "million_modes.png")
