"""The half-branches of two resonant modes, to any order: where the quadratic and cubic terms do not tell them apart.

With d a unit vector, e orthogonal to it and x = s (d + θ e), the reduced equations (κ/κ₀ − 1) x = q_2(x) + q_3(x) + …
are κ/κ₀ = 1 + s M(θ, s) and G(θ, s) = 0, two power series with polynomials in θ as coefficients. At s = 0 the first
part of G that does not vanish identically gives the directions; about a multiple root Newton's polygon goes on.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from branches.onsets.exact.series import Monomials, kernel_gradient
from branches.onsets.resonant.measured import Measured
from branches.onsets.resonant.newton_polygon import Root, Undecided, roots_near_zero
from branches.onsets.resonant.polysolve import EPS
from branches.onsets.resonant.reduced import inverse_gaps
from branches.potentials.potential import Potential

__all__ = ["Chart", "PairExpansion"]

Array = NDArray[np.float64]
ROUNDINGS = 64.0
CLUSTER = 1e-2  # distance of computed roots that may be one multiple root: ε^(1/7) at the most
IMAGINARY = 1e-9  # of a root that is real


@dataclass(frozen=True, eq=False)
class Chart:
    """G and M about one direction d: coefficients of s^k θ^j and their errors, shape (K, J) each."""

    d: Array
    g: Array
    g_error: Array
    m: Array
    m_error: Array

    @property
    def e(self) -> Array:
        """The direction of θ, d turned by a right angle."""
        return np.array([-self.d[1], self.d[0]])

    @property
    def reversed(self) -> Chart:
        """The same about −d, which is s < 0."""
        sign = (-1.0) ** np.arange(len(self.g))[:, None]
        return Chart(-self.d, -sign * self.g, self.g_error, -sign * self.m, self.m_error)

    @property
    def leading(self) -> int:
        """The first power of s in G.

        Raises
        ------
        Undecided
            If G vanishes to the orders known.
        """
        rows = np.any(np.abs(self.g) > self.g_error, axis=1)
        if not rows.any():
            raise Undecided(f"every direction is one of a half-branch up to order {len(self.g) + 1}")
        return int(np.argmax(rows))


@dataclass(frozen=True, eq=False)
class PairExpansion:
    """The reduced equations of two resonant modes up to a degree, with their dependence on κ.

    Parameters
    ----------
    modes
        The two modes.
    degree
        Highest degree of the reduced equations.
    gradient, slaved
        By mode, the terms of each degree as {exponents: series in κ/κ₀ − 1}: the reduced equations, the others.
    relative_error
        Of every term: by rounding, and by the errors of the weights to first order.
    """

    modes: tuple[int, int]
    degree: int
    gradient: dict[int, list[Monomials]]
    slaved: dict[int, list[Monomials]]
    relative_error: float

    @classmethod
    def of(cls, potential: Potential, modes: tuple[int, int], degree: int) -> PairExpansion:
        """Expand the equations of a potential.

        Raises
        ------
        ValueError
            If the modes are not resonant, or excite another resonant one.
        """
        gaps, errors = inverse_gaps(potential, modes, degree)
        count = degree // 2 + 1  # κ/κ₀ − 1 is O(s): more would be beyond the degree at any order of the ray
        one = np.eye(1, count)[0]

        def u(j: int) -> Measured:
            # 1/(1 − (1 + μ) r) with r = 1 − 1/u
            value, size = gaps[j] - 1.0, abs(gaps[j]) + 1.0
            powers = np.arange(count, dtype=float)
            return Measured(gaps[j] * np.power(value, powers), abs(gaps[j]) * np.power(size, powers))

        gradient, slaved = kernel_gradient(modes, degree, u, Measured(one, one))
        doubt = max((error / (abs(gaps[j]) + 1.0) for j, error in errors.items()), default=0.0)
        return cls(modes, degree, gradient, slaved, degree * (ROUNDINGS * EPS + doubt))

    def chart(self, d: Array) -> Chart:
        """Return G and M about a unit vector d."""
        along, across, sizes = self._parts(d)
        m = _solved(along)
        bound = _solved(np.abs(sizes))
        turned = np.zeros_like(m)
        turned[:, 1:] = m[:, :-1]
        g = _composed(across, m) - turned
        g_size = _composed(np.abs(sizes), bound)
        g_size[:, 1:] += bound[:, :-1]
        return Chart(d, g, self.relative_error * g_size, m, self.relative_error * bound)

    def _parts(self, d: Array) -> tuple[Array, Array, Array]:
        """Return the parts of Σ s^{D−2} q_D(d + θe) along d and e, and their size, shape (μ-power, K, J) each."""
        e = np.array([-d[1], d[0]])
        count = self.degree // 2 + 1
        parts = np.zeros((2, count, self.degree - 1, self.degree + 3))
        sizes = np.zeros(parts.shape[1:])
        for i, k in enumerate(self.modes):
            for total in range(2, self.degree + 1):
                for exponents, c in self.gradient[k][total].items():
                    line, line_size = np.ones(1), np.ones(1)
                    for component, tilt, exponent in zip(d, e, exponents, strict=True):
                        for _ in range(exponent):
                            line = np.convolve(line, [component, tilt])
                            line_size = np.convolve(line_size, [abs(component), abs(tilt)])
                    width = line.size
                    parts[0, :, total - 2, :width] += d[i] * c.value[:, None] * line
                    parts[1, :, total - 2, :width] += e[i] * c.value[:, None] * line
                    sizes[:, total - 2, :width] += c.size[:, None] * line_size
        return parts[0], parts[1], sizes

    @cached_property
    def _axes(self) -> tuple[Chart, Chart]:
        return self.chart(np.array([1.0, 0.0])), self.chart(np.array([0.0, 1.0]))

    def half_branches(self) -> Iterator[tuple[Chart, Root]]:
        """Yield every half-branch: the chart about its direction, and θ(s) there.

        Raises
        ------
        Undecided
            If the degree is too low to tell them apart.
        """
        for d in self._directions():
            chart = self.chart(d)
            for side in (chart, chart.reversed):
                k = side.leading
                for root in roots_near_zero(side.g[k:], side.g_error[k:]):
                    yield side, root

    def _directions(self) -> Iterator[Array]:
        """Yield the directions in which the first part of G vanishes, up to sign, each once."""
        first, second = self._axes
        k = min(first.leading, second.leading)
        for axis in (first, second):
            if abs(axis.g[k, 0]) <= axis.g_error[k, 0]:
                yield axis.d
        c = np.where(np.abs(first.g[k]) > first.g_error[k], first.g[k], 0.0)
        start = int(np.argmax(c != 0.0))
        c = np.trim_zeros(c[start:], "b")  # roots on the axes are taken out
        for theta in _real_roots(c):
            d = np.array([1.0, theta])
            yield d / np.linalg.norm(d)


def _times(a: Array, b: Array) -> Array:
    """Return the product of two series in s and θ, cut to their shape."""
    product = np.zeros_like(a)
    for k, row in enumerate(a):
        for l in range(len(b) - k):
            product[k + l] += np.convolve(row, b[l])[: a.shape[1]]
    return product


def _composed(parts: Array, m: Array) -> Array:
    """Return Σ_p parts[p] μ^p with μ = s M."""
    mu = np.zeros_like(m)
    mu[1:] = m[:-1]
    total: Array = parts[0].copy()
    power = mu
    for part in parts[1:]:
        total += _times(part, power)
        power = _times(power, mu)
    return total


def _solved(parts: Array) -> Array:
    """Return M = Σ_p parts[p] (s M)^p, order by order in s."""
    m: Array = parts[0]
    for _ in range(len(m)):
        m = _composed(parts, m)
    return m


def _real_roots(c: Array) -> list[float]:
    """Return the real roots of a polynomial, a multiple one once and to round-off."""
    rest = list(np.roots(c[::-1])) if c.size > 1 else []
    found = []
    while rest:
        group = [z for z in rest if abs(z - rest[0]) <= CLUSTER * (1.0 + abs(rest[0]))]
        if not _is_multiple(c, group):
            group = rest[:1]
        rest = [z for z in rest if z not in group]
        theta = _refined(c, group)
        if abs(theta.imag) <= IMAGINARY * (1.0 + abs(theta)):
            found.append(float(theta.real))
    return found


def _refined(c: Array, group: list[complex]) -> complex:
    """Return the root that computed ones stand for: where the derivative of their multiplicity less one vanishes."""
    last = np.polynomial.Polynomial(c).deriv(len(group) - 1) if len(group) > 1 else np.polynomial.Polynomial(c)
    theta = complex(np.mean(group))
    for _ in range(4):
        theta -= complex(last(theta)) / complex(last.deriv()(theta))
    return theta


def _is_multiple(c: Array, group: list[complex]) -> bool:
    """Return whether computed roots are one multiple root to rounding."""
    theta = _refined(c, group)
    part, bound = np.polynomial.Polynomial(c), np.polynomial.Polynomial(np.abs(c))
    for _ in group:
        if abs(part(theta)) > ROUNDINGS * EPS * bound(abs(theta)):
            return False
        part, bound = part.deriv(), bound.deriv()
    return True
