"""The self-consistency equations a_k = E[B_k] as a continuation problem on any space, matrix-free for very many modes.

Stationary states are the solutions of a = T(a, κ), T_k the mean of B_k under ρ ∝ exp(κ Σ g_l a_l B_l). The Jacobian
1 − κ C G (C the covariances of the B_k) is identity minus an operator with the decay of the weights, whatever the
size: unlike in the quadratic system of the circle there is no drift term that couples high modes, so that few
iterations solve with it.
"""

from __future__ import annotations

import os

import numpy as np
from numpy.typing import NDArray

from branches.potentials.potential import Potential
from branches.spaces.basis import peak_of
from branches.spaces.circle import EVEN
from branches.spaces.isotropy import Isotropy
from branches.states.gibbs_series import gibbs_series
from continuation import BorderedSolver, DenseBordered, KrylovBordered, Problem

__all__ = ["SelfConsistentExpansion", "SelfConsistentSystem", "require_memory"]

Array = NDArray[np.float64]
EPSILON = float(np.finfo(float).eps)
RESOLVED = 2e-14  # above the rounding of a moment, below the tolerance of a step
SERIES_MEMORY = 2.0**27  # bytes that the coefficients of one step may take: it sets the order at large sizes
SERIES_VECTORS = 4.5  # an order keeps two grids and two vectors
LEAST_SERIES = 12  # with a lower order a Taylor step is shorter than a tangent step
STEP_VECTORS = 40  # vectors of length N that a tangent step works with at the most
LARGEST_DENSE = 512  # unknowns up to which a factorisation beats the iteration
DENSE_SERIES = 128  # unknowns up to which dense products beat a solve and two transforms an order
STEEP = 64.0  # range of log ρ whose rounding counts in the moments
TURNED = 0.7  # cosine of the angle between a direction across the orbit and that of the present state
LEAST_BLOCK, LARGEST_BLOCK = 64, 1024
ACTIVE = 0.05  # modes with κ g_n above this belong into the dense block


