"""The Fourier quadratic system F_n(a, κ) = a_n − κ Q_n(a) as a continuation problem."""

from __future__ import annotations

from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from branches.potentials.potential import Potential
from branches.spaces.circle import EVEN
from branches.spaces.halfgrid import HalfGrid, half_grid
from branches.spaces.isotropy import Isotropy
from branches.spaces.toeplitz import hankel, toeplitz
from branches.states.loops import assemble, compiled
from branches.states.selfconsistent import SelfConsistentSystem
from branches.states.taylor import DENSE_SERIES, dense_series, synthesis
from continuation import BorderedSolver, DenseBordered, Problem

__all__ = ["QuadraticExpansion", "QuadraticSystem"]

Array = NDArray[np.float64]
LARGEST_DENSE = 1024  # unknowns above which the matrix-free equations take over
SHALLOW = 2.0  # range of log ρ up to which no barrier conditions the system badly
STEEP = 128.0  # range of log ρ beyond which the rounding of κ Q alone reaches the tolerance
LARGEST_INVERSE = 100.0  # of the Jacobian where a step begins: it grows along the step, and residuals of 1e-13 with it
RESOLVED = 1e-15  # a coefficient below this cannot change a max-norm residual of 1e-13


class QuadraticSystem(Problem):
    """Even stationary states with period 2π/n, truncated: 2k a_k = κ Σ_l l g_l a_l (a_|k−l| − a_{k+l}).

    Multiples of n are an invariant subspace, on which the system has the same form with weights
    g_n, g_2n, …; the unknowns are u_k = a_{kn}, k = 1 … N, and the parameter is κ.

    Parameters
    ----------
    potential
        The interaction.
    isotropy
        The class of the states, of period 2π/n.
    size
        N, the number of unknowns.
    max_size
        With a value above ``size`` the truncation is adaptive: the engine grows and shrinks it up to
        ``max_size`` so that what is neglected stays below the tolerance. Otherwise ``size`` is kept.
    kappa_scale
        Unit of κ in arclength; by default the onset coupling of mode n, or 1 if the mode has none.

    Notes
    -----
    Source: the system (Q) of the stationary Fokker–Planck equation ρ' + κρ(W∗ρ)' = 0 (see arXiv 2604.16288).

    Examples
    --------
    >>> import numpy as np
    >>> from branches import potentials
    >>> system = QuadraticSystem(potentials.kuramoto(), size=24)
    >>> from scipy.special import ive
    >>> z = 3.325848099017027883
    >>> a = ive(np.arange(1, 25), z) / ive(0, z)          # exact family: a_k = I_k(z) / I_0(z)
    >>> bool(np.max(np.abs(system.residual(a, 4.0))) < 1e-15)
    True
    """

    watches_pairs = False  # every isotropy block is watched along the branch

    def __init__(
        self,
        potential: Potential,
        isotropy: Isotropy = EVEN,
        size: int = 32,
        max_size: int | None = None,
        kappa_scale: float | None = None,
    ) -> None:
        self.potential, self.isotropy, self.size = potential, isotropy, size
        self.max_size = max(size, max_size or size)
        self.g = isotropy.weights(potential, size)
        self.parameter_scale = float(kappa_scale or isotropy.onset_scale(self.g))
        self._n = np.arange(1.0, size + 1)
        self._ng = self._n * self.g
        self._half_over_n = 0.5 / self._n
        self.grid: HalfGrid = half_grid(size)

    @cached_property
    def synthesis(self) -> Array:
        """The matrix from a to both of its sums on the grid, for small systems, shape (N, 2M)."""
        return synthesis(self)

    @property
    def adaptive(self) -> bool:
        """Whether the truncation follows the state."""
        return self.max_size > self.size or self._was_adaptive

    _was_adaptive = False

    def with_size(self, size: int) -> QuadraticSystem:
        """Return the same system with another number of unknowns."""
        other = QuadraticSystem(self.potential, self.isotropy, size, self.max_size, self.parameter_scale)
        other._was_adaptive = self.adaptive
        return other

    def matrix_free(self, size: int) -> SelfConsistentSystem:
        """Return the equations of the same states, matrix-free, for many unknowns."""
        return SelfConsistentSystem(
            self.potential, self.isotropy, size, max(size, self.max_size), self.parameter_scale, self.adaptive
        )

    def suited_to_size(self) -> Problem:
        """Return the equations to solve with as many unknowns: these, or the self-consistency ones if they are many."""
        return self.matrix_free(self.size) if self.size > LARGEST_DENSE else self

    def suited_to(self, u: Array, p: float, solver: BorderedSolver | None = None) -> Problem:
        """Return the equations to solve at a state: these, or the self-consistency ones if large or ill-conditioned.

        ``solver`` is the bordered Jacobian at the state, if it is factorised already.
        """
        suited = self.suited_to_size()
        return self.matrix_free(self.size) if suited is self and self._is_ill_conditioned(u, p, solver) else suited

    def quadratic(self, a: Array) -> Array:
        """Return Q(a), shape (..., N)."""
        sines, cosines = self.grid.both(a * self._ng, a)
        product: Array = self.grid.project(sines * (cosines + 1.0)) * self._half_over_n
        return product

    def residual(self, u: Array, p: float) -> Array:
        """Return F(a, κ) = a − κ Q(a), shape (N,)."""
        return u - p * self.quadratic(u)

    def residuals(self, u: Array, p: Array) -> Array:
        """Return F at many states, u of shape (m, N) and p of shape (m,)."""
        return u - p[:, None] * self.quadratic(u)

    def parameter_derivative(self, u: Array, p: float) -> Array:
        """Return ∂F/∂κ = −Q(a), shape (N,)."""
        return -self.quadratic(u)

    def jacobian(self, u: Array, p: float) -> Array:
        """Return ∂F/∂a, shape (N, N), exact.

        J_nm = δ_nm − (κ/2n) [m g_m (a_|n−m| − a_{n+m}) + q_{n−m} + q_{n+m}] with q_l = l g_l a_l, odd in l.
        """
        j = np.empty((self.size, self.size), order="F")
        self._jacobian_into(j, u, p)
        return j

    def _jacobian_into(self, j: Array, u: Array, p: float) -> None:
        """Write ∂F/∂a into an array of any memory order."""
        n = self.size
        even, odd = np.zeros(4 * n + 1), np.zeros(4 * n + 1)  # index 2n is mode 0
        even[2 * n], even[2 * n + 1 : 3 * n + 1] = 1.0, u
        odd[2 * n + 1 : 3 * n + 1] = self._ng * u
        even[: 2 * n], odd[: 2 * n] = even[: 2 * n : -1], -odd[: 2 * n : -1]
        (compiled(assemble) or numpy_assemble)(j, even, odd, self._ng, -p * self._half_over_n)

    def bordered(self, u: Array, p: float, rows: Array, columns: Array | None = None) -> BorderedSolver:
        """Return the factorised bordered Jacobian in the scaled parameter."""
        n, k = self.size, 1 if columns is None else columns.shape[1] + 1
        matrix = np.zeros((n + k, n + k), order="F") if k > 1 else np.empty((n + 1, n + 1), order="F")
        self._jacobian_into(matrix[:n, :n], u, p)
        matrix[:n, n] = -self.parameter_scale * self.quadratic(u)
        if columns is not None:
            matrix[:n, n + 1 :] = columns
        matrix[n:, : rows.shape[-1]] = rows
        return DenseBordered.of_matrix(matrix)

    def expansion(self, u: Array, p: float) -> QuadraticExpansion:
        """Return the Taylor recurrence about (a, κ)."""
        return QuadraticExpansion(self, u, p)

    def series(self, x: Array, solver: BorderedSolver, order: int) -> Array:
        """Return the Taylor coefficients of the branch through x, shape (order + 1, N + 1)."""
        if self.size <= DENSE_SERIES and isinstance(solver, DenseBordered):
            return dense_series(self, solver, x, order)
        return super().series(x, solver, order)

    def defect(self, u: Array, p: float) -> float:
        """Return max |κ Q_n(a)| over the neglected modes N < n ≤ 2N.

        A fixed truncation neglects them on purpose; there it is by how much a moment exceeds 1, which no
        density can have.
        """
        return self.tail(u, p) if self.adaptive else max(0.0, float(np.max(np.abs(u))) - 1.0)

    def tail(self, u: Array, p: float) -> float:
        """Return max |κ Q_n(a)| over the neglected modes N < n ≤ 2N."""
        n = self.size
        wide = half_grid(2 * n, 1.0)
        a = self.transfer(u, 2 * n)
        sines, cosines = wide.both(a * self.transfer(self._ng, 2 * n), a)
        product = sines * (cosines + 1.0)
        modes = np.arange(n + 1, 2 * n + 1)
        return float(np.max(np.abs(0.5 * p * wide.project(product)[n:] / modes)))

    def resized(self, u: Array, p: float, solver: BorderedSolver | None = None) -> tuple[Problem, int] | None:
        """Return the system with the truncation that the state needs, None to stay.

        Where the state has wells so deep that the drift alone makes this system ill-conditioned (rare hops between them
        are slow modes of the Fokker–Planck operator, not of the state), the self-consistency equations take over.
        """
        suited = self.suited_to(u, p, solver)
        if suited is not self:
            return suited, self.size
        if not self.adaptive:
            return None
        above = np.flatnonzero(np.abs(u) > RESOLVED)
        used = int(above[-1]) + 1 if above.size else 1
        if used > 0.9 * self.size and self.size < self.max_size:
            last = float(np.clip(np.max(np.abs(u[-3:])), RESOLVED, 0.9))
            decay = np.log(RESOLVED) / np.log(last)  # of a geometric tail: how much further it is to the resolved level
            size = min(self.max_size, int(max(1.5, decay) * self.size) + 8)
            if size > LARGEST_DENSE:
                size = min(self.max_size, max(size, 2 * LARGEST_DENSE))
                return self.matrix_free(size), size
        elif used < 0.5 * self.size and self.size > 24:
            size = max(24, int(1.5 * used))
        else:
            return None
        return self.with_size(size), size

    def _is_ill_conditioned(self, u: Array, p: float, solver: BorderedSolver | None) -> bool:
        """Whether a residual at the tolerance, or its rounding, leaves the state uncertain.

        The inverse of the Jacobian grows like exp(barrier) between two wells of log ρ, and only between wells: without
        a second peak in [0, π] nothing need be estimated.
        """
        amplitudes = p * self.g * u
        reach = 2.0 * float(np.abs(amplitudes).sum())
        if not SHALLOW < reach <= STEEP:
            return reach > STEEP
        field = self.grid.cosines(0.5 * amplitudes)
        rising = field[1:] > field[:-1]
        if np.count_nonzero(rising[1:] != rising[:-1]) + (not rising[0]) + rising[-1] <= 1:
            return False
        try:
            solver = solver or self.bordered(u, p, np.eye(1, self.size + 1, self.size)[0])
        except ArithmeticError:
            return True
        return solver.inverse_norm() > LARGEST_INVERSE


