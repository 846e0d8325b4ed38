"""Tricritical points of pitchforks off non-uniform branches, such as nematic–polar ones."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from branches.diagrams.pitchfork import PitchforkShape, pitchfork_shape
from branches.diagrams.records import SpecialPoint
from branches.diagrams.trace import trace
from branches.potentials.potential import Potential, finite_number
from branches.spaces.circle import even_block
from continuation import Record, bracketed_root

__all__ = ["PitchforkTricritical", "pitchfork_tricritical_point"]

LEAST_MODES = 96


@dataclass(frozen=True, eq=False, repr=False)
class PitchforkTricritical(Record):
    """Where a pitchfork off a branch turns from super- to subcritical.

    Parameters
    ----------
    parameter, kappa
        Parameter of the family, and coupling.
    point
        The pitchfork there (its state, isotropy and residual).
    curvature, curvature_error
        Remaining coefficient of s² in κ(s), and its rounding error.
    """

    parameter: float
    kappa: float
    point: SpecialPoint
    curvature: float
    curvature_error: float


def pitchfork_tricritical_point(
    family: Callable[[float], Potential],
    bracket: Sequence[float],
    mode: int = 2,
    kappa_max: float | None = None,
    on_twin: bool = False,
) -> PitchforkTricritical:
    """Find the parameter at which the first pitchfork off a branch has no quadratic coefficient.

    Parameters
    ----------
    family
        Parameter → potential.
    bracket
        Two parameters between which the curvature of the pitchfork changes sign.
    mode
        The branch: that of this mode's onset.
    kappa_max
        How far it is traced; by default 2.1 times its onset.
    on_twin
        Which half-branch, where the pitchfork has two shapes (modes ±r mod n with n/gcd(n, r) = 4): the one off the
        state, or the one off its twin.

    Returns
    -------
    PitchforkTricritical

    Raises
    ------
    ValueError
        If the branch has no pitchfork at an end of the bracket, or the curvature has one sign at both: the message
        gives it at both ends. If ``on_twin`` is asked of a pitchfork with one shape.

    Notes
    -----
    The curvature is exact at each parameter (:func:`~branches.diagrams.pitchfork.pitchfork_shape`), so that the root
    is right to some roundings.

    Examples
    --------
    >>> from branches import potentials
    >>> found = pitchfork_tricritical_point(potentials.bimodal, (1.5, 1.7))
    >>> f"{found.parameter:.13f} {found.kappa:.13f}"
    '1.6349390968616 1.3759704669775'
    """
    low, high = sorted(finite_number("bracket", value) for value in bracket)

    def shape(parameter: float) -> tuple[PitchforkShape, SpecialPoint]:
        return _first_pitchfork(family(parameter), mode, kappa_max, parameter, on_twin)

    ends = [shape(value)[0].curvature for value in (low, high)]
    if ends[0] * ends[1] > 0:
        raise ValueError(
            f"bracket = ({low!r}, {high!r}) has no change of sign: the curvature of the pitchfork is {ends[0]:.6g} and "
            f"{ends[1]:.6g} there; widen it"
        )
    parameter = bracketed_root(lambda value: shape(value)[0].curvature, low, high)
    found, point = shape(parameter)
    return PitchforkTricritical(parameter, point.kappa, point, found.curvature, found.error)


def _first_pitchfork(
    potential: Potential, mode: int, kappa_max: float | None, parameter: float, on_twin: bool
) -> tuple[PitchforkShape, SpecialPoint]:
    for point in trace(potential, mode, kappa_max).special_points:
        if point.kind == "pitchfork" and point.n_fold == mode:
            a = point.isotropy.twin(point.a) if on_twin != (point.sector == "odd") else point.a
            block = even_block(mode, point.residue)
            if on_twin and block.order != 4:
                raise ValueError(f"on_twin = True is not allowed: modes ±{point.residue} mod {mode} have one shape")
            size = max(a.size, LEAST_MODES * mode // 2)
            return pitchfork_shape(potential, block, a[mode - 1 :: mode], point.kappa, size), point
    raise ValueError(
        f"the branch of mode {mode} at parameter {parameter!r} has no pitchfork: choose another bracket, or a larger "
        "kappa_max"
    )
