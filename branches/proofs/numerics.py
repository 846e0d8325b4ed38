"""What a proof starts from: states by Newton's iteration in doubles, then to more digits.  Nothing is proved here."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from flint import arb, ctx

from branches.potentials.potential import Array, Potential, positive_integer
from branches.proofs.checker_balls import Claim, number, vector
from branches.proofs.checker_local import System
from branches.states.selfconsistent import SelfConsistentSystem

__all__ = ["checked_moments", "hexadecimal", "moved", "newton", "refined", "sizes", "suitable_modes"]

TINY = 1e-18
LARGEST = 256  # modes up to which a proof is tried


def checked_moments(a: Any) -> Array:
    """Return moments a_1 … as an array, or ValueError."""
    values = np.atleast_1d(np.asarray(a, dtype=float))
    if values.ndim != 1 or not values.size or not np.isfinite(values).all() or np.abs(values).max() > 1:
        raise ValueError(f"a of shape {values.shape} is not allowed: give moments a_1, a_2, … between −1 and 1")
    return values


def newton(potential: Potential, a: Array, kappa: float, n_modes: int, iterations: int = 30) -> Array:
    """Return the even state near the moments `a`, shape (n_modes,), by Newton's iteration on a = T(a, κ)."""
    system = SelfConsistentSystem(potential, size=n_modes)
    u = np.zeros(n_modes)
    u[: min(n_modes, a.size)] = a[:n_modes]
    for _ in range(iterations):
        if not np.abs(u).max() < 2:
            return np.full(n_modes, np.nan)
        step = np.linalg.solve(system.jacobian(u, kappa), system.residual(u, kappa))
        u = u - step
        if np.abs(step).max() < 1e-15:
            break
    return u


def suitable_modes(potential: Potential, a: Array, kappa: float) -> int:
    """Return a first number of modes: beyond it neither the state nor the weights are sizeable."""
    n_modes = 64
    u = newton(potential, a, kappa, n_modes)
    g = np.abs(potential.weights(n_modes))
    sizeable = np.flatnonzero(np.sqrt(kappa * g) * np.maximum(np.abs(u), TINY) > TINY)
    return int(np.clip(sizeable[-1] + 3 if sizeable.size else 8, 8, n_modes))


def sizes(potential: Potential, a: Array, kappa: float, n_modes: int | None) -> list[int]:
    """Return the numbers of modes to try, one after the other: the one asked for, or from a first guess to 256."""
    if n_modes is not None:
        return [positive_integer("n_modes", n_modes)]
    first = suitable_modes(potential, a, kappa)
    return [first] + [size for size in (64, 96, 128, 192, LARGEST) if size >= 1.4 * first]


def refined(potential: Mapping[str, Any], a: Array, kappa: str, precision: int, period: int = 1) -> list[str]:
    """Return the moments a_p, a_2p, … of the state near `a` to about the precision of the balls, in hexadecimal."""
    with ctx.workprec(precision):
        moments = [arb(float(v)) for v in a]
        inverse = None
        for _ in range(3 if np.any(a) else 0):
            system = System(Claim(potential, {}, {}, len(moments)), number(kappa), moments, period)
            if inverse is None:
                inverse = system.block(1)[0].inv().mid()
            moments = moved(system, moments, (inverse * vector(system.F)).entries())
        return [hexadecimal(v) for v in moments]


def moved(system: System, moments: Sequence[Any], step: Sequence[Any]) -> list[Any]:
    """Return ā with x moved by −step; where g_n = 0 the moment does not enter, and the one of the density is taken."""
    moved = []
    for n, (s, gamma) in enumerate(zip(system.S, system.gamma, strict=True)):
        new = moments[n] - s * step[n] / gamma if gamma > 0 else system.m.a[n + 1]
        moved.append(arb(new.mid()))
    return moved


def hexadecimal(value: Any) -> str:
    """Return an exact number in hexadecimal, integer mantissa and power of two.

    Examples
    --------
    >>> from flint import arb
    >>> hexadecimal(arb(-0.75))
    '-0x3p-2'
    """
    mantissa, exponent = value.mid().man_exp()
    return f"{hex(int(mantissa))}p{int(exponent)}"
