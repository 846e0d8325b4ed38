"""The kind of each bifurcation from the uniform state, decided by Landau coefficients and their errors."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass
from typing import SupportsFloat

import numpy as np

from branches.onsets.axial_states import owed_at_onset
from branches.onsets.exact.coefficients import CACHED_ORDER, EPS, kappa_coefficient
from branches.onsets.resonant.ray import Ray
from branches.onsets.resonant.rays import LARGEST_KERNEL, half_branches, morse_defect, orbits
from branches.onsets.spheres import decided_on_sphere, expansion_at_onset, rays_of_onset
from branches.potentials.potential import Array, Potential, positive_integer
from continuation import Record

__all__ = ["KINDS", "NearResonance", "Onset", "modes_below", "onset", "onsets"]

KINDS = ("supercritical", "critical", "subcritical", "transcritical", "undecided")

NEAR = 1e-2  # relative distance of two onsets that is worth a warning
ULPS = 4.0  # two weights closer than this many roundings of a float are one and the same
SHARP = 2.0**-40  # a coefficient known to twelve digits of its terms: if it vanishes so far, it is zero
Measured = tuple[float, float]  # value, error
Decision = tuple[str, int | None, float, str]  # kind, deciding order and coefficient, note

UNBOUNDED_MODES = 64
FIRST_MODES, LAST_MODES = 32, 4096  # modes looked at for resonances, where no tail bound settles it


@dataclass(frozen=True, eq=False, repr=False)
class NearResonance(Record):
    """A mode whose onset is close to, but not at, the onset of the kernel.

    Parameters
    ----------
    mode : int
    kappa : float
        Its own onset coupling.
    distance : float
        |κ_mode − κ|/κ.
    """

    mode: int
    kappa: float
    distance: float


@dataclass(frozen=True, eq=False, repr=False)
class Onset(Record):
    """How branches leave the uniform state at κ_n = N_n/g_n, 2/g_n on the circle.

    Parameters
    ----------
    kappa : float
        κ_n.
    mode : int
        The mode n asked for.
    kind : str
        'supercritical', 'subcritical', 'critical' (c₂ vanishes: tricritical or higher), 'transcritical'
        (a resonant kernel with a quadratic term) or 'undecided' (a sign is not resolved by the errors).
        It is the shape of the branches; whether the uniform state was stable before is another question.
    c2, c4 : float
        κ = κ_n (1 + c₂ s² + c₄ s⁴ + …), s = a_n, on the branch of period 2π/n (zonal on a sphere); NaN where a
        multiple of n is resonant with n, and for c₄ on spheres for n > 4.
    c2_error, c4_error : float
        Absolute errors, from those of the weights and from rounding.
    kernel : tuple of int
        All modes whose onset is κ_n within the errors, n included, increasing.
    deciding_order : int or None
        Power of the amplitude in κ(s) at which the sign was decided; None where it was not.
    deciding_coefficient : float
        That coefficient (the slope of the steepest ray for a resonant kernel); NaN where undecided.
    rays : tuple of Ray
        Every half-branch that leaves the point, one for each symmetry orbit.
    near_resonances : tuple of NearResonance
        Onsets within one percent, nearest first: the expansion is then only valid in a small range.
    message : str
        What the numbers alone do not say.
    undecided_rays : str
        Why half-branches may be missing among ``rays`` or not be what they seem; '' where every one is decided.
    c1, c1_error : float
        c₁ of κ = κ_n (1 + c₁ s + c₂ s² + …), with its error: zero on the circle and for odd n, negative for even n on
        other spheres, where s > 0 is concentrated at the poles.
    owed : tuple of str
        Branches that leave the point and are not followed.
    """

    kappa: float
    mode: int
    kind: str
    c2: float
    c4: float
    c2_error: float
    c4_error: float
    kernel: tuple[int, ...]
    deciding_order: int | None
    deciding_coefficient: float
    rays: tuple[Ray, ...]
    near_resonances: tuple[NearResonance, ...]
    message: str
    undecided_rays: str = ""
    c1: float = 0.0
    c1_error: float = 0.0
    owed: tuple[str, ...] = ()


def onset(potential: Potential, mode: int = 1) -> Onset:
    """Classify the bifurcation from the uniform state at the onset of one mode.

    Parameters
    ----------
    potential
        The interaction.
    mode
        n ≥ 1, with g_n > 0.

    Returns
    -------
    Onset

    Raises
    ------
    ValueError
        If the mode is not an integer ≥ 1 or g_n ≤ 0.

    Notes
    -----
    For a simple kernel c₂ = (1 − 2r₂)/(2(1 − r₂)) and the higher coefficients are exact functions of
    r_k = g_{kn}/g_n (see `coefficients`).  A sign counts when the coefficient exceeds
    its error: the errors of the weights propagated to first order, plus rounding.  A coefficient below
    its error is taken for zero, and the next one asked, only if that error is small enough (twelve
    digits of the terms of the coefficient); otherwise the onset is 'undecided'.

    A resonance with a mode beyond those the tail bound of the potential allows to check is missed; the
    message says so.  `mode` at a resonance is one of several: the kernel and the rays are the same for all.

    Examples
    --------
    >>> from branches import potentials
    >>> result = onset(potentials.kuramoto())
    >>> result.kind, result.kappa, result.c2
    ('supercritical', 2.0, 0.5)
    >>> onset(potentials.bimodal(0.5)).kind, onset(potentials.bimodal(1.0)).kind
    ('critical', 'transcritical')
    """
    n = positive_integer("mode", mode)
    kappa = potential.onset_coupling(n)
    g, errors, complete = _table_of_weights(potential, n)
    kernel = _kernel(g, errors, n)
    near = _near_resonances(g, kernel, n)
    notes = [] if complete else [f"modes beyond {g.size} were not checked for resonance"]
    if near:
        notes.append(
            f"near-resonance with mode {near[0].mode}, whose onset differs by {near[0].distance:.2g}: "
            "the expansion holds only while s² stays below that distance"
        )
    if potential.dimension > 2:
        return _on_sphere(potential, n, kernel, near, notes)
    c2, c4, decision = _coefficients(g, errors, n)
    undecided = ""
    if len(kernel) == 1:
        leaving: tuple[Ray, ...] = (Ray.simple(n, *c2),)
    else:
        leaving, decision, undecided = _resonant(potential, kernel)
    kind, order, coefficient, note = decision
    message = "; ".join(part for part in (note, *notes) if part)
    return Onset(
        kappa, n, kind, c2[0], c4[0], c2[1], c4[1], kernel, order, coefficient, leaving, near, message, undecided
    )


def _on_sphere(
    potential: Potential, n: int, kernel: tuple[int, ...], near: tuple[NearResonance, ...], notes: list[str]
) -> Onset:
    """Return the onset of a sphere: transcritical for even degrees, a pitchfork for odd ones."""
    kappa, unknown = potential.onset_coupling(n), (math.nan, math.inf)
    if len(kernel) > 1:
        note = f"resonant kernel {kernel}: rays are found on the circle only"
        message = "; ".join([note, *notes])
        values = (math.nan, math.nan, math.inf, math.inf)
        return Onset(kappa, n, "undecided", *values, kernel, None, math.nan, (), near, message, note, *unknown)
    expansions = [expansion_at_onset(potential, isotropy, n) for isotropy in potential.space.onset_classes(n)]
    rays = tuple(ray for expansion in expansions for ray in rays_of_onset(expansion))
    c1, c2, c4 = (expansions[0].measured(power) for power in (1, 2, 4))
    kind, order, coefficient, note = decided_on_sphere(expansions[0])
    message = "; ".join(part for part in (note, *notes) if part)
    return Onset(
        kappa, n, kind, c2[0], c4[0], c2[1], c4[1], kernel, order, coefficient, rays, near, message, "", *c1,
        owed=owed_at_onset(potential.dimension, n),
    )  # fmt: skip


def onsets(
    potential: Potential, kappa_max: SupportsFloat, modes: Iterable[int] | None = None
) -> tuple[Onset, ...]:
    """Classify every onset up to a coupling, in the order of κ; a resonant kernel counts once.

    Parameters
    ----------
    potential
        The interaction.
    kappa_max
        Largest coupling.
    modes
        Modes to look at; by default every mode with 0 < 2/g_n ≤ kappa_max.

    Raises
    ------
    ValueError
        If `kappa_max` is not finite and positive, or a mode of `modes` has g_n ≤ 0.

    Notes
    -----
    Without a bound of its high modes, those of a potential above 64 are not looked at (`modes_below` says so).

    Examples
    --------
    >>> from branches import potentials
    >>> [o.mode for o in onsets(potentials.bimodal(0.6), kappa_max=4.0)]
    [1, 2]
    """
    largest = float(kappa_max)
    if not (math.isfinite(largest) and largest > 0):
        raise ValueError(f"kappa_max = {kappa_max!r} is not allowed: give a finite coupling > 0")
    found: list[Onset] = []
    for n in modes_below(potential, largest)[0] if modes is None else modes:
        known = {k for o in found for k in o.kernel}
        if n not in known and potential.onset_coupling(n) <= largest * (1 + 4 * EPS):
            found.append(onset(potential, n))
    return tuple(sorted(found, key=lambda o: (o.kappa, o.mode)))


def modes_below(potential: Potential, kappa_max: float) -> tuple[tuple[int, ...], str]:
    """Return the modes with 0 < κ_n ≤ kappa_max, and what was not looked at ('' if nothing).

    Weights below their own error do not count as attraction. Without a bound of the high modes (a potential given
    as a function) the first modes are looked at, and the note says how many.

    Raises
    ------
    ValueError
        If more than a million modes are unstable at `kappa_max`.

    Examples
    --------
    >>> from branches import potentials
    >>> modes_below(potentials.bimodal(0.6), 4.0)
    ((1, 2), '')
    """
    size, note = FIRST_MODES, ""
    while (bound := potential.tail_bound(size)) is not None and bound >= 2.0 / kappa_max:
        if size > 2**20:
            raise ValueError(
                f"kappa_max = {kappa_max!r} is too large: over {size} modes are unstable there; lower it"
            )
        size *= 2
    if bound is None:
        size = UNBOUNDED_MODES
        note = f"onsets of modes above {size}: {potential.label} has no bound for its high modes"
    g, attracts = potential.strengths(size), potential.weights(size) > potential.weight_errors(size)
    found = np.flatnonzero((g * kappa_max >= 2.0 * (1 - 4 * EPS)) & attracts) + 1
    return tuple(found.tolist()), note


def _table_of_weights(potential: Potential, n: int) -> tuple[Array, Array, bool]:
    """Return strengths 2g/N, their errors, and whether no mode beyond them comes near the onset of mode n."""
    size = max(FIRST_MODES, n * CACHED_ORDER // 2)
    target = (1.0 - NEAR) * float(potential.strengths(n)[-1])
    bound = potential.tail_bound(size)
    while bound is not None and bound >= target and size < LAST_MODES:
        size *= 2
        bound = potential.tail_bound(size)
    share = 2.0 / potential.space.isotropy(1).multiplicity(np.arange(1, size + 1))
    return potential.strengths(size), share * potential.weight_errors(size), bound is not None and bound < target


def _kernel(g: Array, errors: Array, n: int) -> tuple[int, ...]:
    same = np.abs(g - g[n - 1]) <= errors + errors[n - 1] + ULPS * EPS * g[n - 1]
    same[n - 1] = True
    return tuple((np.flatnonzero(same) + 1).tolist())


def _near_resonances(g: Array, kernel: tuple[int, ...], n: int) -> tuple[NearResonance, ...]:
    # |κ_j − κ_n|/κ_n = |g_n − g_j|/g_j
    close = np.flatnonzero(np.abs(g - g[n - 1]) < NEAR * g) + 1
    found = [NearResonance(j, 2.0 / g[j - 1], abs(g[n - 1] - g[j - 1]) / g[j - 1]) for j in close.tolist()]
    return tuple(sorted((r for r in found if r.mode not in kernel), key=lambda r: r.distance))


def _coefficients(g: Array, errors: Array, n: int) -> tuple[Measured, Measured, Decision]:
    """Return (c₂, error), (c₄, error) and the decision for the branch of period 2π/n alone."""
    multiples = slice(n - 1, n * (CACHED_ORDER // 2), n)
    (g_n, *rest), (e_n, *rest_errors) = g[multiples].tolist(), errors[multiples].tolist()
    unknown = (math.nan, math.inf)
    if 0.0 in (gaps := [g_n - x for x in rest]):
        first = (kappa_coefficient(2).at_gaps([g_n / gaps[0]]) if gaps[0] else math.nan, math.inf)
        return first, unknown, ("undecided", None, math.nan, "a multiple of the mode is resonant")
    u = [g_n / gap for gap in gaps]
    # u = 1/(1 − r): du = u² dr, and two roundings; beyond half of itself first order says nothing
    dr = [(e + abs(y) / g_n * e_n) / g_n for y, e in zip(rest, rest_errors, strict=True)]
    du = [x * x * d + 2 * EPS * abs(x) for x, d in zip(u, dr, strict=True)]
    du = [d if d < 0.5 * abs(x) else math.inf for d, x in zip(du, u, strict=True)]

    def known(power: int) -> tuple[float, float]:
        c = kappa_coefficient(power)
        error = c.error(u, du)
        return c.at_gaps(u), error if error == error else math.inf

    c2, c4 = known(2), known(4)
    for power in range(2, CACHED_ORDER, 2):
        value, error = (c2, c4)[power // 2 - 1] if power <= 4 else known(power)
        if abs(value) > error:
            if power > 2:
                return c2, c4, ("critical", power, value, f"c_{power} decides: the lower coefficients vanish")
            return c2, c4, ("supercritical" if value > 0 else "subcritical", power, value, "")
        if not error <= SHARP * kappa_coefficient(power).scale(u):
            note = f"the sign of c_{power} is not resolved: {value:.3g} ± {error:.2g}"
            return c2, c4, ("undecided", None, math.nan, note)
    note = f"c_2 to c_{CACHED_ORDER - 2} all vanish: the branch is vertical, or degenerate beyond that order"
    return c2, c4, ("critical", None, 0.0, note)


def _resonant(potential: Potential, kernel: tuple[int, ...]) -> tuple[tuple[Ray, ...], Decision, str]:
    """Return the rays of a resonant kernel, what they decide, and why some may be missing."""
    title = f"resonant kernel {kernel}"
    if len(kernel) > LARGEST_KERNEL:
        note = f"{title}: rays are found for at most {LARGEST_KERNEL} resonant modes"
        return (), ("undecided", None, math.nan, note), note
    every = half_branches(potential, kernel)
    leaving = orbits(every)
    missing = ""
    if not all(ray.isolated for ray in leaving):
        missing = "degenerate, some rays are not isolated or need higher orders"
    elif morse_defect(every):
        missing = "Morse theory asks for more half-branches than were found"
    degree = max((ray.degree for ray in leaving), default=0)
    if not missing and degree > 4:
        title += f": degenerate, decided by the terms of degree {degree}"
    title += f": {missing}" if missing else ""
    if not leaving or any(abs(ray.slope) <= ray.slope_error for ray in leaving):
        return leaving, ("undecided", None, math.nan, f"{title}: a curvature is not resolved"), missing
    crossing = [ray for ray in leaving if ray.order % 2]  # κ rises on one side and falls on the other
    falling = [ray for ray in leaving if ray.slope < 0]
    steepest = min(crossing or falling or leaving, key=lambda ray: (ray.order, ray.slope))
    kind = "transcritical" if crossing else ("subcritical" if steepest.slope < 0 else "supercritical")
    return leaving, (kind, steepest.order, steepest.slope, title), missing
