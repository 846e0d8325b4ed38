"""The Fourier quadratic system of a family of potentials, with the exact derivatives that its loci need."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from branches.loci.family_weights import FamilyWeights
from branches.spaces.isotropy import Block
from branches.states.equations import StateEquations
from branches.states.quadratic import QuadraticSystem
from continuation import Family

__all__ = ["QuadraticFamily", "product_gradient"]

Array = NDArray[np.float64]


def product_gradient(system: QuadraticSystem, left: Array, right: Array) -> Array:
    """Return the gradient by a of leftᵀ DQ(a) right, shape (N,): Q is quadratic, so that it does not depend on a.

    With w = left / 2n, y = n g right and odd w: Σ_m right_m (w_{k+m} + w_{k−m}) multiplies k g_k, and
    Σ_l y_l (w_{l+k} + w_{l−k}) adds to it: correlations and convolutions, O(N²) with a small constant.

    Examples
    --------
    >>> from branches import potentials
    >>> system = QuadraticSystem(potentials.noisy_transformer(3), size=6)
    >>> left, right, a, step = np.random.default_rng(0).standard_normal((4, 6))
    >>> change = left @ (system.jacobian(a, 1.0) - system.jacobian(a + step, 1.0)) @ right
    >>> bool(abs(change - product_gradient(system, left, right) @ step) < 1e-13)
    True
    """
    n = np.arange(1.0, system.size + 1)
    ng, w = n * system.g, left / (2.0 * n)
    ahead, behind, folded = _shifted(w, right)
    first = ahead + folded - behind
    ahead, behind, folded = _shifted(w, ng * right)
    gradient: Array = ng * first + ahead + behind - folded
    return gradient


def _shifted(w: Array, x: Array) -> tuple[Array, Array, Array]:
    """Return Σ_m x_m w_{m+k}, Σ_m x_m w_{m−k} and Σ_m x_m w_{k−m} for k = 1 … N, sums over existing indices."""
    size = w.size
    both = np.append(np.convolve(w, x[::-1]), 0.0)  # entry N − 1 + k holds the shift k
    behind = np.append(both[size - 2 :: -1] if size > 1 else [], 0.0)
    return both[size:], behind, np.append(0.0, np.convolve(x, w)[: size - 1])


class QuadraticFamily(Family):
    """F(a, κ̃; q) = a − κ̃ Q(a; g̃(q)) for states of period 2π/n, N unknowns, κ̃ in units of an onset.

    Parameters
    ----------
    weights
        Those of the family.
    n_fold, size
        n and N.
    block
        The isotropy block (sector 'even') whose linearisation M is to be singular; by default that of the states
        themselves, M = ∂F/∂a.
    """

    def __init__(self, weights: FamilyWeights, n_fold: int, size: int, block: Block | None = None) -> None:
        self.weights, self.n_fold, self.size = weights, n_fold, size
        self.q_scale = weights.high - weights.low
        self._step = (
            1 if block is None else n_fold
        )  # the wide system holds all modes, of which the state has every n-th
        self._wide = (n_fold, size) if block is None else (1, n_fold * size)
        self._modes = slice(None) if block is None else block.modes(n_fold * size) - 1

    def problem(self, q: float) -> QuadraticSystem:
        """Return the equations at q."""
        return _quadratic(self.weights.system, q, self.n_fold, self.size)

    def q_derivative(self, u: Array, p: float, q: float) -> Array:
        """Return ∂F/∂q = −κ̃ Q(a; dg̃/dq), shape (N,)."""
        return -p * _quadratic(self.weights.slope_system, q, self.n_fold, self.size).quadratic(u)

    def singular(self, u: Array, p: float, q: float) -> Array:
        """Return M, the block of ∂F/∂a."""
        return self._block(_quadratic(self.weights.system, q, *self._wide).jacobian(self._embedded(u), p))

    def jacobian_q_derivative(self, u: Array, p: float, q: float) -> Array:
        """Return ∂M/∂q."""
        change = _quadratic(self.weights.slope_system, q, *self._wide).jacobian(self._embedded(u), p)
        np.einsum("ii->i", change)[:] -= 1.0  # 1 − κ̃ DQ holds an identity that does not change
        return self._block(change)

    def gradient(self, u: Array, p: float, q: float, left: Array, right: Array) -> Array:
        """Return the gradient of leftᵀ M right by (a, κ̃), shape (N + 1,)."""
        system = _quadratic(self.weights.system, q, *self._wide)
        wide_left, wide_right = np.zeros((2, system.size))
        wide_left[self._modes], wide_right[self._modes] = left, right
        by_state = -p * product_gradient(system, wide_left, wide_right)
        image = system.jacobian(self._embedded(u), p) @ wide_right
        return np.append(by_state[self._step - 1 :: self._step], float(wide_left @ (image - wide_right)) / p)

    def _embedded(self, u: Array) -> Array:
        a = np.zeros(u.size * self._step)
        a[self._step - 1 :: self._step] = u
        return a

    def _block(self, matrix: Array) -> Array:
        block: Array = matrix[self._modes][:, self._modes]
        return block


def _quadratic(system: Callable[..., StateEquations], q: float, *part: int) -> QuadraticSystem:
    """Return a system of a family that is known to live on the circle."""
    found = system(q, *part)
    assert isinstance(found, QuadraticSystem)
    return found