class SelfConsistentSystem(Problem):
    """F(u, κ) = u − T(u, κ) for states of one symmetry class, with N unknowns u_1, u_2, ….

    Parameters
    ----------
    potential
        The interaction.
    isotropy
        The class of the states.
    size, max_size, kappa_scale
        As for :class:`~branches.states.quadratic.QuadraticSystem`.
    adaptive
        Whether the truncation grows with the state, up to ``max_size``.

    Raises
    ------
    MemoryError
        If a step with so many unknowns would not fit in memory; it says how much it would need.

    Notes
    -----
    Products cost fast transforms, O(N log N); no matrix larger than that of the modes with sizeable κ g_n is formed.
    A step works with at most 40 vectors of length N and that matrix; while the Taylor coefficients fit in 128 MB
    beside them, steps are Taylor steps, above tangent steps.

    Examples
    --------
    >>> import numpy as np
    >>> from scipy.special import ive
    >>> from branches import potentials
    >>> system = SelfConsistentSystem(potentials.kuramoto(), size=32)
    >>> z = 3.325848099017027883                                # the exact state at κ = 4
    >>> a = ive(np.arange(1, 33), z) / ive(0, z)
    >>> bool(np.max(np.abs(system.residual(a, 4.0))) < 1e-14)
    True
    """

    watches_pairs = False  # every isotropy block is watched along the branch

    def __init__(
        self,
        potential: Potential,
        isotropy: Isotropy = EVEN,
        size: int = 2048,
        max_size: int | None = None,
        kappa_scale: float | None = None,
        adaptive: bool = False,
    ) -> None:
        require_memory(isotropy.n_fold * size)
        self.potential, self.isotropy, self.size = potential, isotropy, size
        self.max_size = max(size, max_size or size)
        self.adaptive = adaptive
        self.g = isotropy.weights(potential, size)
        self.parameter_scale = float(kappa_scale or isotropy.onset_scale(self.g))
        self.basis = isotropy.basis(size)
        self.largest_order = int(SERIES_MEMORY / (8.0 * SERIES_VECTORS * size))
        self._anchor: Array | None = None

    def with_size(self, size: int) -> SelfConsistentSystem:
        """Return the same equations with another number of unknowns."""
        largest = max(size, self.max_size)
        return SelfConsistentSystem(self.potential, self.isotropy, size, largest, self.parameter_scale, self.adaptive)

    def matrix_free(self, size: int) -> SelfConsistentSystem:
        """Return these equations with a number of unknowns."""
        return self if size == self.size else self.with_size(size)

    def suited_to_size(self) -> SelfConsistentSystem:
        """Return the equations to solve with as many unknowns: these."""
        return self

    def suited_to(self, u: Array, p: float, solver: BorderedSolver | None = None) -> SelfConsistentSystem:
        """Return the equations to solve at a state: these, which are well conditioned everywhere."""
        return self

    def gibbs(self, u: Array, p: float) -> Array:
        """Return exp(Φ − max Φ) on the nodes, Φ = κ Σ g_k u_k B_k, with their mass."""
        b = p * self.g * u
        field = self.basis.weighted(self.basis.synthesis(b))
        if float(np.abs(b).sum()) > STEEP:
            field = self.basis.weighted(self.basis.relative_synthesis(b, int(np.argmax(field))))
        gibbs: Array = np.exp(field - field.max())
        return gibbs

    def residual(self, u: Array, p: float) -> Array:
        """Return F(a, κ) = a − T(a, κ), shape (N,)."""
        moments, mass = self.basis.means(self.gibbs(u, p))
        return u - moments / mass

    def residuals(self, u: Array, p: Array) -> Array:
        """Return F at many states, u of shape (m, N) and p of shape (m,); shape (m, N)."""
        b = p[:, None] * self.g * u
        field = self.basis.weighted(self.basis.synthesis(b))
        for k in np.flatnonzero(np.abs(b).sum(axis=1) > STEEP):
            field[k] = self.basis.weighted(self.basis.relative_synthesis(b[k], int(np.argmax(field[k]))))
        moments, mass = self.basis.means(np.exp(field - field.max(axis=1, keepdims=True)))
        return u - moments / mass

    def covariance_product(self, rho: Array, b: Array) -> Array:
        """Return C b with the density ρ (mean 1) on the nodes, shape (N,)."""
        peak = peak_of(rho)
        h = self.basis.synthesis(b) if peak is None else self.basis.relative_synthesis(b, peak)
        h -= float(rho @ h) / h.size
        h *= rho
        return self.basis.means(h)[0]

    def parameter_derivative(self, u: Array, p: float) -> Array:
        """Return ∂F/∂κ = −C (g∘a), shape (N,)."""
        rho = self.gibbs(u, p)
        return -self.covariance_product(rho / rho.mean(), self.g * u)

    def weights_derivative(self, u: Array, p: float, slope: Array) -> Array:
        """Return the derivative of F where the weights change by ``slope``: −κ C (slope∘u), shape (N,)."""
        rho = self.gibbs(u, p)
        return -p * self.covariance_product(rho / rho.mean(), slope * u)

    def jacobian(self, u: Array, p: float) -> Array:
        """Return 1 − κ C G, made regular across the orbit, shape (N, N): for small N and for tests."""
        return self._block(u, self.gibbs(u, p), p, self.size)

    def across(self, u: Array) -> Array | None:
        """Return the unit vector w along G v, v the motion along the orbit of a state; None where its class has none.

        Where all rotations of a state are in its class, J v = 0 and (G v)ᵀ (u − T) = 0 for every u: J + w wᵀ is regular
        and its steps across the orbit solve the same equations.
        """
        motion = self.isotropy.motion(u if self._anchor is None else self._anchor)
        if motion is None or not np.any(motion):
            return None
        across: Array = self.g * motion
        return across / np.linalg.norm(across)

    def anchored(self, u: Array) -> SelfConsistentSystem:
        """Return the same equations with their steps across the orbit of a fixed state, for starts where u vanishes."""
        system = self.with_size(self.size)
        system._anchor = u
        return system

    def _block(self, u: Array, rho: Array, p: float, size: int) -> Array:
        block, across = self.leading_block(rho, p, size), self.across(u)
        if across is not None:
            block += np.multiply.outer(across[:size], across[:size])
        return block

    def leading_block(self, rho: Array, p: float, size: int) -> Array:
        """Return the rows and columns 1 … size of 1 − κ C G."""
        covariance = self.basis.covariance(rho, size)
        block: Array = np.eye(size) - p * covariance * self.g[:size]
        return block

    def bordered(self, u: Array, p: float, rows: Array, columns: Array | None = None) -> BorderedSolver:
        """Return a solver of the bordered Jacobian: preconditioned GMRES, or a factorisation for few unknowns."""
        rho = self.gibbs(u, p)
        density = rho / rho.mean()
        scale = self.parameter_scale
        column = -scale * self.covariance_product(density, self.g * u)
        borders = column if columns is None else np.column_stack([column, columns])
        if self.size <= LARGEST_DENSE:
            return DenseBordered(self._block(u, rho, p, self.size), borders, rows)
        across = self.across(u)
        active = np.flatnonzero(np.abs(p * self.g) > ACTIVE)
        low = min(self.size, LARGEST_BLOCK, max(LEAST_BLOCK, int(active[-1]) + 1 if active.size else 0))

        def product(v: Array) -> Array:
            result = self.covariance_product(density, self.g * v)
            result *= -p
            result += v
            return result if across is None else result + across * (across @ v)

        def transposed(v: Array) -> Array:
            result = self.covariance_product(density, v)
            result *= -p * self.g
            result += v
            return result if across is None else result + across * (across @ v)

        return KrylovBordered(product, borders, rows, self._block(u, rho, p, low), transposed)

    def expansion(self, u: Array, p: float) -> SelfConsistentExpansion | None:
        """Return the Taylor recurrence about (a, κ); None where memory allows too low an order to pay."""
        return SelfConsistentExpansion(self, u, p) if self.largest_order >= LEAST_SERIES else None

    def series(self, x: Array, solver: BorderedSolver, order: int) -> Array:
        """Return the Taylor coefficients of the branch through x, shape (order + 1, N + 1)."""
        if self.size <= DENSE_SERIES and isinstance(solver, DenseBordered):
            return gibbs_series(self, solver, x, order)
        return super().series(x, solver, order)

    def defect(self, u: Array, p: float) -> float:
        """Return :meth:`tail`; 0 for a fixed truncation, which neglects it on purpose."""
        return self.tail(u, p) if self.adaptive else 0.0

    def tail(self, u: Array, p: float) -> float:
        """Return the largest moment of the density among the next N/8 modes beyond N."""
        rho = self.gibbs(u, p)
        return float(np.max(np.abs(self.basis.means_beyond(rho)), initial=0.0) / rho.mean())

    def resized(
        self, u: Array, p: float, solver: BorderedSolver | None = None
    ) -> tuple[SelfConsistentSystem, int] | None:
        """Return the system with the truncation that the state needs and across its orbit, None to stay."""
        size = self._size_for(u) if self.adaptive else self.size
        if size == self.size and not self._is_turned(u):
            return None
        return self.with_size(size).anchored(self.transfer(u, size)), size

    def _is_turned(self, u: Array) -> bool:
        """Return whether the direction across the orbit that is kept along a branch is no longer near that of a state.

        It is kept as long as possible: with it the ends of a step, and of a closed branch, have one tangent.
        """
        motion = self.isotropy.motion(u)
        if motion is None or not np.any(motion):
            return False
        here, kept = self.g * motion, self.across(u)
        return self._anchor is None or kept is None or abs(float(kept @ here)) < TURNED * float(np.linalg.norm(here))

    def _size_for(self, u: Array) -> int:
        """Return the number of unknowns that a state needs, the present one if that is enough."""
        above = np.flatnonzero(np.abs(u) > RESOLVED)
        used = int(above[-1]) + 1 if above.size else 1
        if not (used > 0.9 * self.size and self.size < self.max_size):
            return self.size
        last = float(np.clip(np.max(np.abs(u[-3:])), RESOLVED, 0.9))
        decay = np.log(RESOLVED) / np.log(last)  # of a geometric tail: how much further it is to the resolved level
        return min(self.max_size, int(np.clip(decay, 1.3, 2.0) * self.size) + 8)


