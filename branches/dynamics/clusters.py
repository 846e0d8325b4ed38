"""The noise-free transformer: tokens collapse into clusters, which merge after exponentially long times."""

from __future__ import annotations

import math
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.integrate import quad

from branches.diagrams.outlets import DrawnPage
from branches.dynamics.arguments import checked_seed
from branches.dynamics.cascade import Cascade, Merge
from branches.dynamics.token_velocity import Tokens
from branches.potentials.potential import finite_number
from continuation import Record

__all__ = ["Clusters", "clusters", "merge_time"]

Array = NDArray[np.float64]
GAP = 1e-6  # nearer than this two groups are one


@dataclass(frozen=True, eq=False, repr=False)
class Clusters(DrawnPage, Record):
    """The cascade of the noise-free transformer.

    Parameters
    ----------
    beta
        β.
    merges
        All of them, by time.
    collapsed
        How many groups there were when all were first farther apart than the force increases with distance: the
        clusters that then merge one after the other. 0 if that was never so.
    t, positions, masses
        The last time, and the groups then, shapes (k,).
    path_times, paths
        Times after each step, shape (T,), and where the group of each token was at them, shape (T, n).
    energy
        At ``path_times``, shape (T,).
    spread
        Standard deviation of the tokens about their mean at ``path_times``, shape (T,).
    gap
        Distance at which two groups were taken for one.
    status
        'synchronised' (one group is left), 'equilibrium' (all velocities are rounding errors), 'end' (of the time
        asked for), 'stopped' (steps became too short) or 'interrupted'.
    message
        What was noticed.
    """

    beta: float
    merges: tuple[Merge, ...]
    collapsed: int
    t: float
    positions: Array
    masses: Array
    path_times: Array
    paths: Array
    energy: Array
    spread: Array
    gap: float
    status: str
    message: str

    def __post_init__(self) -> None:
        for array in (self.positions, self.masses, self.path_times, self.paths, self.energy, self.spread):
            array.flags.writeable = False

    def __repr__(self) -> str:
        return (
            f"<Clusters at β = {self.beta:g}: {self.paths.shape[1]} tokens, {self.collapsed} clusters, "
            f"{self.positions.size} left at t = {self.t:.6g}, {self.status}>"
        )

    @property
    def cascade(self) -> tuple[Merge, ...]:
        """The merges of clusters, after the collapse."""
        last = len(self.merges) - (self.collapsed - self.positions.size) if self.collapsed else len(self.merges)
        return self.merges[last:]

    @property
    def contraction(self) -> Array:
        """The rate −d log(spread)/dt between the times of the paths, shape (T − 1,): 1 at last if all come together."""
        with np.errstate(divide="ignore", invalid="ignore"):
            rate: Array = -np.diff(np.log(self.spread)) / np.diff(self.path_times)
        return rate


