"""The linearised flow as a symmetric operator on w = ψ'√ρ, ψ the disturbed chemical potential.

About a stationary state ρ ∝ e^Φ the flow is δρ' = (1/κ)(ρψ')', ψ = δρ/ρ + κ W∗δρ, and with w = ψ'√ρ

    κμ w = −w'' + (Φ'²/4 − Φ''/2) w − κ Σ g_n n² ⟨√ρ t_n, w⟩ √ρ t_n,     δρ = −(√ρ w)',

over t_n = sin nθ (even disturbances) and cos nθ (odd ones). It stays accurate where ρ is peaked, as a pencil in ψ'
does not. Two functions w are no disturbances: 1/√ρ, since ψ is periodic, and √ρ, the rotation. Both are null vectors of
the operator, and are projected out. (Derived here; −w'' + … is the ground-state transform of Fokker–Planck operators.)
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray
from scipy.linalg import eigh

from branches.spaces.circle import CircleBlock

__all__ = ["Eigen", "Ground", "even_block", "full_block"]

Array = NDArray[np.float64]
Complex = NDArray[np.complex128]
EPSILON = float(np.finfo(float).eps)


@dataclass(frozen=True)
class Ground:
    """A stationary state as the operator sees it.

    Parameters
    ----------
    c
        Coefficients c_1 … c_N, shape (N,).
    g
        Weights g_1, g_2, …, at least as many as asked of the operator.
    kappa
        Coupling.
    largest
        The largest mode that the operator is asked for.
    """

    c: Complex
    g: Array
    kappa: float
    largest: int

    @cached_property
    def field(self) -> Complex:
        """The coefficients κ g_n c_n of Φ = Re Σ κ g_n c_n e^{inθ}, shape (N,)."""
        field: Complex = self.kappa * self.g[: self.c.size] * self.c
        return field

    @cached_property
    def _points(self) -> int:
        return int(2 ** np.ceil(np.log2(8 * max(self.largest, self.c.size) + 16)))

    @cached_property
    def _phi(self) -> Array:
        """The values of Φ, Φ' and Φ'' on the grid, shape (3, M)."""
        n, points = np.arange(1, self.c.size + 1), self._points
        spectra = np.zeros((3, points // 2 + 1), dtype=complex)
        spectra[0, 1 : n.size + 1] = self.field
        spectra[1, 1 : n.size + 1] = 1j * n * self.field
        spectra[2, 1 : n.size + 1] = -(n**2) * self.field
        values: Array = np.fft.irfft(0.5 * points * spectra, n=points)
        return values

    def _modes(self, values: Array) -> Complex:
        """Return (1/2π)∫ f e^{−inθ}, n = 0 … M/2."""
        modes: Complex = np.fft.rfft(values) / self._points
        return modes

    @cached_property
    def potential(self) -> Complex:
        """The modes of Φ'²/4 − Φ''/2."""
        _, slope, curvature = self._phi
        return self._modes(0.25 * slope**2 - 0.5 * curvature)

    @cached_property
    def root(self) -> Complex:
        """The modes of √ρ, ∫ρ = 1."""
        phi = self._phi[0]
        root = np.exp(0.5 * (phi - phi.max()))
        return self._modes(root / np.sqrt(2.0 * np.pi * np.mean(root**2)))

    @cached_property
    def null(self) -> Complex:
        """The modes of two functions that span √ρ and 1/√ρ, shape (2, M/2 + 1): cosh and sinh of (Φ − its middle)/2.

        They stay independent near the uniform state, where √ρ and 1/√ρ do not.
        """
        phi = self._phi[0]
        half = 0.5 * (phi - 0.5 * (phi.max() + phi.min()))
        scale = np.abs(half).max()
        sinh = np.where(np.abs(half) < 1.0, np.sinh(np.clip(half, -1.0, 1.0)) * np.exp(-scale), 0.0)
        far = np.sign(half) * 0.5 * (np.exp(np.abs(half) - scale) - np.exp(-np.abs(half) - scale))
        cosh = 0.5 * (np.exp(half - scale) + np.exp(-half - scale))
        return np.array([self._modes(cosh), self._modes(np.where(np.abs(half) < 1.0, sinh, far))])


@dataclass(frozen=True)
class Eigen:
    """The least eigenvalues of the operator in one block, and their eigenvectors.

    Parameters
    ----------
    values
        κμ, ascending, shape (K,).
    vectors
        δc_n of unit disturbances ‖w‖ = 1, n = 1 … largest, shape (K, largest).
    norm
        A bound of the matrix, whose rounding the values carry.
    """

    values: Array
    vectors: Complex
    norm: float


def even_block(ground: Ground, block: CircleBlock, count: int) -> Eigen:
    """Return the least eigenvalues in one isotropy block about an even state.

    Even disturbances have w odd, a sum of sines, odd ones w even, a sum of cosines; about a state of period 2π/n both
    fall into blocks of modes ≡ ±r modulo n.
    """
    modes = block.modes(ground.largest)
    cosines = block.sector == "odd"
    if cosines and block.residue == 0:
        modes = np.concatenate([[0], modes])
    norms = np.where(modes == 0, np.sqrt(0.5), 1.0)
    sign = 1.0 if cosines else -1.0

    def products(spectrum: Array, rows: NDArray[np.int64]) -> Array:
        """Return ∫ f t_n t_k/π over normalised t of rows n and columns k."""
        table = spectrum[np.abs(rows[:, None] - modes)] + sign * spectrum[rows[:, None] + modes]
        return np.asarray(table * norms)

    matrix = norms[:, None] * products(ground.potential.real, modes)
    matrix[np.diag_indices(modes.size)] += modes**2
    driven = block.modes(2 * ground.largest)
    drives = np.sqrt(np.pi) * products(ground.root.real, driven)  # ⟨√ρ t_n, w⟩
    matrix -= ground.kappa * (drives.T * (ground.g[driven - 1] * driven**2)) @ drives
    basis = np.eye(modes.size)
    if cosines and block.residue == 0:
        null = np.sqrt(2.0 * np.pi) * ground.null[:, modes].real.T * np.where(modes == 0, 1.0, np.sqrt(2.0))[:, None]
        basis = _complement(null, 1 if not np.any(ground.c) else 2)
    values, w, norm = _least(matrix, basis, count)
    vectors = np.zeros((values.size, ground.largest), dtype=complex)
    shown = driven[driven <= ground.largest]
    amplitudes = w @ drives[: shown.size].T * shown
    vectors[:, shown - 1] = -1j * amplitudes if cosines else -amplitudes  # c = x − iy
    return Eigen(values, vectors, norm)


def full_block(ground: Ground, residue: int, period: int, count: int) -> Eigen:
    """Return the least eigenvalues among disturbances of modes ≡ ±r modulo n, about any state of period 2π/n."""
    j = np.arange(-ground.largest, ground.largest + 1)
    j = j[(j % period == residue) | (j % period == (-residue) % period)]
    matrix = _laurent(ground.potential, j[:, None] - j)
    matrix[np.diag_indices(j.size)] += j**2
    driven = np.arange(-2 * ground.largest, 2 * ground.largest + 1)
    driven = driven[(driven != 0) & ((driven % period == residue) | (driven % period == (-residue) % period))]
    weights = 0.5 * ground.g[np.abs(driven) - 1] * driven**2
    drives = np.sqrt(2.0 * np.pi) * _laurent(ground.root, j[:, None] - driven)  # ⟨e_j, √ρ e^{inθ}⟩
    matrix -= ground.kappa * (drives * weights) @ drives.conj().T
    real = _real_basis(j)  # w is a real function
    symmetric = (real.conj().T @ matrix @ real).real
    basis = np.eye(j.size)
    if residue == 0:
        null = np.array([(real.conj().T @ _laurent(row, j)).real for row in ground.null]).T
        basis = _complement(null, 1 if not np.any(ground.c) else 2)
    values, w, norm = _least(symmetric, basis, count)
    shown = driven[(driven > 0) & (driven <= ground.largest)]
    overlaps = (w @ real.T) @ drives[:, np.isin(driven, shown)].conj()  # ⟨√ρ e^{inθ}, w⟩
    vectors = np.zeros((values.size, ground.largest), dtype=complex)
    vectors[:, shown - 1] = -1j * shown * overlaps
    return Eigen(values, vectors, norm)


def _laurent(modes: Complex, index: NDArray[np.int64]) -> Complex:
    """Return f_m for positive and negative m, f real."""
    values = modes[np.abs(index)]
    result: Complex = np.where(index < 0, values.conj(), values)
    return result


def _real_basis(j: NDArray[np.int64]) -> Complex:
    """Return the unitary matrix from (1, cos, sin) to e^{ijθ}, one column for each real function, j symmetric."""
    place = {int(k): i for i, k in enumerate(j)}
    basis = np.zeros((j.size, j.size), dtype=complex)
    for column, k in enumerate(map(int, j)):
        if k == 0:
            basis[place[0], column] = 1.0
        else:
            phase = 1.0 if k > 0 else -1j  # cos kθ and sin |k|θ
            basis[place[abs(k)], column] = phase * np.sqrt(0.5)
            basis[place[-abs(k)], column] = np.conj(phase) * np.sqrt(0.5)
    return basis


def _complement(null: Array, rank: int) -> Array:
    """Return an orthonormal basis of what is orthogonal to the first columns."""
    q: Array = np.linalg.qr(null[:, :rank], mode="complete")[0]
    return q[:, rank:]


def _least(matrix: Array, basis: Array, count: int) -> tuple[Array, Array, float]:
    """Return the least eigenvalues on the span of a basis, and the vectors as rows in the whole space."""
    inner = matrix if basis.shape[0] == basis.shape[1] else basis.T @ matrix @ basis
    last = min(count, inner.shape[0]) - 1
    values, vectors = eigh(0.5 * (inner + inner.T), subset_by_index=(0, last))
    return values, (basis @ vectors).T, float(np.abs(matrix).sum(axis=0).max())
