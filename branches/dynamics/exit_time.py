"""How long N particles stay in the metastable uniform state: the formula of Eyring and Kramers, and measured exits."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.interpolate import PchipInterpolator
from scipy.optimize import brentq

from branches.diagrams.diagram import Diagram
from branches.dynamics.ensemble import Ensemble
from branches.dynamics.flow_arguments import check_circle
from branches.dynamics.passages import Passage, passages_from_uniform, uniform_is_stable
from branches.landscapes.landscape import Landscape, landscape
from branches.potentials.potential import finite_number, positive_integer
from continuation import Record

__all__ = ["ExitTime", "MeasuredExit", "exit_couplings", "exit_time", "measured_exit"]

Array = NDArray[np.float64]
LARGEST = 700.0  # logarithm of what can be represented
RATES = 48  # couplings at which the rate of a sweep is evaluated


@dataclass(frozen=True, eq=False, repr=False)
class ExitTime(Record):
    """The mean time in which N particles leave the uniform state.

    Parameters
    ----------
    kappa, n
        The coupling and N.
    passages
        The saddles, lowest first.
    """

    kappa: float
    n: int
    passages: tuple[Passage, ...]

    @property
    def log_rate(self) -> float:
        """Logarithm of the exits in unit time, by all saddles."""
        return float(np.logaddexp.reduce([passage.log_rate for passage in self.passages]))

    @property
    def rate(self) -> float:
        """Exits in unit time; 0 where that is too small to be represented."""
        return math.exp(self.log_rate)

    @property
    def mean(self) -> float:
        """1/rate: the mean exit time; infinite where that is too large to be represented."""
        return math.exp(-self.log_rate) if self.log_rate > -LARGEST else math.inf

    @property
    def barrier(self) -> float:
        """N ΔF of the lowest saddle."""
        return self.passages[0].barrier

    def __repr__(self) -> str:
        return (
            f"<ExitTime at κ = {self.kappa:.10g}, N = {self.n}: mean {self.mean:.6g}, "
            f"barrier N ΔF = {self.barrier:.4g}>"
        )


@dataclass(frozen=True)
class MeasuredExit:
    """The mean exit time of an ensemble, its standard error, and how many replicas left."""

    mean: float
    error: float
    exits: int


def exit_time(diagram: Diagram | Landscape, kappa: float, n: int) -> ExitTime:
    """Return the mean time in which N particles leave the uniform state, by Eyring and Kramers.

    Parameters
    ----------
    diagram
        Of the potential, reaching beyond ``kappa``; or its landscape.
    kappa
        A coupling at which the uniform state is stable and another state exists.
    n
        N.

    Returns
    -------
    ExitTime

    Raises
    ------
    ValueError
        If the uniform state is not stable there, or no saddle of index 1 is known whose descent reaches it.

    Notes
    -----
    Sum over the index-1 saddles S from which the flow reaches the uniform state U,

        k = (λ/2π) √(N/2π) ℓ e^{−NΔF} √(det_U/|det'_S|),

    dets of 1 − κCG and 1 − κSG with the rotation left out, ℓ = (2π/p) √(Σ n² κ g_n a_n²) the length of the saddle's
    orbit of period 2π/p. Derived by a Gaussian integral over fields, which is formal, not proved.

    Accuracy: the first term for N ΔF → ∞. Where N ΔF is 1.4, as in the example, particles take 1.5 to 1.9 times longer
    (the more, the farther out their exit is counted): read it there as an estimate within a factor of two.

    Examples
    --------
    >>> import branches
    >>> from branches import potentials
    >>> exit_time(branches.diagram(potentials.bimodal(1.0), kappa_max=2.2), 1.76, 400)
    <ExitTime at κ = 1.76, N = 400: mean 128.211, barrier N ΔF = 1.427>
    """
    check_circle(diagram.potential if isinstance(diagram, Diagram) else diagram.diagram.potential)
    land = diagram if isinstance(diagram, Landscape) else landscape(diagram)
    coupling, count = finite_number("kappa", kappa), positive_integer("n", n)
    if not uniform_is_stable(land, coupling):
        raise ValueError(f"kappa = {kappa!r} is not allowed: the uniform state is not stable there, so nothing is left")
    passages = passages_from_uniform(land, coupling, count)
    if not passages:
        raise ValueError(
            f"kappa = {kappa!r} is not allowed: no saddle of index 1 between the uniform state and another one is "
            "known there"
        )
    return ExitTime(coupling, count, passages)


def measured_exit(ensemble: Ensemble, mode: int, level: float) -> MeasuredExit:
    """Return the mean time until |z_mode| exceeds a level, for exponentially distributed exits.

    Parameters
    ----------
    ensemble
        Particles that start in the uniform state; times are counted from its first one.
    mode, level
        As for :meth:`Ensemble.first_passage`: above the saddle, and below the state beyond it.

    Returns
    -------
    MeasuredExit
        All time spent divided by the number of exits, which allows for replicas that have not left.

    Raises
    ------
    ValueError
        If none left.
    """
    passed = ensemble.first_passage(mode, level) - ensemble.t[0]
    exits = int(np.count_nonzero(np.isfinite(passed)))
    if exits == 0:
        raise ValueError(f"level = {level:g} is not allowed: no replica came above it until t = {ensemble.t[-1]:g}")
    spent = float(np.where(np.isfinite(passed), passed, ensemble.t[-1] - ensemble.t[0]).sum())
    return MeasuredExit(spent / exits, spent / exits / math.sqrt(exits), exits)


def exit_couplings(
    diagram: Diagram | Landscape, sweep: tuple[float, float], t: float, n: int, shares: Sequence[float]
) -> Array:
    """Return the couplings at which given shares of the replicas have left, when κ rises linearly.

    Parameters
    ----------
    diagram
        Of the potential, or its landscape.
    sweep
        First and last coupling; below the first saddle nothing leaves.
    t
        Duration.
    n
        N.
    shares
        Between 0 and 1, such as the quartiles.

    Returns
    -------
    ndarray, shape of shares
        NaN where the uniform state loses its stability, or the sweep ends, before that share has left.

    Notes
    -----
    The share left is 1 − exp(−∫k dt) with the rate of :func:`exit_time`.

    Raises
    ------
    ValueError
        If the couplings do not increase, or at none of them the uniform state can be left over a saddle.
    """
    low, high = (finite_number("sweep", value) for value in sweep)
    if not 0 < low < high or not t > 0:
        raise ValueError(f"sweep = {sweep!r}, t = {t!r} are not allowed: the coupling must rise, in a time > 0")
    count = positive_integer("n", n)
    land = diagram if isinstance(diagram, Landscape) else landscape(diagram)
    found = []
    for kappa in np.linspace(low, high, RATES):
        passages = passages_from_uniform(land, float(kappa), count) if uniform_is_stable(land, float(kappa)) else ()
        if passages:
            found.append((float(kappa), ExitTime(float(kappa), count, passages).log_rate))
    if len(found) < 2:
        raise ValueError(f"sweep = {sweep!r} is not allowed: the uniform state cannot be left over a saddle there")
    kappas, logs = np.array(found).T
    fine = np.linspace(kappas[0], kappas[-1], 16 * RATES)
    hazard = PchipInterpolator(fine, np.exp(PchipInterpolator(kappas, logs)(fine))).antiderivative()
    speed = t / (high - low)
    total = float(hazard(kappas[-1])) * speed

    def reached(share: float) -> float:
        needed = -math.log1p(-share)
        if needed > total:
            return math.nan
        return float(brentq(lambda kappa: float(hazard(kappa)) * speed - needed, kappas[0], kappas[-1]))

    return np.array([reached(float(share)) for share in np.asarray(shares, dtype=float)])
