"""A proved transition: the coupling where the cluster takes over at β = 4, enclosed to 18 digits in ball arithmetic."""

import sys
from pathlib import Path

import numpy as np
from matplotlib.figure import Figure

import branches
from branches import potentials
from branches.figures.page import save_page

potential = potentials.noisy_transformer(4)
found = branches.coexistence(potential)
certificate = branches.certify(found)
low, high = certificate.given["kappa_low"], certificate.given["kappa_high"]

branch = branches.trace(potential, kappa_max=0.41)
along = [branch.at(s) for s in np.linspace(0, branch.arclength[-1], 400)]
page = Figure(figsize=(8.4, 4.0), layout="constrained")
left, right = page.subplots(1, 2)
left.axhline(0, color="0.4", label="uniform")
left.plot([one.kappa for one in along], [one.free_energy for one in along], label="clustered")
left.plot(found.kappa, 0, "o", color="tab:red", label=f"transition: {certificate.verdict}")
left.set(xlabel=r"$\kappa$", ylabel="free energy $F$", xlim=(0.3855, 0.3952), ylim=(-0.006, 0.0065))
left.legend(loc="lower left")
theta = np.linspace(-np.pi, np.pi, 401)
for state, name, colour in zip(found.states, ("uniform", "clustered"), ("0.4", "C0"), strict=True):
    right.plot(theta, state.density(theta), color=colour, label=name)
right.set(xlabel=r"$\theta$", ylabel=r"density $\rho$ of the two states", xlim=(-np.pi, np.pi), ylim=(0, None))
right.set_xticks([-np.pi, 0, np.pi], [r"$-\pi$", "0", r"$\pi$"])
page.suptitle(f"{low} < κ < {high}")
save_page(page, Path(*sys.argv[1:]) / "proved_transition.png")