def require_memory(n_modes: int) -> None:
    """Raise if a continuation step with so many modes would not fit in the machine's memory.

    Raises
    ------
    MemoryError
        With the memory needed, before anything is allocated.

    Examples
    --------
    >>> require_memory(2**12)
    """
    needed = 8 * (STEP_VECTORS * n_modes + 4 * LARGEST_BLOCK**2)
    available = _memory()
    if needed > available:
        largest = max(0, int(available) // 8 - 4 * LARGEST_BLOCK**2) // STEP_VECTORS
        raise MemoryError(
            f"n_modes = {n_modes} would need about {needed / 1e9:.3g} GB, {STEP_VECTORS} vectors of that length, and "
            f"this machine has {available / 1e9:.3g} GB: give at most n_modes = {largest}"
        )


def _memory() -> float:
    """Return the bytes of memory of this machine, infinite where it does not say."""
    try:
        return float(os.sysconf("SC_PAGE_SIZE")) * float(os.sysconf("SC_PHYS_PAGES"))
    except (AttributeError, OSError, ValueError):
        return float("inf")


class SelfConsistentExpansion:
    """Taylor coefficients of a − T along a curve; on the nodes k E_k = Σ_j j Φ_j E_{k−j} for E = exp Φ."""

    def __init__(self, system: SelfConsistentSystem, a: Array, kappa: float) -> None:
        self._system = system
        self._a, self._kappa = [a], [kappa]
        self._phi: list[Array] = [np.empty(0)]
        self._exp = [system.gibbs(a, kappa)]
        self._peak = peak_of(self._exp[0])
        moments, mass = system.basis.means(self._exp[0])
        self._mass, self._t = [mass], [moments / mass]
        self._known: tuple[Array, Array] | None = None

    def _next(self) -> tuple[Array, Array]:
        """Return the next coefficients of Φ and of E as far as they are known."""
        if self._known is None:
            k, g = len(self._a), self._system.g
            b = np.zeros_like(self._a[0])
            for q in range(1, k):
                b += self._kappa[q] * self._a[k - q]
            phi = self._field(g * b)
            exp = phi * self._exp[0]
            for j in range(1, k):
                exp += (j / k) * self._phi[j] * self._exp[k - j]
            self._known = phi, exp
        return self._known

    def remainder(self) -> Array:
        """Return the next coefficient of F without the next (a_k, κ_k), shape (N,)."""
        return -self._quotient(self._next()[1])[0]

    def _field(self, b: Array) -> Array:
        basis = self._system.basis
        return basis.synthesis(b) if self._peak is None else basis.relative_synthesis(b, self._peak)

    def _quotient(self, exp: Array) -> tuple[Array, Array]:
        """Return the coefficient of T = moments / mass that belongs to a coefficient of E, and that of the mass."""
        moments, mass = self._system.basis.means(exp)
        k = len(self._t)
        total = moments - mass * self._t[0]
        for j in range(1, k):
            total -= self._mass[j] * self._t[k - j]
        return total / self._mass[0], mass

    def push(self, u: Array, p: float) -> None:
        """Append (a_k, κ_k)."""
        phi, exp = self._next()
        change = self._field(self._system.g * (self._kappa[0] * u + p * self._a[0]))
        self._phi.append(phi + change)
        self._exp.append(exp + change * self._exp[0])
        t, mass = self._quotient(self._exp[-1])
        self._t.append(t)
        self._mass.append(mass)
        self._a.append(u)
        self._kappa.append(p)
        self._known = None

    def pop(self) -> None:
        """Forget the coefficients pushed last."""
        for series in (self._phi, self._exp, self._t, self._mass, self._a, self._kappa):
            del series[-1]
        self._known = None
