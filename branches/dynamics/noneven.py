"""Stationary states without an axis of symmetry, by their complex coefficients."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from branches.dynamics.decay_rates import decay_rates
from branches.dynamics.flow_arguments import check_circle
from branches.dynamics.observables import observables
from branches.potentials.potential import Potential, finite_number
from continuation import Record

__all__ = ["NonEvenState", "noneven_state"]

Array = NDArray[np.float64]
Complex = NDArray[np.complex128]
SMALLEST, LARGEST = 24, 384  # modes
TAIL = 1e-15
ITERATIONS = 40
LONGEST = 0.5  # of one step
RESIDUAL = 1e-12
PRESENT = 1e-9  # coefficients below it do not tell the period


@dataclass(frozen=True, eq=False, repr=False)
class NonEvenState(Record):
    """A stationary state that need not be even.

    Parameters
    ----------
    potential, kappa
        The model.
    c
        c_n = E[e^{−inθ}], n = 1 … N, shape (N,).
    n_fold
        d: the state has period 2π/d.
    residual
        Largest |c_n − E[e^{−inθ}]| under ρ ∝ exp(κ Re Σ g_n c_n e^{inθ}), re-evaluated.
    free_energy
        F, 0 at the uniform state.
    """

    potential: Potential
    kappa: float
    c: Complex
    n_fold: int
    residual: float
    free_energy: float

    @property
    def a(self) -> Array:
        """The cosine moments alone, shape (N,)."""
        return self.c.real

    @property
    def stable(self) -> bool:
        """Whether every disturbance but the rotation decays."""
        rates = decay_rates(self, 2)
        return rates.unstable == 0 and rates.undecided == 0

    def __repr__(self) -> str:
        return (
            f"<NonEvenState of {self.potential.label} at κ = {self.kappa:.12g}: period 2π/{self.n_fold}, "
            f"F = {self.free_energy:.6g}, residual {self.residual:.1e}>"
        )


def noneven_state(potential: Potential, kappa: float, guess: ArrayLike) -> NonEvenState | None:
    """Return the stationary state near a guess, even or not, or None if Newton's iteration finds none.

    Parameters
    ----------
    potential, kappa
        The interaction and the coupling, > 0.
    guess
        Coefficients c_1, c_2, …, shape (N,); they need not be those of a density.

    Raises
    ------
    ValueError
        If κ is not positive, or the guess is not one row of finite numbers.

    Notes
    -----
    z = T(z) in z = (Re c, −Im c), T the moments of ρ ∝ e^Φ, with the Jacobian 1 − κCG; the rotation v is pinned by the
    row (Gv)ᵀ and the column Gv, whose unknown vanishes at a solution.

    Examples
    --------
    >>> from branches import potentials
    >>> four = potentials.harmonics({1: 1.0, 2: 1.0, 3: 1.0, 4: 1.0})
    >>> state = noneven_state(four, 4.0, [0.43, 0.44j, 0.23, -0.43j])
    >>> [f"{abs(x):.8f}" for x in state.c[:4]]
    ['0.43212178', '0.43786562', '0.23137562', '0.43468464']
    """
    check_circle(potential)
    if not finite_number("kappa", kappa) > 0:
        raise ValueError(f"kappa = {kappa!r} is not allowed: the coupling must be > 0")
    c = np.array(guess, dtype=complex)
    if c.ndim != 1 or c.size == 0 or not np.all(np.isfinite(c)):
        raise ValueError(f"guess of shape {c.shape} is not allowed: give c_1, c_2, … as one row of finite numbers")
    size = max(SMALLEST, min(c.size, LARGEST))
    while True:
        found = _newton(potential, kappa, np.pad(c, (0, max(0, size - c.size)))[:size])
        if found is None:
            return None
        c = found
        if np.max(np.abs(c[-max(2, size // 8) :])) <= TAIL or size >= LARGEST:
            break
        size = int(1.5 * size)
    g = potential.weights(size)
    residual = float(np.max(np.abs(c - _moments(c, g, kappa)[0])))
    if not residual <= RESIDUAL:
        return None
    present = np.flatnonzero(np.abs(c) > PRESENT) + 1
    period = int(np.gcd.reduce(present)) if present.size else 0
    return NonEvenState(potential, kappa, c, period, residual, observables(c, g, kappa).free_energy)


def _moments(c: Complex, g: Array, kappa: float) -> tuple[Complex, Array]:
    """Return E[e^{−inθ}], n = 1 … N, and the density (mean 1) on 4N points, under ρ ∝ exp(κ Re Σ g c e^{inθ})."""
    points = 4 * c.size
    spectrum = np.zeros(points // 2 + 1, dtype=complex)
    spectrum[1 : c.size + 1] = 0.5 * points * kappa * g * c
    phi = np.fft.irfft(spectrum, n=points)
    rho = np.exp(phi - phi.max())
    rho /= rho.mean()
    return np.fft.rfft(rho)[1 : c.size + 1] / points, rho


def _newton(potential: Potential, kappa: float, c: Complex) -> Complex | None:
    size = c.size
    g = potential.weights(size)
    n, weights = np.arange(1, size + 1), np.concatenate([g, g])
    angles = np.outer(n, 2.0 * np.pi * np.arange(4 * size) / (4 * size))
    rows = np.concatenate([np.cos(angles), np.sin(angles)])
    z = np.concatenate([c.real, -c.imag])
    for _ in range(ITERATIONS):
        moments, rho = _moments(z[:size] - 1j * z[size:], g, kappa)
        target = np.concatenate([moments.real, -moments.imag])
        centred = (rows - target[:, None]) * np.sqrt(rho / rho.size)
        turned = weights * np.concatenate([-n * z[size:], n * z[:size]])
        if not np.any(turned):
            return None
        turned /= np.linalg.norm(turned)
        bordered = np.zeros((2 * size + 1, 2 * size + 1))
        bordered[:-1, :-1] = np.eye(2 * size) - kappa * (centred @ centred.T) * weights
        bordered[:-1, -1] = bordered[-1, :-1] = turned
        try:
            step = np.linalg.solve(bordered, np.append(target - z, 0.0))[:-1]
        except np.linalg.LinAlgError:
            return None
        length = float(np.linalg.norm(step))
        z = z + step * min(1.0, LONGEST / max(length, 1e-300))
        if length <= 1e-14:
            break
    return z[:size] - 1j * z[size:] if np.all(np.abs(z) <= 1.0 + 1e-9) else None
