"""Whether particles without noise come together from almost every start, and which number decides it."""

from __future__ import annotations

import math
from dataclasses import dataclass
from enum import StrEnum

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.optimize import brentq

from branches.dynamics.flow_arguments import check_circle
from branches.dynamics.mode_growth import equal_cluster_growth
from branches.dynamics.pair_force import FourierForce, PairForce, TransformerForce, pair_force
from branches.potentials.families import NoisyTransformer, Polynomial
from branches.potentials.potential import EPS, Potential
from branches.potentials.tables import Table
from continuation import Record

__all__ = ["Answer", "Criterion", "Synchronisation", "cluster_growth", "criterion", "synchronises"]

Array = NDArray[np.float64]
CLUSTERS = 12  # equal clusters up to this number are looked at
PUBLISHED_YES, PUBLISHED_NO = -0.16, -2.0 / 3.0  # arXiv 2507.22857, of β


class Answer(StrEnum):
    """Whether almost every start synchronises."""

    YES = "yes"
    NO = "no"
    UNDECIDED = "not decided"


@dataclass(frozen=True)
class Criterion:
    """The sufficient criterion τP < 4(1 + τ/L) f'(0), see ``docs/synchronisation.md`` for its proof.

    Parameters
    ----------
    reach
        τ: f' < 0 on (τ, π].
    length
        L: π where f > 0 on (0, π), else 2π.
    convexity
        P, the integral of the positive part of f''' over the circle.
    slope
        f'(0).
    margin
        4(1 + τ/L) − τP/f'(0); where it is positive every equilibrium but the synchronised one is a strict saddle.
    error
        A bound of the rounding error of the margin.
    """

    reach: float
    length: float
    convexity: float
    slope: float
    margin: float
    error: float

    @property
    def met(self) -> bool:
        """Whether the margin is positive beyond its error."""
        return self.margin > self.error


@dataclass(frozen=True, eq=False, repr=False)
class Synchronisation(Record):
    """The answer, and what decided it.

    Parameters
    ----------
    label
        Of the interaction.
    answer
        Whether almost every start synchronises, for any number of particles and any masses.
    decided_by
        'criterion' (proved in the documentation), 'equal clusters' (a stable state that is not synchronised),
        'repulsion' (the synchronised state is not stable), or '' where nothing did.
    number
        The number that decided: the margin of the criterion, or a growth rate in units of |f'(0)|.
    criterion
        None where it does not apply, as without attraction.
    clusters
        k: equal clusters at equal distances that grow slowest; stable where ``growth`` < 0.
    growth
        Their largest growth rate, in units of |f'(0)|.
    published, proved, searched
        What is known from the literature, from the proofs of the documentation, and from search alone.
    """

    label: str
    answer: Answer
    decided_by: str
    number: float
    criterion: Criterion | None
    clusters: int
    growth: float
    published: str = ""
    proved: str = ""
    searched: str = ""

    def __repr__(self) -> str:
        by = f" by {self.decided_by}" if self.decided_by else ""
        return f"<Synchronisation of {self.label}: {self.answer.value}{by}, {self.number:.6g}>"


