"""Polynomial pieces of a branch, and the real roots of a polynomial on [0, 1]."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from functools import lru_cache
from math import comb

import numpy as np
from numpy.typing import NDArray

__all__ = ["Made", "Piece", "SignChanges", "even_powers", "shifted", "sign_changes", "sign_changes_along", "stacked"]

Array = NDArray[np.float64]
EPSILON = float(np.finfo(float).eps)


class Made(StrEnum):
    """How a piece was made, which says how accurate it is between its ends."""

    TAYLOR = "Taylor series"
    """To round-off everywhere."""
    INTERPOLATED = "interpolation through corrected states"
    """To the tolerance everywhere."""
    CUBIC = "cubic through two points and tangents"
    """To fourth order in its length; its ends to round-off."""


@dataclass(frozen=True)
class Piece:
    """A stretch of a branch as a polynomial in τ ∈ [0, 1].

    Parameters
    ----------
    coefficients
        Shape (order + 1, n + 1): row k holds the coefficient of τ^k of x = (u, p / scale).
    start, length
        Arclength at τ = 0, and what τ = 1 adds to it.
    made
        How it was made, see :class:`Made`.

    Examples
    --------
    >>> import numpy as np
    >>> piece = Piece(np.array([[0.0, 1.0], [2.0, 0.0], [0.0, -1.0]]), start=0.0, length=2.0)
    >>> piece(0.5)
    array([1.  , 0.75])
    """

    coefficients: Array
    start: float
    length: float
    made: Made = Made.TAYLOR

    def __call__(self, tau: float) -> Array:
        """Return x at one τ, shape (n + 1,)."""
        x: Array = _powers(tau, len(self.coefficients)) @ self.coefficients
        return x

    def at(self, tau: Array) -> Array:
        """Return x at many τ, shape (m, n + 1)."""
        x: Array = np.vander(tau, len(self.coefficients), increasing=True) @ self.coefficients
        return x

    def sampled(self, count: int) -> tuple[Array, Array]:
        """Return ``count`` + 1 equidistant τ from 0 to 1, and x there, shape (count + 1, n + 1)."""
        tau, powers = even_powers(count, len(self.coefficients))
        x: Array = powers @ self.coefficients
        return tau, x

    def derivative(self, tau: float) -> Array:
        """Return dx/dτ at one τ, shape (n + 1,)."""
        order = len(self.coefficients) - 1
        weights = _powers(tau, order) * np.arange(1, order + 1)
        d: Array = weights @ self.coefficients[1:]
        return d

    def cut(self, tau: float) -> Piece:
        """Return the part of the piece before τ."""
        scaled = self.coefficients * _powers(tau, len(self.coefficients))[:, None]
        return replace(self, coefficients=scaled, length=self.length * tau)

    def part(self, left: float, right: float) -> Piece:
        """Return the part of the piece between two τ."""
        width = right - left
        scaled = shifted(self.coefficients, left, width)
        return replace(self, coefficients=scaled, start=self.start + left * self.length, length=width * self.length)

    @property
    def end(self) -> float:
        """Arclength at τ = 1."""
        return self.start + self.length


def stacked(pieces: Sequence[Piece]) -> Array:
    """Return the coefficients of pieces, shape (P, order + 1, n + 1): shorter ones end in zeros; of one not a copy."""
    if len(pieces) == 1:
        return pieces[0].coefficients[None]
    longest = max(len(piece.coefficients) for piece in pieces)
    together = np.zeros((len(pieces), longest, pieces[0].coefficients.shape[1]))
    for row, piece in zip(together, pieces, strict=True):
        row[: len(piece.coefficients)] = piece.coefficients
    return together


def shifted(coefficients: Array, origin: float, length: float) -> Array:
    """Return the coefficients in τ of Σ c_k (origin + length τ)^k, shape as given.

    Rounding grows with (|origin| + |length|)^k c_k: for an origin well inside the disc of convergence.

    Examples
    --------
    >>> import numpy as np
    >>> shifted(np.array([[0.0], [0.0], [1.0]]), origin=1.0, length=2.0).ravel()  # (1 + 2 τ)²
    array([1., 4., 4.])
    """
    c = coefficients.copy()
    for first in range(len(c) - 1):  # Horner's scheme, once for every derivative
        for k in range(len(c) - 2, first - 1, -1):
            c[k] += origin * c[k + 1]
    return c * _powers(length, len(c))[:, None]


def _powers(tau: float, count: int) -> Array:
    factors = np.full(count, tau)
    factors[0] = 1.0
    powers: Array = np.multiply.accumulate(factors)
    return powers


@lru_cache(maxsize=128)
def even_powers(count: int, size: int) -> tuple[Array, Array]:
    """Return ``count`` + 1 equidistant τ from 0 to 1, and their powers, shape (count + 1, size); read-only."""
    tau = np.linspace(0.0, 1.0, count + 1)
    powers = np.vander(tau, size, increasing=True)
    tau.flags.writeable = powers.flags.writeable = False
    return tau, powers


@dataclass(frozen=True)
class SignChanges:
    """Where a polynomial changes sign on [0, 1], and its last clear sign there.

    ``roots`` are in increasing order; ``sign`` is 0 where the polynomial never rose above the noise.
    """

    roots: tuple[float, ...]
    sign: int


def sign_changes(coefficients: Array, noise: float, sign_before: int = 0) -> SignChanges:
    """Find every sign change of a polynomial on [0, 1] that stands out of the noise.

    Descartes' rule in the Bernstein basis with bisection: no sign change can hide between
    samples. A root of even multiplicity is not a sign change.

    Parameters
    ----------
    coefficients
        Power coefficients c_0 … c_d, shape (d + 1,).
    noise
        Absolute error of the polynomial's values; smaller values have no sign.
    sign_before
        Sign of the function before τ = 0: a change that falls on the joint is given as root 0.

    Returns
    -------
    SignChanges
        The roots, located to round-off, and the last clear sign.

    Examples
    --------
    >>> import numpy as np
    >>> changes = sign_changes(np.array([0.125, -0.75, 1.0]), noise=1e-15)   # roots 1/4 and 1/2
    >>> [round(root, 14) for root in changes.roots], changes.sign
    ([0.25, 0.5], 1)
    """
    c = np.asarray(coefficients, dtype=float)
    first, total = float(c[0]), float(np.abs(c).sum())
    noise = max(noise, EPSILON * total)
    if 2.0 * abs(first) > total + noise:  # the other terms cannot outweigh the first
        return _unchanged(1 if first > 0.0 else -1, sign_before)
    bernstein = _to_bernstein(c.size - 1) @ c
    lowest, highest = float(bernstein.min()), float(bernstein.max())
    if lowest > noise or highest < -noise:
        return _unchanged(1 if lowest > 0.0 else -1, sign_before)
    clear = np.sign(bernstein[np.abs(bernstein) > noise])
    if clear.size == 0:
        return SignChanges((), sign_before)
    before, last = int(clear[0]), int(clear[-1])
    roots = [0.0] if sign_before * before < 0 else []
    if np.any(clear != before):
        roots += _isolate(bernstein, c, 0.0, 1.0, noise)
    return SignChanges(tuple(sorted(roots)), last)


def sign_changes_along(coefficients: Array, noise: Array, sign_before: int = 0) -> list[SignChanges]:
    """Do :func:`sign_changes` for polynomials on [0, 1] that follow each other on one curve.

    Parameters
    ----------
    coefficients, noise
        Shapes (P, d + 1) and (P,).
    sign_before
        Sign before the first of them; each begins with the last clear sign of the one before.

    Examples
    --------
    >>> import numpy as np
    >>> one, two = sign_changes_along(np.array([[1.0, -0.5], [0.5, -1.0]]), np.full(2, 1e-15))
    >>> one.roots, two.roots, two.sign
    ((), (0.5,), -1)
    """
    noise = np.maximum(noise, EPSILON * np.abs(coefficients).sum(axis=1))
    bernstein = coefficients @ _to_bernstein(coefficients.shape[1] - 1).T
    signs = (bernstein.min(axis=1) > noise).astype(int) - (bernstein.max(axis=1) < -noise)
    found = []
    for c, level, sign in zip(coefficients, noise.tolist(), signs.tolist(), strict=True):
        found.append(_unchanged(sign, sign_before) if sign else sign_changes(c, level, sign_before))
        sign_before = found[-1].sign
    return found


def _unchanged(sign: int, sign_before: int) -> SignChanges:
    return SignChanges((0.0,) if sign_before * sign < 0 else (), sign)


@lru_cache(maxsize=128)
def _to_bernstein(degree: int) -> Array:
    return np.array([[comb(j, i) / comb(degree, i) for i in range(degree + 1)] for j in range(degree + 1)])


def _isolate(bernstein: Array, c: Array, left: float, right: float, noise: float) -> list[float]:
    signs = np.sign(bernstein[np.abs(bernstein) > noise])
    variations = int(np.count_nonzero(signs[1:] != signs[:-1]))
    if variations == 0:
        return []
    if variations == 1:
        return [_bisect_newton(c, left, right, signs[0])]
    middle = 0.5 * (left + right)
    if right - left < 1e-9:  # several roots below the resolution: their parity decides
        return [middle] if variations % 2 else []
    first, second = _halve(bernstein)
    at_joint = _joint_sign_change(first, second, noise)
    return _isolate(first, c, left, middle, noise) + [middle] * at_joint + _isolate(second, c, middle, right, noise)


def _halve(bernstein: Array) -> tuple[Array, Array]:
    """De Casteljau's subdivision at the middle."""
    left, right = np.empty_like(bernstein), np.empty_like(bernstein)
    row = bernstein
    for k in range(bernstein.size):
        left[k], right[-1 - k] = row[0], row[-1]
        row = 0.5 * (row[1:] + row[:-1])
    return left, right


def _joint_sign_change(first: Array, second: Array, noise: float) -> int:
    before, after = first[np.abs(first) > noise], second[np.abs(second) > noise]
    return int(before.size > 0 and after.size > 0 and before[-1] * after[0] < 0)


def _bisect_newton(c: Array, left: float, right: float, sign_left: float) -> float:
    """Newton's iteration kept inside a shrinking bracket, to round-off."""
    coefficients = [float(value) for value in c[::-1]]
    x = 0.5 * (left + right)
    for _ in range(200):
        value = slope = 0.0
        for coefficient in coefficients:
            slope = slope * x + value
            value = value * x + coefficient
        if value == 0.0:
            return x
        if value * sign_left > 0:
            left = x
        else:
            right = x
        step = value / slope if slope else float("inf")
        new = x - step
        if not left < new < right:
            new = 0.5 * (left + right)
        if abs(new - x) <= EPSILON * max(abs(x), EPSILON):
            return new
        x = new
    return x
