"""The contract of an interaction potential: an even W on the circle, or one of the angle on a sphere, by its weights.

On the circle W(θ) = W₀ − Σ_{n≥1} g_n cos nθ, on S^{d−1} W = W₀ − Σ_{l≥1} g_l P_l(cos θ) with the Gegenbauer
polynomials, P_l(1) = 1 (d = 2 is the circle): g_n > 0 attracts in mode n and g_n < 0 repels. W₀ exerts no force and
is not kept.
"""

from __future__ import annotations

import dataclasses
import math
import operator
from abc import ABC, abstractmethod
from collections.abc import Mapping
from typing import Any, ClassVar, SupportsFloat, SupportsIndex, cast

import numpy as np
from numpy.typing import NDArray

from branches.spaces.multiplicity import multiplicity
from branches.spaces.space import CIRCLE, Space
from branches.spaces.sphere import sphere
from continuation import shortened

Array = NDArray[np.float64]

EPS = float(np.finfo(np.float64).eps)
ROUND_UP = 1.0 + 16 * EPS  # turns a bound evaluated by a handful of float64 operations into a bound


def positive_integer(argument: str, value: SupportsIndex) -> int:
    """Return `value` as an int ≥ 1, or raise a ValueError that names the argument.

    Examples
    --------
    >>> positive_integer("n_modes", 8)
    8
    """
    try:
        number = operator.index(value)
    except TypeError:
        number = 0
    if number < 1 or isinstance(value, bool):
        raise ValueError(f"{argument} = {value!r} is not allowed: it must be an integer, at least 1")
    return number


class PreciseFloat(float):
    """A float that remembers the mpmath number it was rounded from; `exact` gives it back.

    Parameters of potentials are floats to all of the numerics, and keep the digits they were given
    for `Potential.mp_weight`.  Equality and hash are those of the float.
    """

    exact: Any

    def __new__(cls, value: SupportsFloat) -> PreciseFloat:
        """Round `value`, and keep it."""
        number = super().__new__(cls, value)
        number.exact = value
        return number


def exact(value: float) -> Any:
    """Return the number a parameter was given as: an mpmath number where it was one, else the float.

    Examples
    --------
    >>> import mpmath
    >>> with mpmath.workdps(30):
    ...     exact(finite_number("m", mpmath.mpf(1) / 3))
    mpf('0.333333333333333333333333333333317')
    """
    return getattr(value, "exact", value)


def check_dimension(value: SupportsIndex | float, least: int = 2) -> int:
    """Return the dimension d of a sphere S^{d−1} as an int, or raise a ValueError; files and commands give floats.

    Examples
    --------
    >>> check_dimension(3), check_dimension(4.0)
    (3, 4)
    """
    try:
        whole = isinstance(value, float) and value.is_integer()
        number = int(value) if whole else operator.index(cast(Any, value))
    except TypeError:
        number = 0
    if number < least or isinstance(value, bool):
        raise ValueError(
            f"dimension = {value!r} is not allowed: it must be an integer, at least {least}; the particles live on "
            "the sphere of that many coordinates, and 2 is the circle"
        )
    return number


def finite_number(argument: str, value: SupportsFloat) -> float:
    """Return `value` as a finite float, or raise a ValueError that names the argument.

    An mpmath number becomes a `PreciseFloat`, which keeps its digits.

    Examples
    --------
    >>> finite_number("m", 1)
    1.0
    """
    try:
        if isinstance(value, str | bytes):
            raise TypeError
        number = float(value)
    except (TypeError, ValueError, OverflowError):
        number = math.nan
    if not math.isfinite(number):
        raise ValueError(f"{argument} = {value!r} is not allowed: it must be a finite real number")
    if isinstance(value, PreciseFloat):
        return value
    return PreciseFloat(value) if hasattr(value, "_mpf_") else number


