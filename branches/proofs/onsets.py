"""The shape of an onset as a theorem: the Landau coefficients in balls."""

from __future__ import annotations

import time

import numpy as np

from branches.potentials.potential import Potential, positive_integer
from branches.proofs.certificate import Certificate, issue
from branches.proofs.potentials import describe

__all__ = ["compared", "onset"]

METHOD = "Bifurcation from a simple eigenvalue; Landau coefficients of the self-consistent equation in balls."


def onset(potential: Potential, mode: int = 1) -> Certificate:
    """Prove how the branch of period 2π/n leaves the uniform state at κ_n = 2/g_n.

    Parameters
    ----------
    potential
        The interaction, any signs of the weights.
    mode
        n ≥ 1 with g_n > 0.

    Returns
    -------
    Certificate
        `proved` holds kappa, c_2, c_4 and the shape; undecided at a resonance g_{kn} = g_n, and where the
        sign of c₂ is (at a tricritical point that is no decimal number).

    Raises
    ------
    ValueError
        If g_n ≤ 0, or the weights are not known exactly.

    Examples
    --------
    >>> from branches import potentials
    >>> from branches.proofs.onsets import onset
    >>> onset(potentials.bimodal(0.5)).proved["c_2"]
    ['0', '0']
    """
    started = time.perf_counter()
    n = positive_integer("mode", mode)
    potential.onset_coupling(n)
    return issue("onset", describe(potential), {"mode": n}, {}, compared(potential, n), METHOD, since=started)


def compared(potential: Potential, n: int) -> int:
    """Return how many multiples of mode n must be compared with it: those beyond are smaller by their bound."""
    g = potential.weights(64 * n)[n - 1 :: n]
    weighty = np.flatnonzero(np.abs(g) >= 0.5 * g[0])
    return max(3, int(weighty[-1]) + 2)