def synchronises(interaction: Potential | PairForce) -> Synchronisation:
    """Say whether particles ẋ_i = Σ_j m_j f(x_j − x_i) come together from almost every start.

    Parameters
    ----------
    interaction
        A potential, f = −W'; or a force, such as ``TransformerForce(beta)`` with β of either sign.

    Returns
    -------
    Synchronisation
        'yes' by the sufficient criterion, for analytic f; 'no' where equal clusters at equal distances are stable, or
        the synchronised state is not; else 'not decided'.

    Raises
    ------
    ValueError
        If the force has no third derivative that its weights resolve: the criterion does not apply.

    Notes
    -----
    What it may miss: a criterion that fails says nothing, and only equal clusters, up to 12 of them, are looked at for
    a 'no'. All numbers are evaluated in floating point, with a bound of their rounding errors.

    Examples
    --------
    >>> from branches import potentials
    >>> found = synchronises(potentials.noisy_transformer(4))
    >>> found.answer.value, found.decided_by, f"{found.number:.6f}"
    ('yes', 'criterion', '1.265357')
    >>> synchronises(potentials.bimodal(0.5)).answer.value      # two clusters at distance π are stable
    'no'
    """
    if isinstance(interaction, Potential):
        check_circle(interaction)
    force = pair_force(interaction)
    label = interaction.label if isinstance(interaction, Potential) else repr(interaction)
    slope, doubt = float(force.derivative(1, 0.0)), float(force.error(1, 0.0))
    known = _known(force)
    if slope <= doubt:
        answer = Answer.NO if slope < -doubt else Answer.UNDECIDED
        return Synchronisation(label, answer, "repulsion" if answer is Answer.NO else "", slope, None, 1, 0.0, **known)
    count, growth, error = _slowest(force, slope)
    if growth < -error:
        return Synchronisation(
            label, Answer.NO, "equal clusters", growth, _criterion_or_none(force), count, growth, **known
        )
    found = _criterion_or_none(force)
    if found is None or not found.met:
        number = found.margin if found is not None else growth
        return Synchronisation(label, Answer.UNDECIDED, "", number, found, count, growth, **known)
    if not _analytic(interaction):
        known["proved"] = (
            "every equilibrium but the synchronised one is a strict saddle; that almost every start synchronises "
            "needs an analytic force, which weights do not prove"
        )
        return Synchronisation(label, Answer.UNDECIDED, "", found.margin, found, count, growth, **known)
    known |= {"proved": "almost every start synchronises, by the criterion", "searched": ""}
    return Synchronisation(label, Answer.YES, "criterion", found.margin, found, count, growth, **known)


def criterion(force: PairForce) -> Criterion:
    """Evaluate the sufficient criterion.

    Raises
    ------
    ValueError
        If it does not apply: f'(0) ≤ 0, or f'(π) ≥ 0.

    Examples
    --------
    >>> f"{criterion(TransformerForce(0.0)).margin:.12f}"              # Kuramoto: τ = π/2, P = 2, L = π
    '2.858407346410'
    """
    slope, last = float(force.derivative(1, 0.0)), float(force.shape(1, math.pi))
    if not (slope > 0.0 > last):
        raise ValueError(f"force is not allowed: the criterion needs f'(0) > 0 > f'(π), here {slope:.6g}, {last:.6g}")
    reach = float(_roots(force, 1)[-1])
    length = math.pi if _attracts(force) else 2.0 * math.pi
    turns = np.concatenate(([0.0], _roots(force, 3), [math.pi]))
    positive = force.shape(3, 0.5 * (turns[1:] + turns[:-1])) > 0.0
    rises = np.diff(force.derivative(2, turns))
    convexity = 2.0 * float(rises[positive].sum())
    margin = 4.0 * (1.0 + reach / length) - reach * convexity / slope
    # τ is a root: its error is that of f' over its slope there
    bend = abs(float(force.derivative(2, reach))) or 5e-324
    of_reach = float(force.error(1, reach)) / bend * (4.0 / length + convexity / slope)
    of_convexity = 4.0 * float(force.error(2, turns).sum()) + convexity * float(force.error(1, 0.0)) / slope
    error = of_reach + reach / slope * of_convexity
    return Criterion(reach, length, convexity, slope, margin, error + 16.0 * EPS * abs(margin))


