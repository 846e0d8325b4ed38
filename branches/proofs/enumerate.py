"""All states with moments a_n ≥ 0 at one coupling, and the uniform state alone up to one, as theorems."""

from __future__ import annotations

import time
from typing import Any

from branches.potentials.potential import Potential, positive_integer
from branches.proofs.certificate import PRECISION, Certificate, issue
from branches.proofs.columns import Column
from branches.proofs.cone import ASSUMPTIONS, common_period, cones, near
from branches.proofs.potentials import attractive, coupling, describe

__all__ = ["checked", "states_at", "uniform_only"]

METHOD = (
    "T(a, kappa) = E cos n theta preserves the order of moments >= 0 (Ginibre). Cells of a_1 cover [0, 1]: rising and "
    "falling iterates of the other modes enclose every state of a cell, a contraction M y < y makes it one function "
    "phi of a_1, and the sign or the slope of phi - a_1 counts the states."
)


def states_at(
    potential: Potential, kappa: Any, period: int | None = None, n_modes: int | None = None
) -> Certificate:
    """Prove how many states with moments a_n ≥ 0 there are at one coupling, and where.

    Parameters
    ----------
    potential
        The interaction, all g_n ≥ 0, Σ g_n < ∞.
    kappa : str, Fraction, int or float
        The coupling; the theorem is about the decimal or rational number that is given.
    period
        p ≥ 1: count the states of period 2π/p, which are those of the weights (g_p, g_2p, …).  By default
        the greatest p for which these are all states.
    n_modes
        Modes of the finite part; by default as many as it takes.

    Returns
    -------
    Certificate
        `proved` holds the count, without the uniform state, and the interval of a_p of each.  Undecided where
        the uniform state is unstable to a mode other than p, or several states share one a_p.

    Raises
    ------
    ValueError
        If a weight is negative, the coupling is not positive, or the weights are not known exactly.

    Notes
    -----
    What it may miss: states outside the cone a_n ≥ 0 under every rotation.  They never minimise the free energy.

    Examples
    --------
    >>> from branches import potentials
    >>> from branches.proofs.enumerate import states_at
    >>> [states_at(potentials.noisy_transformer(4), kappa).proved["count"] for kappa in ("0.38", "0.4", "0.42")]
    [0, 2, 1]
    """
    return _counted("states_at", potential, kappa, period, n_modes)


def uniform_only(
    potential: Potential, kappa: Any, period: int | None = None, n_modes: int | None = None
) -> Certificate:
    """Prove that the uniform state is the only one with moments a_n ≥ 0 for every coupling up to `kappa`.

    Where all states are meant (`period` left out), it is then the only minimiser among all densities.  Near a
    fold at κ_f the time grows like (κ_f − κ)^{−1/2}.

    Parameters
    ----------
    potential, kappa, period, n_modes
        As in `states_at`.

    Returns
    -------
    Certificate
        Undecided where iterates from 1 do not reach 0, as when there is another state.

    Raises
    ------
    ValueError
        As `states_at`.

    Examples
    --------
    >>> from branches import potentials
    >>> from branches.proofs.enumerate import uniform_only
    >>> [bool(uniform_only(potentials.noisy_transformer(4), kappa)) for kappa in ("0.38706", "0.38708")]
    [True, False]
    """
    return _counted("uniform_only", potential, kappa, period, n_modes)


def _counted(kind: str, potential: Potential, kappa: Any, period: int | None, n_modes: int | None) -> Certificate:
    described, text, p, started = checked(potential, kappa, period, n_modes)
    given = {"kappa": text, "period": p}
    for cone in cones(described, near(text), p, n_modes):
        witness = {"strips": Column(cone, near(text)).strips()}
        certificate = issue(kind, described, given, witness, cone.N, METHOD, PRECISION, started, ASSUMPTIONS)
        if certificate.certified:
            break
    return certificate


def checked(
    potential: Potential, kappa: Any, period: int | None, n_modes: int | None
) -> tuple[dict[str, Any], str, int, float]:
    """Return the potential as a certificate names it, κ as text, the period, and the time."""
    started, described, text = time.perf_counter(), describe(potential), coupling(kappa)
    attractive(potential)
    if n_modes is not None:
        positive_integer("n_modes", n_modes)
    p = common_period(described) if period is None else positive_integer("period", period)
    if not potential.weights(p)[p - 1] > 0:
        raise ValueError(f"period = {period!r} is not allowed: g_{p} = 0")
    return described, text, p, started
