"""The spectral gap along a branch, and how it closes at a fold."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from branches.diagrams.records import Branch, SpecialPoint
from branches.dynamics.decay_rates import decay_rates
from branches.potentials.potential import Potential
from branches.states.state import State

__all__ = ["fold_closing", "spectral_gap", "uniform_gap"]

Array = NDArray[np.float64]


def spectral_gap(branch: Branch) -> Array:
    """Return the least decay rate at every point of a branch, negative where a disturbance grows, shape (P,).

    Parameters
    ----------
    branch
        From :func:`branches.trace` or a diagram.

    Examples
    --------
    >>> import branches
    >>> from branches import potentials
    >>> branch = branches.trace(potentials.noisy_transformer(4), kappa_max=0.5)
    >>> gap = branches.spectral_gap(branch)
    >>> bool(((gap > 0) == branch.stable)[1:].all())
    True
    """
    gaps = np.empty(branch.kappa.size)
    for place, (a, kappa, index) in enumerate(zip(branch.a, branch.kappa, branch.index, strict=True)):
        size = int(branch.curve.sizes[place]) * branch.n_fold
        undecided = int(branch.morse.undecided[place])
        isotropy = branch.isotropy if np.any(a) else branch.isotropy.with_n_fold(0)
        state = State(
            branch.potential, float(kappa), a[:size], isotropy, float(branch.residual[place]),
            float(branch.free_energy[place]), (int(index[0]), int(index[1])), undecided,
        )  # fmt: skip
        gaps[place] = decay_rates(state, 2).gap
    return gaps


def uniform_gap(potential: Potential, kappa: Array, n_modes: int = 256) -> Array:
    """Return min_n n²(1/κ − g_n/2), on S^{d−1} min_l l(l+d−2)(1/κ − g_l/N_l), the gap of the uniform state.

    Of the shape of kappa.

    Examples
    --------
    >>> import numpy as np
    >>> from branches import potentials
    >>> uniform_gap(potentials.kuramoto(), np.array([1.0, 4.0]))
    array([ 0.5 , -0.25])
    """
    n = np.arange(1, n_modes + 1)
    strengths = 0.5 * potential.strengths(n_modes)
    rates = n * (n + potential.dimension - 2) * (1.0 / np.asarray(kappa, dtype=float)[..., None] - strengths)
    gap: Array = rates.min(axis=-1)
    return gap


def fold_closing(potential: Potential, fold: SpecialPoint) -> float:
    """Return C of μ ≈ ±C √|κ − κ_f|, the decay rate that vanishes at a fold.

    Parameters
    ----------
    potential
        The interaction.
    fold
        A special point of kind 'fold'.

    Raises
    ------
    ValueError
        If it is not a fold.

    Notes
    -----
    With the curve a(σ), κ = κ_f + ½ κ''σ², and h = κ Σ g_n ȧ_n cos nθ, the equations a = T(a, κ) give
    κ'' = −E[(h − Eh)³]/Σ g aȧ, and C = √(2|κ''|) |Σ g aȧ|/(κ_f ȧᵀ(DSD)⁻¹ȧ), D = diag n, S the covariance of the sines
    (derived here). ȧ is the neutral disturbance δρ = −(√ρ w)' with ‖w‖ = 1, for which ȧᵀ(DSD)⁻¹ȧ = 1.

    Examples
    --------
    >>> import branches
    >>> from branches import potentials
    >>> potential = potentials.noisy_transformer(4)
    >>> f"{fold_closing(potential, branches.trace(potential, kappa_max=0.5).folds[0]):.7f}"
    '3.3773946'
    """
    if fold.kind != "fold":
        raise ValueError(f"fold.kind = {fold.kind!r} is not allowed: give a special point of kind 'fold'")
    if not fold.isotropy.same_kind(potential.space.isotropy(1)):
        raise ValueError(f"a fold of {fold.isotropy.name} is not allowed: give one of even states")
    kappa, a = fold.kappa, fold.a
    state = State(potential, kappa, a, fold.isotropy, fold.residual, 0.0, (0, 0), 1)
    blocks = [block for block in decay_rates(state, 2).blocks if block.sector == "even" and block.residue == 0]
    least = int(np.argmin(np.abs(blocks[0].rates)))
    size = min(a.size, blocks[0].directions.shape[1])
    direction, g = blocks[0].directions[least].real[:size], potential.weights(a.size)
    points = 8 * a.size
    n, theta = np.arange(1, a.size + 1), np.pi * (np.arange(points) + 0.5) / points
    cosines = np.cos(np.outer(theta, n))
    phi = cosines @ (kappa * g * a)
    rho = np.exp(phi - phi.max())
    rho /= rho.sum()
    h = kappa * cosines[:, :size] @ (g[:size] * direction)
    third = float(rho @ (h - rho @ h) ** 3)
    overlap = float(np.sum(g[:size] * a[:size] * direction))
    return float(np.sqrt(2.0 * abs(third / overlap)) * abs(overlap) / kappa)
