"""Critical slowing down: the algebraic decay at the onset itself, with its exact constant."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from branches.dynamics.centre_manifold import LARGEST_ORDER, reduced_coefficient
from branches.dynamics.flow_arguments import check_circle
from branches.onsets.classify import onset
from branches.onsets.exact.coefficients import EPS
from branches.potentials.potential import Potential
from continuation import Record

__all__ = ["CriticalRate", "critical_rate"]

Array = NDArray[np.float64]


@dataclass(frozen=True, eq=False, repr=False)
class CriticalRate(Record):
    """How a disturbance of the uniform state dies at the onset of a mode.

    Parameters
    ----------
    potential, mode, kappa
        The interaction, the mode n and its onset κ_n = 2/g_n.
    order
        p: c_2 = … = c_{2p−2} = 0 < c_{2p}; 1 for a supercritical onset, 2 for a tricritical one.
    exponent, constant
        s ~ constant · t^−exponent for s = |c_n|; exponent 1/(2p).
    next
        s^{−2p} = t/constant^{2p} + next · ln t + O(1) for p = 1, next · t^{1 − 1/p} for p > 1.
    coefficients, errors
        (e_p, e_{p+1}) of ds/dτ = −½(e_p s^{2p+1} + e_{p+1} s^{2p+3} + …), τ = n² g_n t, and their errors.
    message
        What the numbers alone do not say.

    Examples
    --------
    >>> import branches
    >>> from branches import potentials
    >>> branches.critical_rate(potentials.kuramoto(), 1)
    <CriticalRate: |c_1| ~ 1.4142135624 t^(-1/2) at κ = 2>
    """

    potential: Potential
    mode: int
    kappa: float
    order: int
    exponent: float
    constant: float
    next: float
    coefficients: tuple[float, float]
    errors: tuple[float, float]
    message: str = ""

    def __repr__(self) -> str:
        return (
            f"<CriticalRate: |c_{self.mode}| ~ {self.constant:.11g} t^(-1/{2 * self.order}) "
            f"at κ = {self.kappa:.12g}>"
        )

    @property
    def closing(self) -> int:
        """The ratio of the decay rate on the branch to the growth rate n²(g_n/2 − 1/κ) about the uniform state: 2p."""
        return 2 * self.order

    def amplitude(self, t: ArrayLike) -> Array:
        """Return the leading law constant · t^−exponent, of the shape of t."""
        return np.asarray(self.constant * np.asarray(t, dtype=float) ** -self.exponent)

    def corrected(self, t: ArrayLike, offset: float = 0.0) -> Array:
        """Return (t/constant^{2p} + next term + offset)^{−1/(2p)}; the offset depends on the start.

        Examples
        --------
        >>> import branches
        >>> from branches import potentials
        >>> found = branches.critical_rate(potentials.kuramoto(), 1)
        >>> f"{float(found.corrected(1e4)):.6e} {float(found.amplitude(1e4)):.6e}"
        '1.414105e-02 1.414214e-02'
        """
        at = np.asarray(t, dtype=float)
        slow = np.log(at) if self.order == 1 else at ** (1.0 - 1.0 / self.order)
        inverse = at * self.constant ** (-2.0 * self.order) + self.next * slow + offset
        return np.asarray(inverse**-self.exponent)


def critical_rate(potential: Potential, mode: int = 1) -> CriticalRate:
    """Return the exact law by which mode n decays at its own onset.

    Parameters
    ----------
    potential
        The interaction.
    mode
        n ≥ 1 with g_n > 0, whose onset is supercritical, tricritical or of higher order.

    Returns
    -------
    CriticalRate

    Raises
    ------
    ValueError
        If the mode has no onset; if the onset is subcritical, transcritical or undecided, or a multiple of n is
        unstable there: the uniform state is then left, not approached.

    Notes
    -----
    On the centre manifold ds/dτ = −½ Σ e_p s^{2p+1}, τ = n² g_n t, with e_p exact rational functions of g_{kn}/g_n
    (:mod:`~branches.dynamics.centre_manifold`); hence s^{−2p} = p e_p τ + …. Algebraic rates at criticality: arXiv
    2604.16288; the constants are derived here. The law holds among densities of period 2π/n; modes that are no
    multiples of n must be stable too for all others (the message says where they are not).
    """
    check_circle(potential)
    found = onset(potential, mode)
    n = found.mode
    if found.kind not in ("supercritical", "critical"):
        raise ValueError(
            f"mode n = {n} of {potential.label} has a {found.kind} onset: no decay law holds at "
            f"κ = {found.kappa:.12g}; give a mode with a supercritical or tricritical one"
        )
    if found.deciding_order is None or not found.deciding_coefficient > 0:
        raise ValueError(
            f"mode n = {n} of {potential.label}: the coefficient that decides is {found.deciding_coefficient:.3g}, not "
            "positive: the uniform state is left at the onset, not approached"
        )
    order = found.deciding_order // 2
    top = min(order + 1, LARGEST_ORDER)
    g = potential.weights(n * (top + 1))[n - 1 :: n]
    errors = potential.weight_errors(n * (top + 1))[n - 1 :: n]
    r = g[1:] / g[0]
    if np.any(potential.weights(64 * n)[2 * n - 1 :: n] > g[0]):
        raise ValueError(f"mode n = {n} of {potential.label}: a multiple of n is unstable at κ = {found.kappa:.12g}")
    u = 1.0 / (1.0 - r)
    du = u**2 * ((errors[1:] + np.abs(r) * errors[0]) / g[0] + 2 * EPS * np.abs(r))
    leading, following = reduced_coefficient(order), reduced_coefficient(top)
    e, e_next = float(leading.at_gaps(u)), float(following.at_gaps(u))
    speed = n**2 * float(g[0])
    exponent = 1.0 / (2 * order)
    after = e_next / e if order == 1 else order**2 * e_next * (order * e) ** (-1.0 / order) / (order - 1)
    others = potential.weights(64 * n)
    faster = [m for m in range(1, others.size + 1) if m % n and others[m - 1] > g[0]]
    message = f"among densities of period 2π/{n} only: mode {faster[0]} is unstable there" if faster else found.message
    return CriticalRate(
        potential=potential,
        mode=n,
        kappa=found.kappa,
        order=order,
        exponent=exponent,
        constant=(order * e * speed) ** -exponent,
        next=after if order == 1 else after * speed ** (1.0 - 1.0 / order),
        coefficients=(e, e_next),
        errors=(leading.error(u, du), following.error(u, du)),
        message=message,
    )
