"""The whole diagram of states with moments a_n ≥ 0 as a theorem: one graph κ = K(a), and its folds."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from branches.potentials.potential import Potential
from branches.proofs.cells import Cells
from branches.proofs.certificate import PRECISION, Certificate, issue
from branches.proofs.cone import ASSUMPTIONS, cones, near
from branches.proofs.enumerate import checked

__all__ = ["diagram"]

METHOD = (
    "phi(a, kappa) = E cos theta of the reduced state increases with kappa, so that phi = a is one graph kappa = K(a). "
    "On cells of a and windows of kappa: phi < a below, phi > a above; the sign of K' is that of 1 - phi_a, near the "
    "onset that of -phi_aaa; cells where it is open lie in the ball of uniqueness of one regular zero of the extended "
    "system, so that each run has one fold. Falling iterates at kappa_max end it."
)

Progress = Callable[[float, float], None]


def diagram(
    potential: Potential, kappa_max: Any, period: int | None = None, n_modes: int | None = None,
    progress: Progress | None = None,
) -> Certificate:  # fmt: skip
    """Prove that the states with a_n ≥ 0 up to a coupling form one graph κ = K(a), and count its folds.

    Parameters
    ----------
    potential
        The interaction, all g_n ≥ 0, Σ g_n < ∞.
    kappa_max : str, Fraction, int or float
        Up to where, above the onset κ_p or the fold.
    period
        p: the states of period 2π/p, a = a_p.  By default the greatest p for which these are all states.
    n_modes
        Modes of the finite part; by default as many as it takes.
    progress
        Called with the a up to which K is enclosed, and the last.

    Returns
    -------
    Certificate
        `proved` holds the shape at the onset, the number of folds and where they are.  Undecided where several
        states share one a_p, a state has a_p = 0 (above another onset), or tails are too thick.  After Ctrl-C:
        undecided, with the cells that were closed.

    Raises
    ------
    ValueError
        If a weight is negative, no state exists up to `kappa_max`, or the weights are not known exactly.

    Examples
    --------
    >>> from branches import potentials
    >>> from branches.proofs.graph import diagram
    >>> certificate = diagram(potentials.kuramoto(), "2.04")
    >>> certificate.verdict, certificate.proved["count"], certificate.proved["shape"]
    ('certified', 0, 'supercritical')
    """
    described, text, p, started = checked(potential, kappa_max, period, n_modes)
    given, kappa = {"kappa_max": text, "period": p}, near(text)
    for cone in cones(described, kappa, p, n_modes):
        cells, stopped = Cells(cone, kappa), ""
        try:
            cells.search(progress)
            witness = cells.witness()
        except KeyboardInterrupt:
            stopped = f"interrupted; K is enclosed for a <= {cells.edges[-1]:.6g} of {cells.end:.6g}"
            witness = cells.windows()
        except ArithmeticError as failure:
            stopped, witness = str(failure), cells.windows()
        certificate = issue(
            "diagram", described, given, witness, cone.N, METHOD, PRECISION, started, ASSUMPTIONS, stopped
        )
        if certificate.certified or stopped.startswith("interrupted"):
            break
    return certificate
