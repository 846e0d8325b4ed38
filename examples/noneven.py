"""A minimiser without a mirror axis: one even branch hands over to another through states that have no axis."""

import sys
from pathlib import Path

import numpy as np
from matplotlib.figure import Figure

import branches
from branches import potentials
from branches.figures.page import save_page

diagram = branches.diagram(potentials.from_weights([-0.9, 0, 1, 1]), kappa_max=9)
first, second, *_, axisless = diagram.branches
low, high = (node.kappa for node in diagram.nodes if node.kind == "reflection-breaking")
couplings = np.linspace(low - 0.15, high + 0.15, 61)

page = Figure(figsize=(8.8, 4.0), layout="constrained")
left, right = page.subplots(1, 2)
for branch, name, colour in ((first, "even", "C0"), (second, "even", "C2"), (axisless, "no axis", "C3")):
    inside = [kappa for kappa in couplings if branch is not axisless or low < kappa < high]
    states = [branch.at_kappa(kappa)[0] for kappa in inside]
    even = [min(b.at_kappa(kappa)[0].free_energy for b in (first, second)) for kappa in inside]
    gain = np.array([state.free_energy for state in states]) - even
    stable = np.array([state.stable for state in states])
    left.plot(inside, 1e3 * gain, "--", color=colour, linewidth=1)
    left.plot(inside, np.where(stable, 1e3 * gain, np.nan), color=colour, linewidth=2, label=name)
left.set(xlabel=r"$\kappa$", ylabel=r"$10^3\,(F - F_\mathrm{even})$", ylim=(-1.2, 3))
left.legend(loc=(0.02, 0.4), title="solid: stable")
theta = np.linspace(-np.pi, np.pi, 801)
density = axisless.at_kappa(8.0)[0].density(theta)
right.plot(theta, density, color="C3", label="κ = 8")
right.plot(theta, density[::-1], color="0.5", linestyle=":", label="its mirror image")
right.set(xlabel=r"$\theta$", ylabel=r"density $\rho$", xlim=(-np.pi, np.pi), ylim=(0, None))
right.legend()
save_page(page, Path(*sys.argv[1:]) / "noneven.png")
