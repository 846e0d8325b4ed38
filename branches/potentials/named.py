"""Interaction potentials of mean-field equations on the circle and on spheres, by name.

Normalisation, everywhere: W(θ) = W₀ − Σ_{n≥1} g_n cos nθ on [0, 2π), so that mode n of the uniform
state becomes unstable at κ_n = 2/g_n; on S^{d−1} the Gegenbauer polynomials P_l(cos θ), P_l(1) = 1, stand for the
cosines, and κ_l = N_l/g_l, N_l the number of harmonics.  Each constructor returns a frozen `Potential`.
"""

from __future__ import annotations

import difflib
import inspect
from collections.abc import Callable, Mapping
from fractions import Fraction
from typing import Any

from branches.potentials.families import (
    DoiOnsager,
    HegselmannKrause,
    LogGas,
    NoisyTransformer,
    Polynomial,
)
from branches.potentials.from_function import from_function
from branches.potentials.from_sympy import from_sympy
from branches.potentials.potential import Potential, PreciseFloat, check_dimension, finite_number, positive_integer
from branches.potentials.spheres import SphereHegselmannKrause, SphereOnsager, SphereTransformer
from branches.potentials.tables import from_weights, restore

__all__ = [
    "NAMES",
    "Potential",
    "bimodal",
    "by_name",
    "doi_onsager",
    "from_dict",
    "from_function",
    "from_sympy",
    "from_weights",
    "harmonics",
    "hegselmann_krause",
    "kuramoto",
    "log_gas",
    "maier_saupe",
    "noisy_transformer",
    "onsager",
    "vector_model",
]


def kuramoto() -> Potential:
    """Return the noisy Kuramoto (mean-field XY) potential W = −cos θ: g = (1, 0, 0, …).

    On other spheres it is the `vector_model`.

    Examples
    --------
    >>> kuramoto().weights(3)
    array([1., 0., 0.])
    """
    return Polynomial("kuramoto", ((1, 1.0),))


def vector_model(dimension: int = 3) -> Potential:
    """Return the mean-field vector model W = −⟨x, y⟩ on S^{d−1} (d = 3: Langevin–Heisenberg): g = (1, 0, 0, …).

    Parameters
    ----------
    dimension : int
        d ≥ 2; 2 is `kuramoto`.

    Raises
    ------
    ValueError
        If `dimension` is not an integer ≥ 2.

    Examples
    --------
    >>> vector_model(3).onset_coupling(1), vector_model(2) == kuramoto()
    (3.0, True)
    """
    d = check_dimension(dimension)
    return kuramoto() if d == 2 else Polynomial("vector_model", ((1, 1.0),), dimension=d)


def harmonics(weights: Mapping[int, float]) -> Potential:
    """Return W = −Σ g_n cos nθ with the given finitely many weights.

    Parameters
    ----------
    weights : mapping of int to float
        ``{n: g_n}``; modes left out have g_n = 0.

    Raises
    ------
    ValueError
        If there are no weights, a mode is not an integer ≥ 1, or a weight is not finite.

    Examples
    --------
    >>> harmonics({1: 1.0, 3: -0.5}).weights(4)
    array([ 1. ,  0. , -0.5,  0. ])
    """
    if not isinstance(weights, Mapping):
        raise TypeError(f"weights = {weights!r} is not allowed: give {{mode: weight}}, or a list to from_weights")
    if not weights:
        raise ValueError(f"weights = {weights!r} is not allowed: give at least one mode, such as {{1: 1.0}}")
    modes = {positive_integer("mode", n): finite_number(f"weights[{n}]", g) for n, g in weights.items()}
    terms = tuple(sorted(modes.items()))
    return Polynomial("harmonics", terms, tuple((f"g{n}", g) for n, g in terms))


def bimodal(m: float) -> Potential:
    """Return the two-mode potential W = −cos θ − m cos 2θ: g = (1, m).

    The transition is continuous for m < ½, tricritical at m = ½; m = 1 is the 1:2 resonance.

    Raises
    ------
    ValueError
        If `m` is not finite.

    Examples
    --------
    >>> bimodal(0.6).weights(2)
    array([1. , 0.6])
    """
    m = finite_number("m", m)
    return Polynomial("bimodal", ((1, 1.0), (2, m)), (("m", m),))