class Potential(ABC):
    """An even interaction potential W(θ) = W₀ − Σ g_n cos nθ on the circle, or W₀ − Σ g_l P_l(cos θ) on S^{d−1}.

    Subclasses are frozen dataclasses; their fields are the parameters of the family.  They supply

    1. `_tabulate(n_modes)`: the float64 weights g_1 … g_N and absolute error bounds, both of shape (N,);
    2. `_mp_weight(n)`: one weight at the working precision of mpmath, where a closed form is known;
    3. `tail_bound(k)`: a rigorous sup_{n>k} 2|g_n|/N_n, or None where the family allows none (N_n = 2 on the
       circle, so that it is sup |g_n| there).

    Potentials are immutable, hashable, comparable and can be pickled; the table of weights is computed
    once and grows on demand.

    Attributes
    ----------
    name : str
        Name of the family, for example ``"noisy_transformer"``.
    space : Space
        Where the particles live: the circle, or a sphere.
    source : str
        Where the weights come from: ``"closed form"``, ``"numerical integration"`` or ``"table"``.
    dimension : int
        d: the particles live on S^{d−1}; 2, the circle, by default.

    Examples
    --------
    >>> from branches.potentials.named import hegselmann_krause
    >>> potential = hegselmann_krause(1.5)
    >>> potential.name, dict(potential.parameters), potential.label
    ('hegselmann_krause', {'R': 1.5}, 'Hegselmann–Krause, R = 1.5')
    >>> potential.weights(4).shape
    (4,)
    """

    name: str
    source: ClassVar[str] = "closed form"
    dimension: int = 2

    @property
    def space(self) -> Space:
        """Where the particles live."""
        return CIRCLE if self.dimension == 2 else sphere(self.dimension)

    # ---- what a family supplies -------------------------------------------------------------

    @abstractmethod
    def _tabulate(self, n_modes: int) -> tuple[Array, Array]:
        """Return g_1 … g_N and their absolute error bounds, shapes (N,) and (N,)."""

    @abstractmethod
    def _mp_weight(self, n: int) -> Any:
        """Return g_n as an mpmath number at the current mpmath working precision, n ≥ 1."""

    def tail_bound(self, k: int) -> float | None:
        """Return a rigorous upper bound of 2|g_n|/N_n over all n > k ≥ 0, or None if none is known.

        On the circle, where N_n = 2, it bounds |g_n| itself; no mode beyond k has an onset below 2 over the bound.
        """
        return None

    @property
    def parameters(self) -> Mapping[str, float]:
        """The parameters by name, for labels and files (a fresh dict)."""
        fields = dataclasses.fields(cast(Any, self))
        return {field.name: getattr(self, field.name) for field in fields}

    @property
    def label(self) -> str:
        """The name and parameters as text for tables and figures."""
        return ", ".join([self._title(), *(f"{_symbol(k)} = {v:.6g}" for k, v in self.parameters.items())])

    def __repr__(self) -> str:
        return f"<{type(self).__name__} {shortened(self.label, 120)}>"

    def _title(self) -> str:
        return self.name.replace("_", " ")

    # ---- what every potential has -----------------------------------------------------------

    def weights(self, n_modes: int) -> Array:
        """Return the cosine weights g_1 … g_N of W = W₀ − Σ g_n cos nθ.

        Parameters
        ----------
        n_modes : int
            N ≥ 1.

        Returns
        -------
        ndarray, shape (N,), read-only
            Entry n − 1 is g_n.

        Raises
        ------
        ValueError
            If `n_modes` is not an integer ≥ 1.

        Examples
        --------
        >>> from branches.potentials.named import bimodal
        >>> bimodal(0.6).weights(3)
        array([1. , 0.6, 0. ])
        """
        return self._table(n_modes)[0]

    def weight_errors(self, n_modes: int) -> Array:
        """Return absolute error bounds of ``weights(n_modes)``; shape (N,), read-only.

        They are zero where the weights are exact by definition.
        """
        return self._table(n_modes)[1]

    def weight(self, n: int) -> float:
        """Return the single weight g_n.

        Examples
        --------
        >>> from branches.potentials.named import log_gas
        >>> log_gas(1.0).weight(4)
        0.25
        """
        return float(self.weights(positive_integer("n", n))[-1])

    def mp_weight(self, n: int) -> Any:
        """Return g_n as an mpmath number at the current mpmath working precision.

        The parameters are taken exactly as they were given: floats to their last binary digit, mpmath
        numbers to theirs.

        Raises
        ------
        ValueError
            If `n` is not an integer ≥ 1, or only floating-point values of g_n are known.

        Examples
        --------
        >>> import mpmath
        >>> from branches.potentials.named import doi_onsager
        >>> with mpmath.workdps(30):
        ...     print(2 / doi_onsager().mp_weight(2))
        4.71238898038468985769396507492
        """
        return self._mp_weight(positive_integer("n", n))

    def onset_coupling(self, n: int) -> float:
        """Return κ_n = N_n/g_n (2/g_n on the circle), where the uniform state loses stability to mode n.

        Raises
        ------
        ValueError
            If g_n ≤ 0: such a mode never becomes unstable.

        Examples
        --------
        >>> from branches.potentials.named import kuramoto
        >>> kuramoto().onset_coupling(1)
        2.0
        """
        g = self.weight(n)
        if not g > 0:
            attracting = np.flatnonzero(self.weights(max(64, 2 * n)) > 0)[:6] + 1
            remedy = (
                f"choose an attracting mode (g_n > 0), such as n = {', '.join(map(str, attracting))}"
                if attracting.size
                else "this potential attracts in none of its first modes, so the uniform state stays stable"
            )
            raise ValueError(f"mode n = {n} of {self.label} has no onset, g_{n} = {g:.6g} ≤ 0: {remedy}")
        return self.multiplicity(n) / g

    def multiplicity(self, n: int) -> float:
        """Return N_n, the number of harmonics of degree n: 2 on the circle, 2n + 1 on the sphere in three dimensions.

        Examples
        --------
        >>> from branches.potentials.named import maier_saupe
        >>> maier_saupe().multiplicity(2), maier_saupe(dimension=3).multiplicity(2)
        (2.0, 5.0)
        """
        return self.space.multiplicity(positive_integer("n", n))

    def strengths(self, n_modes: int) -> Array:
        """Return 2 g_n/N_n, n = 1 … N, whose onsets are at κ_n = 2/strength: the weights themselves on the circle."""
        g = self.weights(n_modes)
        return g if self.dimension == 2 else 2.0 * g / multiplicity(np.arange(1, n_modes + 1), self.dimension)

    def to_dict(self, n_modes: int) -> dict[str, Any]:
        """Return a JSON-able description that ``potentials.from_dict`` turns back into this potential.

        A named family is described by its name and parameters; a potential known by its numbers
        only, by its first `n_modes` weights and their errors.
        """
        positive_integer("n_modes", n_modes)
        return {"name": self.name, "parameters": dict(self.parameters), "label": self.label}

    def _only_floats(self, n: int) -> ValueError:
        """Return the error of a potential that has no more digits of g_n to give."""
        return ValueError(
            f"g_{n} of {self.label} is only known in floating point; use a potential with a closed form "
            "(a named one, or from_sympy) where more digits are needed"
        )

    def _table(self, n_modes: int) -> tuple[Array, Array]:
        """Return the first `n_modes` entries of the cached table, growing it if it is too short."""
        wanted = positive_integer("n_modes", n_modes)
        table: tuple[Array, Array] | None = self.__dict__.get("_cache")
        if table is None or table[0].size < wanted:
            g, errors = self._tabulate(wanted)
            table = (_read_only(g), _read_only(errors))
            self.__dict__["_cache"] = table  # not a field: equality and hash do not see it
        return table[0][:wanted], table[1][:wanted]

    def __getstate__(self) -> dict[str, Any]:
        """Leave the cached table out of pickles: it is cheap to recompute."""
        return {key: value for key, value in self.__dict__.items() if key != "_cache"}


def _read_only(values: Array) -> Array:
    values = np.array(values, dtype=np.float64)
    values.flags.writeable = False
    return values


def _symbol(parameter: str) -> str:
    return {"beta": "β", "dimension": "d"}.get(parameter, parameter)