def clusters(
    beta: float,
    initial: ArrayLike = 1000,
    *,
    masses: ArrayLike | None = None,
    seed: int = 0,
    gap: float = GAP,
    t_max: float = math.inf,
) -> Clusters:
    """Follow ẋ_i = −Σ_j m_j sin(x_i − x_j) e^{β(cos(x_i − x_j) − 1)} until one cluster is left.

    Parameters
    ----------
    beta
        Inverse temperature β of the attention.
    initial
        Angles of the tokens, shape (n,); or how many of them to draw at random.
    masses
        Their masses, positive and of sum 1; by default 1/n each.
    seed
        Of random angles.
    gap
        Groups nearer than this merge: their centre of mass goes on.
    t_max
        Where to stop.

    Returns
    -------
    Clusters
        After Ctrl-C as far as it came.

    Raises
    ------
    ValueError
        If an argument is not allowed; it is named.
    TypeError
        If the seed is not an integer.

    Notes
    -----
    Time is that of the scaled interaction, in which a single cluster contracts at the rate 1; with e^{β cos} in place
    of e^{β(cos − 1)} all times are shorter by e^{−β}.

    Merge times grow like e^{β…}, so the arclength s of the positions is the independent variable, dt/ds = 1/‖ẋ‖.
    Eighth-order steps (DOP853); each merge is a root of the gap on a step. Sources: the model and the metastable
    clusters, arXiv 2410.23228; the exponential rate of the last contraction, arXiv 2504.14697.

    Examples
    --------
    >>> found = clusters(5.0, [0.0, 3.0])
    >>> f"{found.merges[0].t:.6f}", found.status
    ('28376.935459', 'synchronised')
    """
    tokens = Tokens(finite_number("beta", beta))
    x = _angles(initial, seed)
    m = _masses(masses, x.size)
    nearness = finite_number("gap", gap)
    if not 0 < nearness < 0.1:
        raise ValueError(f"gap = {gap!r} is not allowed: it must be > 0 and < 0.1")
    if not t_max > 0:
        raise ValueError(f"t_max = {t_max!r} is not allowed: it must be > 0")
    order = np.argsort(x)
    cascade = Cascade(tokens, x[order], m[order], nearness, float(t_max))
    status, message = cascade.run()
    return Clusters(
        tokens.beta, tuple(cascade.merges), cascade.collapsed, cascade.t, cascade.x.copy(), cascade.m.copy(),
        np.array(cascade.times), np.array(cascade.paths), np.array(cascade.energies), np.array(cascade.spreads),
        nearness, status, message,
    )  # fmt: skip


def merge_time(beta: float, start: float, end: float = GAP) -> float:
    """Return the time in which two clusters of equal mass come from one distance to another.

    Parameters
    ----------
    beta
        β.
    start, end
        Distances, 0 < end < start < π.

    Returns
    -------
    float
        ∫ e^{2β sin²(d/2)} / sin d over the distances d: to about 12 digits.

    Raises
    ------
    ValueError
        If the distances are not so ordered.

    Examples
    --------
    >>> f"{merge_time(5.0, 3.0):.7f}"
    '28376.9354592'
    """
    b, far, near = (finite_number(name, value) for name, value in (("beta", beta), ("start", start), ("end", end)))
    if not 0 < near < far < math.pi:
        raise ValueError(f"start = {start!r}, end = {end!r} are not allowed: 0 < end < start < π")

    def slowness(u: float) -> float:  # u = log tan(d/2), du = dd/sin d
        return math.exp(2.0 * b * math.sin(math.atan(math.exp(u))) ** 2)

    low, high = (math.log(math.tan(0.5 * d)) for d in (near, far))
    cuts = np.linspace(low, high, 17)
    return math.fsum(quad(slowness, a, c, epsabs=0.0, epsrel=1e-13)[0] for a, c in pairwise(cuts))


def _angles(initial: ArrayLike, seed: int) -> Array:
    given = np.asarray(initial)
    if given.ndim == 0:
        if given.dtype.kind not in "iu" or int(given) < 2:
            raise ValueError(f"initial = {initial!r} is not allowed: give angles, or how many tokens, at least 2")
        return np.random.default_rng(checked_seed(seed)).uniform(0.0, 2.0 * np.pi, int(given))
    x = np.asarray(given, dtype=float)
    if x.ndim != 1 or x.size < 2 or not np.isfinite(x).all():
        raise ValueError(f"initial of shape {x.shape} is not allowed: give at least 2 finite angles")
    reduced: Array = np.mod(x, 2.0 * np.pi)
    return reduced


def _masses(masses: ArrayLike | None, n: int) -> Array:
    if masses is None:
        return np.full(n, 1.0 / n)
    m = np.asarray(masses, dtype=float)
    if m.shape != (n,) or not (m > 0).all() or abs(float(m.sum()) - 1.0) > 1e-9:
        raise ValueError(f"masses is not allowed: {n} positive numbers of sum 1 are needed, one a token")
    shares: Array = m / m.sum()
    return shares