def noisy_transformer(beta: float, scaled: bool | str = False, dimension: int = 2) -> Potential:
    """Return the noisy transformer potential W = −e^{β cos θ}/β: g_n = 2 I_n(β)/β on the circle.

    β → 0 is Kuramoto.  Source: arXiv 2410.23228 and 2604.16288 (there as e^{β cos 2πθ}/β on the unit
    circle, attracting). On S^{d−1}, g_l = N_l Γ(ν+1) (2/β)^ν I_{l+ν}(β)/β with ν = (d−2)/2.

    Parameters
    ----------
    beta : float
        Inverse temperature of the attention, > 0.  The plain form is representable up to β ≈ 719.
    scaled : bool or 'mean'
        True: return W e^{−β} instead, with κ multiplied by e^{β}; on the circle it reaches β = 10¹⁰, on other
        spheres 10⁶. 'mean', on other spheres: return W/E e^{βt}, the mean over the uniform state, which is
        representable where both others are not (d = 1000, β = 10⁴).
    dimension : int
        d: tokens on S^{d−1}; 2 is the circle.

    Raises
    ------
    ValueError
        If `beta` is not finite, not positive, or so large that g_1 overflows (or e^{−β} g_1 underflows), or
        `dimension` is not an integer ≥ 2.

    Examples
    --------
    >>> print(f"{noisy_transformer(4.0).onset_coupling(1):.15f}")
    0.409858525749405
    >>> noisy_transformer(4.0).label
    'noisy transformer, β = 4'
    >>> print(f"{noisy_transformer(3.0, dimension=3).onset_coupling(1):.12f}")
    1.337619590987
    """
    if check_dimension(dimension) > 2:
        return SphereTransformer(beta, dimension, scaled)
    if isinstance(scaled, str):
        raise ValueError(f"scaled = {scaled!r} is not allowed on the circle: give True or False")
    return NoisyTransformer(beta, scaled)


def doi_onsager() -> Potential:
    """Return the two-dimensional Doi–Onsager potential W = |sin θ|: g_{2k} = (4/π)/(4k² − 1).

    Rods repel unless parallel; the continuous nematic transition is at κ₂ = 3π/2 (arXiv 2604.16288).

    Examples
    --------
    >>> print(f"{doi_onsager().onset_coupling(2):.14f}")
    4.71238898038469
    """
    return DoiOnsager()


def onsager(dimension: int = 3) -> Potential:
    """Return Onsager's potential W = |sin θ| of rods in d dimensions.

    Parameters
    ----------
    dimension : int
        d ≥ 2; 2 is `doi_onsager`.

    Raises
    ------
    ValueError
        If `dimension` is not an integer ≥ 2.

    Notes
    -----
    In three dimensions g_{2k} = (π/4)(4k+1)q²/((2k−1)(k+1)), q = (2k−1)!!/(2k)!!, and the nematic onset is at 32/π.

    Examples
    --------
    >>> print(f"{onsager().onset_coupling(2):.12f}")
    10.185916357881
    """
    return doi_onsager() if check_dimension(dimension) == 2 else SphereOnsager(dimension)


def maier_saupe(dimension: int = 2) -> Potential:
    """Return the Maier–Saupe potential W = sin²θ, on the circle ½ − ½ cos 2θ: g₂ = ½; on S^{d−1} g₂ = (d−1)/d.

    Convention: W = |sin θ|^ℓ with ℓ = 2, ℓ = 1 being Onsager's, so κ₂ = d(d+2)/2, 4 on the circle.  Other authors
    write −cos²θ (the same force) or −cos 2θ (twice the force, half the critical κ).

    Parameters
    ----------
    dimension : int
        d ≥ 2: rods in d dimensions; 2 is the circle.

    Raises
    ------
    ValueError
        If `dimension` is not an integer ≥ 2.

    Examples
    --------
    >>> maier_saupe().onset_coupling(2), maier_saupe(dimension=3).onset_coupling(2)
    (4.0, 7.5)
    """
    d = check_dimension(dimension)
    if d == 2:
        return Polynomial("maier_saupe", ((2, 0.5),))
    return Polynomial("maier_saupe", ((2, PreciseFloat(Fraction(d - 1, d))),), dimension=d)


