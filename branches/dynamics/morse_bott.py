"""The Morse–Bott relation between stationary states: it can refute a list of states, never prove it complete."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from branches.diagrams.search.minimise import as_even
from branches.dynamics.arrival import Stationary, coefficients
from branches.dynamics.fixed_space import FixedSpace
from branches.states.index_sums import morse_quotient
from continuation import Record

__all__ = ["MorseBott", "morse_bott"]


@dataclass(frozen=True, eq=False, repr=False)
class MorseBott(Record):
    """The relation Σ t^index (circles of states) = 1 + (1 + t) Q(t) in one fixed space.

    Parameters
    ----------
    space
        'Z_d': all densities of period 2π/d, or 'D_d': the even ones.
    polynomial
        Coefficients of the left side, by power of t.
    quotient
        Coefficients of Q; empty if the division leaves a remainder.
    consistent
        Whether Q exists and has no negative coefficient; None where an index is not decided.
    message
        What it says.
    """

    space: str
    polynomial: tuple[int, ...]
    quotient: tuple[int, ...]
    consistent: bool | None
    message: str


def morse_bott(space: FixedSpace, states: Mapping[str, Stationary]) -> MorseBott:
    """Check a list of stationary states against the topology of the space of densities, which is convex.

    Parameters
    ----------
    space
        With its members.
    states
        The states by name.

    Notes
    -----
    In Fix(Z_d) every state but the uniform one is a circle: t^index (1 + t), twice for a state that is not even (its
    mirror image is another circle), over Z₂, since unstable bundles need not be orientable. In Fix(D_d) each member is
    a point: t^index. The states must be nondegenerate up to rotation. A negative coefficient of Q, or a remainder,
    means that a state is missing; none means nothing.

    Examples
    --------
    >>> import branches
    >>> from branches import potentials
    >>> from branches.dynamics.arrival import named_states
    >>> d = branches.diagram(potentials.bimodal(1.3), kappa_max=2.3)
    >>> states = named_states(d, 2.2)
    >>> morse_bott(FixedSpace.of(d.potential, 2.2, 1, False, states), states).quotient
    (0, 2, 0, 1)
    """
    total = np.zeros(1 + max([0, *(member.index for member in space.members)]) + 1, dtype=np.int64)
    for member in space.members:
        if member.undecided:
            text = f"the index of {member.name} is not decided"
            return MorseBott(space.name, (), (), None, text)
        if space.even or states[member.name].n_fold == 0:
            total[member.index] += 1
        else:
            circles = 2 if as_even(coefficients(states[member.name])) is None else 1
            total[member.index : member.index + 2] += circles
    polynomial = tuple(int(x) for x in np.trim_zeros(total, "b"))
    found = morse_quotient(polynomial)
    if found is None:
        return MorseBott(space.name, polynomial, (), False, "the Euler characteristic is wrong: a state is missing")
    if min(found, default=0) < 0:
        power = next(k for k, q in enumerate(found) if q < 0)
        text = f"Q has the coefficient {found[power]} at t^{power}: a state is missing"
        return MorseBott(space.name, polynomial, found, False, text)
    return MorseBott(space.name, polynomial, found, True, "no contradiction; it does not prove the list complete")
