"""Stability of the states of du/dt = F(u, p) along a branch, and the Hopf points on it."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from continuation.branch import Branch, SpecialPoint
from continuation.hopf import first_lyapunov
from continuation.linear.spectrum import eigenvalues
from continuation.problem import Problem, check_is_problem
from continuation.record import Record
from continuation.special.events import bracketed_root, on_branch
from continuation.stepping.corrector import residual_norm
from continuation.threads import on_one_thread

__all__ = ["Stability", "stability"]

Array = NDArray[np.float64]
Complex = NDArray[np.complex128]
EPSILON = float(np.finfo(float).eps)
TOLERANCE = 1e-13  # of the states between the points, as of the points themselves
ISOLATED = 2.0**-10  # of the distance between two points of the branch: where bisection ends


@dataclass(frozen=True, eq=False, repr=False)
class Stability(Record):
    """Eigenvalues of ∂F/∂u along a branch.

    Parameters
    ----------
    eigenvalues
        In the order of falling real part, at each of the branch's points, shape (P, k).
    unstable
        How many have a positive real part, beyond round-off, shape (P,).
    special_points
        The Hopf points, in the order of arclength. Their ``coefficients`` hold ``frequency`` ω > 0, ``real_part`` of
        the pair where it was located, ``frequency_error``, and ``lyapunov`` where F has a Taylor recurrence.
    """

    eigenvalues: Complex = field(repr=False)
    unstable: NDArray[np.int64] = field(repr=False)
    special_points: tuple[SpecialPoint, ...] = field(repr=False)

    def __repr__(self) -> str:
        counts = sorted(set(self.unstable.tolist()))
        hopf = ", ".join(f"p = {point.p:.8g}" for point in self.special_points) or "none"
        return f"<Stability: {self.unstable.size} points, unstable eigenvalues {counts}; Hopf points: {hopf}>"

    @property
    def stable(self) -> NDArray[np.bool_]:
        """Whether no eigenvalue has a positive real part, shape (P,)."""
        stable: NDArray[np.bool_] = self.unstable == 0
        return stable


@on_one_thread
def stability(problem: Problem, branch: Branch, *, count: int | None = None) -> Stability:
    """Return the eigenvalues of ∂F/∂u along a branch of du/dt = F(u, p), and locate the Hopf points on it.

    Parameters
    ----------
    problem
        The equations; the sign of F matters here, and only here.
    branch
        A branch of these equations with a fixed number of unknowns.
    count
        Number of eigenvalues of a sparse or matrix-free Jacobian, 12 by default; all of a dense one.

    Returns
    -------
    Stability
        Unstable eigenvalues at each point, and the Hopf points with frequency and first Lyapunov coefficient.

    Raises
    ------
    ValueError
        If the number of unknowns changes along the branch.
    ArithmeticError
        If eigenvalues of a large Jacobian are not found.

    Notes
    -----
    A Hopf point is looked for where the number of unstable eigenvalues changes between two neighbouring points. It may
    miss: pairs that cross and come back between them, two pairs that cross in opposite directions between them, and of
    a large Jacobian what is not among the eigenvalues computed. Periodic orbits are not followed.

    Examples
    --------
    >>> import numpy as np
    >>> from continuation import Problem, follow, stability
    >>> brusselator = Problem.from_function(    # A = 2: Hopf point at B = 1 + A² = 5 with frequency A
    ...     lambda u, B: np.array([2 - (B + 1) * u[0] + u[0]**2 * u[1], B * u[0] - u[0]**2 * u[1]]))
    >>> branch = follow(brusselator, [2.0, 1.5], 3.0, p_max=8.0)
    >>> (hopf,) = stability(brusselator, branch).special_points
    >>> f"{hopf.p:.12f}", f"{hopf.coefficients['frequency']:.12f}"
    ('5.000000000000', '2.000000000000')
    """
    check_is_problem(problem)
    if branch.sizes.size and np.ptp(branch.sizes):
        raise ValueError("the number of unknowns changes along the branch: its eigenvalues cannot be compared")
    watch = _Watch(problem, branch, count)
    spectra = [watch.at_state(u, float(p)) for u, p in zip(branch.u, branch.p, strict=True)]
    width = min((len(spectrum.values) for spectrum in spectra), default=0)
    found = []
    for left, right, s, t in zip(spectra[:-1], spectra[1:], branch.arclength[:-1], branch.arclength[1:], strict=True):
        found += watch.hopf_points(_Place(float(s), left), _Place(float(t), right), ISOLATED * float(t - s))
    values = np.array([spectrum.values[:width] for spectrum in spectra]).reshape(len(spectra), width)
    unstable = np.array([spectrum.unstable for spectrum in spectra], dtype=np.int64)
    return Stability(values, unstable, tuple(found))


@dataclass(frozen=True)
class _Spectrum:
    """Eigenvalues at a state, and the error of each."""

    values: Complex
    noise: float

    @property
    def unstable(self) -> int:
        return int(np.count_nonzero(self.values.real > self.noise))

    @property
    def pairs(self) -> Complex:
        """The eigenvalues above the real axis."""
        found: Complex = self.values[self.values.imag > np.sqrt(self.noise * np.max(np.abs(self.values), initial=0.0))]
        return found

    @property
    def unstable_pairs(self) -> int:
        return int(np.count_nonzero(self.pairs.real > self.noise))


@dataclass(frozen=True)
class _Place:
    s: float
    spectrum: _Spectrum


class _Watch:
    """The spectrum along a branch."""

    def __init__(self, problem: Problem, branch: Branch, count: int | None) -> None:
        self._problem, self._branch, self._count = problem, branch, count
        self._ends = np.array([piece.end for piece in branch.pieces])

    def at_state(self, u: Array, p: float) -> _Spectrum:
        """Return the spectrum at a state; its error is that of a backward stable method for simple eigenvalues."""
        jacobian = self._problem.jacobian(u, p)
        size = float(abs(jacobian).sum(axis=1).max()) if hasattr(jacobian, "sum") else 1.0
        return _Spectrum(eigenvalues(jacobian, self._count), 8.0 * EPSILON * size)

    def state(self, s: float) -> Array:
        """Return x = (u, p / scale) at an arclength, re-evaluated."""
        piece = self._branch.pieces[min(int(np.searchsorted(self._ends, s)), self._ends.size - 1)]
        return on_branch(self._problem, piece, (s - piece.start) / piece.length, TOLERANCE)[0]

    def at(self, s: float) -> _Place:
        x = self.state(s)
        return _Place(s, self.at_state(x[:-1], float(x[-1]) * self._problem.parameter_scale))

    def hopf_points(self, left: _Place, right: _Place, least: float) -> list[SpecialPoint]:
        """Return the Hopf points between two places, by bisection on the numbers of unstable eigenvalues and pairs."""
        one, other = left.spectrum, right.spectrum
        change = other.unstable_pairs - one.unstable_pairs
        if one.unstable == other.unstable and change == 0:
            return []
        simple = abs(change) == 1 and other.unstable - one.unstable == 2 * change
        if right.s - left.s <= least:
            return [self._located(left, right)] if simple else []
        middle = self.at(0.5 * (left.s + right.s))
        return self.hopf_points(left, middle, least) + self.hopf_points(middle, right, least)

    def _located(self, left: _Place, right: _Place) -> SpecialPoint:
        frequency = float(_crossing_pair(left.spectrum).imag)
        length = right.s - left.s

        def real_part(t: float) -> float:
            pairs = self.at(left.s + t * length).spectrum.pairs
            return float(pairs[np.argmin(np.abs(pairs - 1j * frequency))].real) if pairs.size else 0.0

        s = left.s + bracketed_root(real_part, 0.0, 1.0) * length
        x = self.state(s)
        u, p = x[:-1].copy(), float(x[-1]) * self._problem.parameter_scale
        spectrum = self.at_state(u, p)
        pair = _crossing_pair(spectrum)
        coefficients = {"frequency": float(pair.imag), "real_part": float(pair.real), "frequency_error": spectrum.noise}
        lyapunov = first_lyapunov(self._problem, u, p, float(pair.imag))
        if lyapunov is not None:
            coefficients["lyapunov"] = lyapunov
        return SpecialPoint("Hopf", p, u, s, residual_norm(self._problem, x), (left.s, right.s), coefficients)


def _crossing_pair(spectrum: _Spectrum) -> complex:
    """Return the eigenvalue above the real axis that is nearest to the imaginary one."""
    return complex(spectrum.pairs[np.argmin(np.abs(spectrum.pairs.real))])
