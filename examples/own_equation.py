"""Your own equation: the Bratu problem u'' + p e^u = 0 on (−½, ½), in Chebyshev points, with its fold."""

import sys
from pathlib import Path

import numpy as np
from matplotlib.figure import Figure

import continuation
from branches.figures.page import save_page

n = 32
x = np.cos(np.pi * np.arange(n + 1) / n)
c = np.r_[2.0, np.ones(n - 1), 2.0] * (-1.0) ** np.arange(n + 1)
first = np.outer(c, 1 / c) / (np.subtract.outer(x, x) + np.eye(n + 1))
first -= np.diag(first.sum(axis=1))
second = 4 * (first @ first)[1:-1, 1:-1]  # u'' on (−½, ½) with u = 0 at both ends
bratu = continuation.FunctionProblem(
    lambda u, p: second @ u + p * np.exp(u),
    lambda u, p: second + p * np.diag(np.exp(u)),
    lambda u, p: np.exp(u),
)
branch = continuation.follow(bratu, np.zeros(n - 1), 0.1, p_min=0.1, p_max=4.0)
(fold,) = branch.folds

along = [branch.at(s) for s in np.linspace(0, branch.arclength[-1], 300)]
page = Figure(figsize=(8.4, 3.8), layout="constrained")
left, right = page.subplots(1, 2)
left.plot([p for _, p in along], [u.max() for u, _ in along])
left.plot(fold.p, fold.u.max(), "ko", label=f"fold at p = {fold.p:.10f}")
left.set(xlabel="$p$", ylabel=r"$\max u$", xlim=(0, 4), ylim=(0, None))
left.legend(loc="upper right")
for u, p in (along[20], along[60], along[120], along[299]):
    curve = np.polynomial.Chebyshev.fit(x / 2, np.r_[0, u, 0], n)
    right.plot(*curve.linspace(400), label=f"$p = {p:.3g}$")
right.set(xlabel="$x$", ylabel="$u(x)$", xlim=(-0.5, 0.5), ylim=(0, None))
right.legend(loc="upper right")
save_page(page, Path(*sys.argv[1:]) / "own_equation.png")
