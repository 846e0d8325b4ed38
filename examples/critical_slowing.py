"""Critical slowing down: at the onset a disturbance decays like t^(−1/2), at the tricritical point like t^(−1/4)."""

import sys
from pathlib import Path

import numpy as np

import branches
from branches import potentials
from branches.figures.flow_figure import critical_figure
from branches.figures.page import save_page

star = branches.tricritical_point(potentials.noisy_transformer, (1, 4)).parameter
chosen = [potentials.kuramoto(), potentials.noisy_transformer(2), potentials.noisy_transformer(star)]
laws = [branches.critical_rate(one, 1) for one in chosen]
times = np.logspace(-1, 8, 91)
flows = [branches.flow(one, law.kappa, [0.3, 0.05], times) for one, law in zip(chosen, laws, strict=True)]
save_page(critical_figure(laws, flows), Path(*sys.argv[1:]) / "critical_slowing.png")