def cluster_growth(interaction: Potential | PairForce, positions: ArrayLike, masses: ArrayLike) -> Array:
    """Return the growth rates of clusters in equilibrium, the rotation left out, largest first.

    Parameters
    ----------
    interaction
        A potential or a force.
    positions, masses
        Of the clusters, shape (k,) each, k ≥ 2; masses positive.

    Returns
    -------
    ndarray, shape (k − 1,)
        Of displacements of whole clusters; a cluster that splits is not looked at. All negative: stable.

    Raises
    ------
    ValueError
        If the shapes differ, or a mass is not positive.

    Examples
    --------
    >>> cluster_growth(TransformerForce(0.0), [0.0, 3.141592653589793], [0.5, 0.5]).round(12)
    array([1.])
    """
    x, m = np.asarray(positions, dtype=float), np.asarray(masses, dtype=float)
    if x.ndim != 1 or x.shape != m.shape or x.size < 2 or not (m > 0).all():
        raise ValueError(f"positions, masses of shapes {x.shape}, {m.shape} are not allowed: k ≥ 2 positive masses")
    stiffness = pair_force(interaction).derivative(1, x[:, None] - x[None, :])
    root = np.sqrt(m)
    hessian = root[:, None] * stiffness * root[None, :] - np.diag(stiffness @ m)  # in the metric Σ m u²
    tangent = root / np.linalg.norm(root)  # the rotation
    basis = np.linalg.svd(tangent[None, :])[2][1:]
    rates: Array = np.linalg.eigvalsh(basis @ hessian @ basis.T)[::-1]
    return rates


def _criterion_or_none(force: PairForce) -> Criterion | None:
    try:
        return criterion(force)
    except ValueError:
        return None


def _slowest(force: PairForce, slope: float) -> tuple[int, float, float]:
    """Return the number of equal clusters whose largest growth rate is least, the rate and its error, over f'(0)."""
    growths = [float(equal_cluster_growth(force, count).max()) for count in range(2, CLUSTERS + 1)]
    best = int(np.argmin(growths)) + 2
    doubt = 2.0 * float(force.error(1, 2.0 * math.pi * np.arange(best) / best).max())
    return best, growths[best - 2] / slope, doubt / slope


def _grid(force: PairForce) -> Array:
    """Return the angles at which signs are looked at: inside (0, π), finer towards 0 for a force that lives there."""
    u = np.arange(1, 2 * force.points) / (2.0 * force.points)
    return np.unique(np.concatenate((math.pi * u, math.pi * u**2)))


def _roots(force: PairForce, order: int) -> Array:
    """Return the sign changes of a derivative in (0, π), increasing."""
    d = _grid(force)
    values = force.shape(order, d)
    return np.array([
        brentq(lambda x: float(force.shape(order, x)), d[k], d[k + 1], xtol=1e-15)
        for k in np.flatnonzero(np.sign(values[1:]) * np.sign(values[:-1]) < 0)
    ])  # fmt: skip


def _attracts(force: PairForce) -> bool:
    """Return whether f > 0 on (0, π)."""
    return bool((force.shape(0, _grid(force)) > 0.0).all())


def _analytic(interaction: Potential | PairForce) -> bool:
    """Return whether the force is known to be analytic, beyond its numbers."""
    if isinstance(interaction, Table):
        return interaction.complete
    return isinstance(interaction, Polynomial | NoisyTransformer | TransformerForce | FourierForce)


def _known(force: PairForce) -> dict[str, str]:
    """Return what is published, proved and searched about the transformer."""
    known = {"published": "", "proved": "", "searched": ""}
    if not isinstance(force, TransformerForce):
        return known
    beta = force.beta
    if beta >= PUBLISHED_YES:
        known["published"] = "almost every start synchronises for β ≥ −0.16 (arXiv 2507.22857)"
    elif beta < PUBLISHED_NO:
        known["published"] = "not every start synchronises for β < −2/3 (arXiv 2507.22857)"
        known["proved"] = "the equal triangle is stable exactly for β < −2/3"
    if beta > PUBLISHED_NO:
        known["proved"] = "up to three clusters of any masses are strict saddles for β > −2/3"
    if PUBLISHED_NO < beta < PUBLISHED_YES:
        known["searched"] = "no stable state with four or more clusters was found for −2/3 < β < −0.2616"
    return known
