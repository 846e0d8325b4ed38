"""The reduced polynomial system of a resonant kernel, with the errors of its coefficients."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from branches.onsets.exact.series import Monomials, kernel_gradient
from branches.onsets.resonant.polysolve import EPS, SQRT_EPS, PolynomialMap
from branches.onsets.resonant.resonance import slaved_modes
from branches.potentials.potential import Array, Potential

__all__ = ["LARGEST_KERNEL", "ReducedSystem", "inverse_gaps"]

LARGEST_KERNEL = 6  # 364 paths for the cubic system; seven modes would take 1093
HIGHEST_DEGREE = 4  # of the reduced equations


@dataclass(frozen=True, eq=False)
class ReducedSystem:
    """The reduced equations (κ/κ₀ − 1) x = q_2(x) + q_3(x) + q_4(x) + … of a resonant kernel, at κ₀.

    Parameters
    ----------
    modes : tuple of int
        The kernel; x_i = a_{modes[i]}.
    q2, q3, q4 : PolynomialMap
        The homogeneous parts of half the gradient of the reduced free energy.
    sensitivities : tuple of PolynomialMap
        Change of q3 by the error of each mode slaved at second order.
    """

    modes: tuple[int, ...]
    q2: PolynomialMap
    q3: PolynomialMap
    q4: PolynomialMap
    sensitivities: tuple[PolynomialMap, ...]

    @classmethod
    def of(cls, potential: Potential, modes: tuple[int, ...]) -> ReducedSystem:
        """Reduce the equations of a potential to a kernel of increasing modes.

        Raises
        ------
        ValueError
            If the kernel is too large or not resonant, or a mode of it has no onset.
        """
        if not 1 <= len(modes) <= LARGEST_KERNEL:
            raise ValueError(f"kernel = {modes} is not allowed: give 1 to {LARGEST_KERNEL} resonant modes")
        u, du = inverse_gaps(potential, modes, HIGHEST_DEGREE)

        def terms(degree: int, gaps: dict[int, float]) -> list[Monomials]:
            gradient, _ = kernel_gradient(modes, degree, gaps.__getitem__, 1.0)
            return [gradient[k][degree] for k in modes]

        q2, q3, q4 = (
            PolynomialMap.from_terms(terms(degree, u), len(modes)) for degree in range(2, HIGHEST_DEGREE + 1)
        )
        slaved = slaved_modes(modes, 2)[2]
        zero = terms(3, {**u, **dict.fromkeys(slaved, 0.0)})
        shifts = []
        for j in slaved:  # q_3 is linear in each u_j
            only = terms(3, {**u, **dict.fromkeys(slaved, 0.0), j: du[j]})
            change = [_minus(p, q) for p, q in zip(only, zero, strict=True)]
            shifts.append(PolynomialMap.from_terms(change, len(modes)))
        return cls(modes, q2, q3, q4, tuple(shifts))

    def slope_error(self, d: Array) -> float:
        """Return the error of d·q_3(d): d is stationary, so only the coefficients count."""
        rounding = 16 * EPS * float(np.sum(np.abs(self.q3.coefficients)))
        return rounding + sum(abs(float(d @ shift(d))) for shift in self.sensitivities)


def _minus(p: Monomials, q: Monomials) -> Monomials:
    return {e: p.get(e, 0.0) - q.get(e, 0.0) for e in p.keys() | q.keys()}


def inverse_gaps(
    potential: Potential, modes: tuple[int, ...], degree: int
) -> tuple[dict[int, float], dict[int, float]]:
    """Return u_j = g/(g − g_j) and its error for every mode slaved to a kernel up to a degree.

    Raises
    ------
    ValueError
        If the modes are not resonant, or not all that are.
    """
    size = degree * modes[-1]
    g, e = potential.weights(size), potential.weight_errors(size)
    for k in modes:
        potential.onset_coupling(k)  # the error of a mode without an onset
    of_kernel, allowed = g[[k - 1 for k in modes]], float(np.max(e[[k - 1 for k in modes]]))
    weight = float(np.mean(of_kernel))
    if np.ptp(of_kernel) > 2 * allowed + SQRT_EPS * weight:
        raise ValueError(
            f"kernel = {modes} is not resonant in {potential.label}: its weights are {of_kernel.tolist()}; "
            "give modes with one and the same weight, such as onset(potential, mode).kernel"
        )
    u, du = {}, {}
    for j in (j for reached in slaved_modes(modes, degree).values() for j in reached):
        gap, error = weight - float(g[j - 1]), float(e[j - 1]) + allowed
        if abs(gap) <= error:
            raise ValueError(
                f"kernel = {modes} is not complete in {potential.label}: mode {j}, which it excites, is "
                "resonant with it; give all resonant modes, such as onset(potential, mode).kernel"
            )
        u[j] = weight / gap
        du[j] = u[j] ** 2 * error / weight + 2 * EPS * abs(u[j])
    return u, du
