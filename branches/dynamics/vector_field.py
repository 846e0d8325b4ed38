"""The McKean–Vlasov flow in Fourier space, and its exact Jacobian."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.fft import irfft, next_fast_len, rfft

from branches.potentials.potential import Potential
from branches.spaces.circle import Dihedral
from branches.spaces.halfgrid import half_grid
from branches.spaces.toeplitz import hankel, toeplitz
from branches.states.quadratic import QuadraticSystem

__all__ = ["EvenField", "FullField", "VectorField", "field_of"]

Array = NDArray[np.float64]
Complex = NDArray[np.complex128]
TAIL = 8  # the last 1/TAIL of the modes


class VectorField:
    """The flow of the modes d, 2d, …, Nd alone: d-fold densities stay d-fold, and here exactly so.

    Parameters
    ----------
    potential, kappa
        The interaction, and the coupling > 0.
    period
        d: densities of period 2π/d.
    size
        N, the number of modes.

    Notes
    -----
    ċ_n = n²(g_n/2 − 1/κ) c_n + (n/2) Σ_{m≠0,n} m g_|m| c_m c_{n−m}. The linear part is kept out of the product, whose
    rounding would else swamp the cubic terms near an onset.
    """

    def __init__(self, potential: Potential, kappa: float, period: int, size: int) -> None:
        self.potential, self.kappa, self.period, self.size = potential, kappa, period, size
        self.modes = period * np.arange(1, size + 1)
        self.g = np.ascontiguousarray(potential.weights(period * size)[period - 1 :: period])
        self._ng = self.modes * self.g
        self._linear = self.modes**2 * (0.5 * self.g - 1.0 / kappa)

    def velocity(self, t: float, y: Array) -> Array:
        """Return dy/dt, the shape of y; t does not matter."""
        raise NotImplementedError

    def jacobian(self, t: float, y: Array) -> Array:
        """Return the exact derivative of the velocity, a square matrix."""
        raise NotImplementedError

    def tail(self, y: Array) -> float:
        """Return the largest unknown that belongs to the last eighth of the modes."""
        raise NotImplementedError

    def pack(self, c: Complex) -> Array:
        """Return the unknowns of the coefficients c_d, c_2d, …, c_Nd."""
        raise NotImplementedError

    def unpack(self, y: Array) -> Complex:
        """Return the coefficients c_d, c_2d, …, c_Nd of the unknowns."""
        raise NotImplementedError


class EvenField(VectorField):
    """The flow of even densities: the unknowns are the cosine moments a_d, a_2d, …, shape (N,).

    Examples
    --------
    >>> import numpy as np
    >>> from branches import potentials
    >>> flow = EvenField(potentials.kuramoto(), 4.0, 1, 8)
    >>> flow.velocity(0.0, 1e-3 * np.eye(1, 8)[0])[:2]          # a₁ grows at the rate 1/2 − 1/κ, a₂ by a₁²
    array([2.5e-04, 1.0e-06])
    """

    def __init__(self, potential: Potential, kappa: float, period: int, size: int) -> None:
        super().__init__(potential, kappa, period, size)
        self._equations = QuadraticSystem(potential, Dihedral(period), size)  # dȧ_n/da = −(n²/κ) ∂F_n/∂a
        self._grid, self._half = half_grid(size), 0.5 * self.modes

    def velocity(self, t: float, y: Array) -> Array:
        """Return dy/dt, shape (N,)."""
        result: Array = self._grid.project(self._grid.sines(self._ng * y) * self._grid.cosines(y))
        result *= self._half
        result += self._linear * y
        return result

    def jacobian(self, t: float, y: Array) -> Array:
        """Return the exact derivative of the velocity, shape (N, N)."""
        result: Array = (-(self.modes**2) / self.kappa)[:, None] * self._equations.jacobian(y, self.kappa)
        return result

    def tail(self, y: Array) -> float:
        """Return the largest of the last eighth of the moments."""
        return float(np.abs(y[-max(1, self.size // TAIL) :]).max())

    def pack(self, c: Complex) -> Array:
        """Return the cosine moments."""
        return c.real.copy()

    def unpack(self, y: Array) -> Complex:
        """Return the coefficients, all real."""
        return y.astype(complex)


class FullField(VectorField):
    """The flow of any densities: the unknowns are (Re c, Im c) of c_d, c_2d, …, shape (2N,)."""

    def velocity(self, t: float, y: Array) -> Array:
        """Return dy/dt, shape (2N,)."""
        c = self.unpack(y)
        points = next_fast_len(3 * self.size + 1, real=True)
        spectra = np.zeros((2, points // 2 + 1), dtype=complex)
        spectra[0, 1 : self.size + 1] = -1j * self._ng * c
        spectra[1, 1 : self.size + 1] = c
        drift, rest = irfft(spectra, n=points)
        product = 1j * points * rfft(drift * rest)[1 : self.size + 1]
        return self.pack(self._linear * c + 0.5 * self.modes * product)

    def jacobian(self, t: float, y: Array) -> Array:
        """Return the exact derivative of the velocity, shape (2N, 2N).

        δċ = P δc + Q δc̄ with q_m = m g_|m| c_m: P_nj = (n/2)(j g_j c_{n−j} + q_{n−j}) − δ_nj n²/κ,
        Q_nj = (n/2)(q_{n+j} − j g_j c_{n+j}).
        """
        n, c = self.size, self.unpack(y)
        every, odd = np.zeros(4 * n + 1, dtype=complex), np.zeros(4 * n + 1, dtype=complex)  # index 2n is mode 0
        every[2 * n], every[2 * n + 1 : 3 * n + 1] = 1.0, c
        odd[2 * n + 1 : 3 * n + 1] = self._ng * c
        every[: 2 * n], odd[: 2 * n] = every[: 2 * n : -1].conj(), -odd[: 2 * n : -1].conj()
        half = 0.5 * self.modes[:, None]
        p = half * (self._ng * _toeplitz(every, n) + _toeplitz(odd, n))
        p[np.diag_indices(n)] -= self.modes**2 / self.kappa
        q = half * (_hankel(odd, n) - self._ng * _hankel(every, n))
        total, difference = p + q, p - q
        return np.block([[total.real, -difference.imag], [total.imag, difference.real]])

    def tail(self, y: Array) -> float:
        """Return the largest real or imaginary part of the last eighth of the coefficients."""
        return float(np.abs(y.reshape(2, self.size)[:, -max(1, self.size // TAIL) :]).max())

    def pack(self, c: Complex) -> Array:
        """Return (Re c, Im c)."""
        return np.concatenate([c.real, c.imag])

    def unpack(self, y: Array) -> Complex:
        """Return the coefficients."""
        c: Complex = y[: self.size] + 1j * y[self.size :]
        return c


def _toeplitz(values: Complex, size: int) -> Complex:
    result: Complex = toeplitz(values.real.copy(), size) + 1j * toeplitz(values.imag.copy(), size)
    return result


def _hankel(values: Complex, size: int) -> Complex:
    result: Complex = hankel(values.real.copy(), size) + 1j * hankel(values.imag.copy(), size)
    return result


def field_of(potential: Potential, kappa: float, period: int, size: int, even: bool) -> VectorField:
    """Return the flow inside the fixed space of even, or of all, densities of period 2π/period."""
    return (EvenField if even else FullField)(potential, kappa, period, size)