def numpy_assemble(j: Array, even: Array, odd: Array, ng: Array, factor: Array) -> None:
    """Write the Jacobian from a and l g_l a_l, extended to modes −2N … 2N, and the factors −κ/2n of its rows."""
    n = factor.size
    np.subtract(toeplitz(even, n), hankel(even, n), out=j)
    j *= ng
    j += toeplitz(odd, n)
    j += hankel(odd, n)
    j *= factor[:, None]
    diagonal = np.einsum("ii->i", j)
    diagonal += 1.0


class QuadraticExpansion:
    """Taylor coefficients of F along a curve: products on the half-grid, two transforms an order.

    With X = Σ n g_n a_n sin nθ, A = 1 + 2 Σ a_n cos nθ and Y = κX as series in s, F_k = a_k − P[Σ_r Y_r A_{k−r}].
    """

    def __init__(self, system: QuadraticSystem, a: Array, kappa: float) -> None:
        self._system, self._start = system, (a, kappa)
        self._capacity = self._k = 0

    def _begin(self) -> None:
        """Allocate on first use: the engine also asks for an expansion to see whether there is one."""
        system, (a, kappa) = self._system, self._start
        self._capacity = 32
        m = system.grid.size
        self._kappa = np.zeros(self._capacity)
        self._x, self._y = np.empty((self._capacity, m)), np.empty((self._capacity, m))
        self._a = np.empty((self._capacity, m))  # in reverse order: row −1 − k holds A_k
        self._kappa[0] = kappa
        self._x[0], self._a[-1] = system.grid.both(system._ng * a, a)
        self._y[0] = kappa * self._x[0]
        self._a[-1] += 1.0

    def remainder(self) -> Array:
        """Return the next coefficient of F without the next (a_k, κ_k): −P[Σ_{r=1}^{k} Y_r A_{k−r}], shape (N,).

        Y_k stands for its known part Σ_{q=1}^{k−1} κ_q X_{k−q}.
        """
        k = self._k + 1
        if self._capacity == 0:
            self._begin()
        if k == self._capacity:
            self._grow()
        np.matmul(self._kappa[1:k], self._x[k - 1 : 0 : -1], out=self._y[k])
        products = self._y[1 : k + 1] * self._a[self._capacity - k :]
        result = self._system.grid.project(np.add.reduce(products, axis=0))
        result *= -self._system._half_over_n
        return result

    def push(self, u: Array, p: float) -> None:
        """Append (a_k, κ_k)."""
        if self._capacity == 0:
            self._begin()
        self._k += 1
        k, grid = self._k, self._system.grid
        self._kappa[k] = p
        self._x[k], self._a[self._capacity - 1 - k] = grid.both(self._system._ng * u, u)
        if k == 1:
            self._y[1] = 0.0
        self._y[k] += self._kappa[0] * self._x[k]
        self._y[k] += p * self._x[0]

    def pop(self) -> None:
        """Forget the coefficients pushed last; the remainder is to be asked for again before the next push."""
        self._k -= 1

    def _grow(self) -> None:
        extra = self._capacity
        pad = np.empty((extra, self._x.shape[1]))
        self._kappa = np.concatenate([self._kappa, np.zeros(extra)])
        self._x, self._y = np.concatenate([self._x, pad]), np.concatenate([self._y, pad])
        self._a = np.concatenate([pad, self._a])
        self._capacity += extra
