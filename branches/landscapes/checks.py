"""What every minimum free energy map must satisfy; a violation means that a branch is missing."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from branches.diagrams.records import Branch
from branches.landscapes.envelope import Exchange, Interval, energy_noise
from branches.states.energy import free_energy
from continuation import Record

__all__ = ["Violation", "slope_defect", "violations"]

Array = NDArray[np.float64]
SLOPE_ALLOWED = 1e-9  # of F along a branch, relative to 1 + κ Σ g a²
SAMPLES = 33  # of an interval, for the slope of F*
CONCAVITY_NOISE = 1e3  # roundings of Σ g a² on the polynomials of a branch, in those of F


@dataclass(frozen=True, eq=False, repr=False)
class Violation(Record):
    """A contradiction to the states found being all: near which coupling, and what."""

    kappa: float
    text: str

    def __str__(self) -> str:
        return f"κ = {self.kappa:.9g}: {self.text}"


def violations(
    intervals: Iterable[Interval], exchanges: Iterable[Exchange], branches: Sequence[Branch]
) -> tuple[Violation, ...]:
    """Return what contradicts that the least of the states found is F*.

    F* is continuous and concave, its minimiser is stable, and dF/dκ = −½ Σ g a² along every branch.
    """
    jump = "F* of the states found jumps, where the lowest branch ends or begins"
    found = [Violation(exchange.kappa, jump) for exchange in exchanges if exchange.kind == "gap"]
    for interval in intervals:
        found += [*_convex(interval), *_unstable(interval)]
    for number, branch in enumerate(branches):
        defect = slope_defect(branch)
        if defect > SLOPE_ALLOWED:
            text = f"F along branch {number} violates dF/dκ = −½ Σ g a² by {defect:.1e}"
            found.append(Violation(float(branch.kappa[0]), text))
    return tuple(found)


def _convex(interval: Interval) -> list[Violation]:
    """Look for a fall of Σ g a² along the minimiser: F* is concave."""
    kappa = np.linspace(interval.low, interval.high, SAMPLES)
    _, interaction = interval.arc.energies(kappa)
    falls = np.diff(interaction) < -CONCAVITY_NOISE * energy_noise(kappa[1:], interaction[1:])
    text = "F* of the states found is not concave"
    return [Violation(float(kappa[1:][falls][0]), text)] if falls.any() else []


def _unstable(interval: Interval) -> list[Violation]:
    """Look for unstable directions, even or odd, between any two special points: a minimiser has none."""
    for kappa in _between_special_points(interval):
        state = interval.arc.state(kappa)
        if sum(state.index) > 0:
            even, odd = state.index
            return [
                Violation(state.kappa, f"the lowest state found is unstable (index {even} even, {odd} odd)")
            ]
    return []


def _between_special_points(interval: Interval) -> list[float]:
    """Return couplings of an interval, three at least, and one between any two special points of its arc."""
    low, high = interval.low, interval.high
    inside = [point.kappa for point in interval.arc.special_points if low < point.kappa < high]
    stops = np.array(sorted({low, *inside, high}))
    middles = 0.5 * (stops[1:] + stops[:-1])
    return sorted({*(low + part * (high - low) for part in (0.1, 0.5, 0.9)), *middles.tolist()})


def slope_defect(branch: Branch) -> float:
    """Return by how much F along a branch violates dF/dκ = −½ Σ g a², relative to 1 + κ Σ g a².

    Notes
    -----
    On every polynomial piece of the branch the difference of F between its ends is compared with
    ∫ −½ Σ g a² dκ, by a Gauss rule that is exact for polynomials of that degree.
    """
    worst, scale = 0.0, branch.curve.parameter_scale
    for piece in branch.curve.pieces:
        nodes, weights = np.polynomial.legendre.leggauss(3 * len(piece.coefficients) // 2)
        tau = 0.5 * (nodes + 1.0)
        x = piece.at(np.concatenate([tau, [0.0, 1.0]]))
        g = branch.isotropy.weights(branch.potential, x.shape[1] - 1)
        interaction = np.einsum("pn,n->p", x[:, :-1] ** 2, g)
        dkappa = np.array([piece.derivative(t)[-1] for t in tau]) * scale
        integral = -0.25 * float(np.sum(weights * interaction[:-2] * dkappa))
        ends = free_energy(branch.potential, branch.isotropy, x[-2:, :-1], x[-2:, -1] * scale)
        size = 1.0 + float(np.max(np.abs(x[:, -1] * scale * interaction)))
        worst = max(worst, abs(float(ends[1] - ends[0]) - integral) / size)
    return worst