def hegselmann_krause(R: float, dimension: int = 2) -> Potential:
    """Return the Hegselmann–Krause potential W = −(R − |θ|)₊² of bounded confidence.

    g_n = (4/π)(nR − sin nR)/n³ > 0 on the circle.  Source: arXiv 2604.16288 (there on the unit circle). On other
    spheres, where confidence reaches over caps, the weights are integrated numerically.

    Parameters
    ----------
    R : float
        Radius of confidence, 0 < R ≤ π.
    dimension : int
        d ≥ 2, for opinions on S^{d−1}; 2 is the circle.

    Raises
    ------
    ValueError
        If `R` is outside (0, π], or `dimension` is not an integer ≥ 2.

    Examples
    --------
    >>> print(f"{hegselmann_krause(2.0).onset_coupling(1):.13f}")
    1.4401692683491
    """
    return HegselmannKrause(R) if check_dimension(dimension) == 2 else SphereHegselmannKrause(R, dimension)


def log_gas(strength: float) -> Potential:
    """Return the logarithmic potential W = strength · log|2 sin(θ/2)|: g_n = strength/n.

    A positive strength attracts (Keller–Segel on the circle).  All onsets κ_n = 2n/strength lie on
    vertical branches: at κ = 2/strength, a_n = rⁿ solves the equation for every 0 ≤ r < 1.

    Raises
    ------
    ValueError
        If `strength` is not finite.

    Examples
    --------
    >>> log_gas(2.0).weights(4)
    array([2.        , 1.        , 0.66666667, 0.5       ])
    """
    return LogGas(strength)


def _harmonics_by_keyword(**weights: float) -> Potential:
    """Return `harmonics` from g1 = …, g2 = …."""
    bad = [key for key in weights if not (key[:1] == "g" and key[1:].isdigit())]
    if bad or not weights:
        raise ValueError(f"harmonics takes weights g1, g2, …, got {', '.join(weights) or 'none'}")
    return harmonics({int(key[1:]): value for key, value in weights.items()})


_CONSTRUCTORS: dict[str, Callable[..., Potential]] = {
    "kuramoto": kuramoto,
    "harmonics": _harmonics_by_keyword,
    "bimodal": bimodal,
    "noisy_transformer": noisy_transformer,
    "doi_onsager": doi_onsager,
    "maier_saupe": maier_saupe,
    "hegselmann_krause": hegselmann_krause,
    "log_gas": log_gas,
    "onsager": onsager,
    "vector_model": vector_model,
}
NAMES: tuple[str, ...] = tuple(_CONSTRUCTORS)
"""Names that `by_name` knows."""


def by_name(name: str, **parameters: float) -> Potential:
    """Return a named potential from its parameters.

    Parameters
    ----------
    name : str
        One of `NAMES`, with dashes or underscores, in any case.
    **parameters
        Those of the constructor of that name; for ``"harmonics"``, ``g1=…, g2=…``.

    Raises
    ------
    ValueError
        If the name is unknown (the nearest known ones are named), or parameters are missing,
        superfluous or not allowed.

    Examples
    --------
    >>> by_name("noisy-transformer", beta=4.0) == noisy_transformer(4.0)
    True
    """
    key = str(name).strip().lower().replace("-", "_").replace(" ", "_")
    if key not in _CONSTRUCTORS:
        near = difflib.get_close_matches(key, NAMES, n=3, cutoff=0.4)
        hint = f"did you mean {' or '.join(near)}? " if near else ""
        raise ValueError(f"unknown potential {name!r}: {hint}known are {', '.join(NAMES)}")
    constructor = _CONSTRUCTORS[key]
    try:
        inspect.signature(constructor).bind(**parameters)
    except TypeError as error:
        given = ", ".join(parameters) or "none"
        raise ValueError(f"{key} {_needs(constructor)}; got {given} ({error})") from None
    return constructor(**parameters)


def from_dict(description: Mapping[str, Any]) -> Potential:
    """Return the potential that ``Potential.to_dict`` described.

    Raises
    ------
    ValueError
        If the description has neither weights nor the name and parameters of a known family.

    Examples
    --------
    >>> from_dict(bimodal(0.6).to_dict(8)) == bimodal(0.6)
    True
    """
    if "name" not in description:
        raise ValueError("the description of a potential has no 'name'")
    if "weights" not in description:
        return by_name(description["name"], **description.get("parameters", {}))
    return restore(description)


def _needs(constructor: Callable[..., Potential]) -> str:
    parameters = inspect.signature(constructor).parameters.values()
    needed = [p.name for p in parameters if p.default is p.empty]
    optional = [p.name for p in parameters if p.default is not p.empty]
    text = f"needs {', '.join(needed)}" if needed else "takes no parameters"
    return text + (f" (optional: {', '.join(optional)})" if optional else "")
