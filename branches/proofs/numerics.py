"""What a proof starts from: states, folds and branch points by Newton's iteration, to many digits."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import numpy as np
from flint import arb, arb_mat, ctx

from branches.potentials.potential import Array, Potential, positive_integer
from branches.states.selfconsistent import SelfConsistentSystem

__all__ = [
    "Neutral", "checked_moments", "exact", "free_energy", "hexadecimal", "newton", "number", "refined", "sizes",
    "suitable_modes", "weights",
]  # fmt: skip

TINY = 1e-18
LARGEST = 256  # modes up to which a proof is tried
STEPS, LONGEST = 60, 0.1  # Newton's iteration, and how far a step may go


def checked_moments(a: Any) -> Array:
    """Return moments a_1 … as an array, or ValueError."""
    values = np.atleast_1d(np.asarray(a, dtype=float))
    if values.ndim != 1 or not values.size or not np.isfinite(values).all() or np.abs(values).max() > 1:
        raise ValueError(f"a of shape {values.shape} is not allowed: give moments a_1, a_2, … between −1 and 1")
    return values


def newton(potential: Potential, a: Array, kappa: float, n_modes: int, iterations: int = 30) -> Array:
    """Return the even state near the moments `a`, shape (n_modes,), by Newton's iteration on a = T(a, κ)."""
    system = SelfConsistentSystem(potential, size=n_modes)
    u = np.zeros(n_modes)
    u[: min(n_modes, a.size)] = a[:n_modes]
    for _ in range(iterations):
        if not np.abs(u).max() < 2:
            return np.full(n_modes, np.nan)
        step = np.linalg.solve(system.jacobian(u, kappa), system.residual(u, kappa))
        u = u - step
        if np.abs(step).max() < 1e-15:
            break
    return u


def suitable_modes(potential: Potential, a: Array, kappa: float) -> int:
    """Return a first number of modes: beyond it neither the state nor the weights are sizeable."""
    n_modes = 64
    u = newton(potential, a, kappa, n_modes)
    g = np.abs(potential.weights(n_modes))
    sizeable = np.flatnonzero(np.sqrt(kappa * g) * np.maximum(np.abs(u), TINY) > TINY)
    return int(np.clip(sizeable[-1] + 3 if sizeable.size else 8, 8, n_modes))


def sizes(potential: Potential, a: Array, kappa: float, n_modes: int | None) -> list[int]:
    """Return the numbers of modes to try, one after the other: the one asked for, or from a first guess to 256."""
    if n_modes is not None:
        return [positive_integer("n_modes", n_modes)]
    first = suitable_modes(potential, a, kappa)
    return [first] + [size for size in (64, 96, 128, 192, LARGEST) if size >= 1.4 * first]


# ---- many digits
def weights(potential: Mapping[str, Any], modes: Sequence[int]) -> list[Any]:
    """Return weights of a potential as a certificate describes it, to the working precision."""
    name, parameters = potential["name"], potential["parameters"]
    if name == "harmonics":
        return [number(parameters.get(f"g{n}", "0")) for n in modes]
    if name == "noisy_transformer":
        return [2 * number(parameters["beta"]).bessel_i(n) / number(parameters["beta"]) for n in modes]
    if name == "doi_onsager":
        return [arb(0) if n % 2 else 4 / arb.pi() / (n * n - 1) for n in modes]
    R = number(parameters["R"])
    return [4 / arb.pi() * (n * R - (n * R).sin()) / n**3 for n in modes]


def refined(potential: Mapping[str, Any], a: Array, kappa: str, precision: int, period: int = 1) -> list[str]:
    """Return the moments a_p, a_2p, … of the state near `a` to about the precision of the balls, in hexadecimal."""
    N, at = len(a), float(Fraction(kappa))
    with ctx.workprec(precision):
        g, moments = weights(potential, range(period, period * N + 1, period)), [arb(float(v)) for v in a]
        if np.any(a):
            C = _covariance(_moments(at * _floats(g) * a, 2 * N), N)
            inverse = arb_mat(np.linalg.inv(np.eye(N) - at * C * _floats(g)).tolist())
            for _ in range(4):
                found = _many_digits([number(kappa) * u * v for u, v in zip(g, moments, strict=True)], N)[1]
                moments = _moved(moments, inverse, [v - u for v, u in zip(moments, found[1:], strict=True)])
        return [hexadecimal(v) for v in moments]


def free_energy(potential: Mapping[str, Any], a: Sequence[Any], kappa: Any) -> tuple[Any, Any]:
    """Return F and −dF/dκ = ½ Σ g a² of a state, to the working precision."""
    g = weights(potential, range(1, len(a) + 1))
    half = sum((u * v * v for u, v in zip(g, a, strict=True)), arb(0)).mid() / 2
    log_Z = _many_digits([kappa * u * v for u, v in zip(g, a, strict=True)], len(a))[0]
    return (kappa * half - log_Z).mid(), half


@dataclass
class Neutral:
    """A state a of period 2π/p and a null vector w on the modes ±j (mod p): a = T(a, κ), w = κ C G w, w_pivot = 1.

    Its zeros are the folds (j = 0) and the branch points.
    """

    potential: Mapping[str, Any]
    period: int
    residue: int
    pivot: int
    a: Array
    kappa: float

    def __post_init__(self) -> None:
        p, last = self.period, self.period * len(self.a)
        self.modes = np.arange(p, last + 1, p)
        residues = (self.residue, (p - self.residue) % p)
        self.null = np.array([n for n in range(1, last + 1) if n % p in residues])
        self.g, self.of_null = (_floats(weights(self.potential, n.tolist())) for n in (self.modes, self.null))
        self.place = int(np.flatnonzero(self.null == self.pivot)[0])

    def start(self) -> None:
        """Take the null vector nearest to one; for a fold first the state whose moment of the pivot is as given."""
        for _ in range(STEPS if self.residue == 0 else 0):
            A = _moments(self.kappa * self.g * self.a, 2 * len(self.a))
            C = _covariance(A, len(self.a))
            J, at = np.eye(len(self.a)) - self.kappa * C * self.g, self.place
            J[:, at] = -C @ (self.g * self.a)
            step = np.linalg.solve(J, A[1 : len(self.a) + 1] - self.a)
            step *= min(1.0, LONGEST / np.abs(step).max()) if step.any() else 1.0
            self.kappa += step[at]
            step[at] = 0.0
            self.a = self.a + step
            if np.abs(step).max() < 1e-12:
                break
        C = self._matrices()[1]
        w = np.linalg.svd(np.eye(len(self.null)) - self.kappa * C * self.of_null)[2][-1]
        self.w = w / w[self.place]

    def _matrices(self) -> tuple[Array, Array, Array, Array]:
        """Return T, the covariances on the modes of w, those of the state, and the cumulants with Σ κ g w cos."""
        N, p, n = len(self.a), self.period, self.null
        A = np.zeros(4 * p * N + 1)
        A[::p] = _moments(self.kappa * self.g * self.a, 4 * N)
        C = (A[abs(n[:, None] - n)] + A[n[:, None] + n]) / 2 - np.outer(A[n], A[n])
        if not hasattr(self, "w"):
            return A[self.modes], C, C, C
        f, i = self.kappa * self.of_null * self.w, np.arange(3 * p * N + 1)[:, None]
        b = ((A[abs(i - n)] + A[np.minimum(i + n, 4 * p * N)]) / 2 - A[i] * A[n]) @ f
        m, k = self.modes, n[:, None]
        cum = (b[abs(k - m)] + b[k + m]) / 2 - A[k] * b[m] - b[k] * A[m]
        return A[m], C, _covariance(A[::p], N), cum

    def jacobian(self) -> tuple[Array, Array]:
        """Return residual and derivative in (a, κ, w)."""
        T, C, state, cum = self._matrices()
        N, K, f = len(self.a), len(self.null), self.kappa * self.g
        J = np.zeros((N + K + 1, N + K + 1))
        J[:N, :N], J[:N, N] = np.eye(N) - state * f, -state @ (self.g * self.a)
        J[N:-1, :N], J[N:-1, N] = -cum * f, -C @ (self.of_null * self.w) - cum @ (self.g * self.a)
        J[N:-1, N + 1 :], J[-1, N + 1 + self.place] = np.eye(K) - self.kappa * C * self.of_null, 1.0
        rest = self.w - self.kappa * C @ (self.of_null * self.w)
        return np.concatenate([self.a - T, rest, [self.w[self.place] - 1]]), J

    def solve(self) -> bool:
        """Iterate in doubles; return whether it converged."""
        self.start()
        for _ in range(STEPS):
            residual, J = self.jacobian()
            if not np.isfinite(J).all():
                return False
            step = np.linalg.lstsq(J, residual, rcond=None)[0]
            length = np.abs(step).max()
            step *= min(1.0, LONGEST / length) if length else 1.0
            N = len(self.a)
            self.a, self.kappa, self.w = self.a - step[:N], self.kappa - step[N], self.w - step[N + 1 :]
            if length < 1e-11:
                return True
        return False

    def digits(self, precision: int) -> dict[str, Any]:
        """Return what a certificate holds of the zero, to about the precision of the balls."""
        N, p = len(self.a), self.period
        with ctx.workprec(precision):
            inverse = arb_mat(np.linalg.inv(self.jacobian()[1]).tolist())
            g, of_null = weights(self.potential, self.modes.tolist()), weights(self.potential, self.null.tolist())
            u = [arb(float(v)) for v in [*self.a, self.kappa, *self.w]]
            for _ in range(5):
                a, kappa, w = u[:N], u[N], u[N + 1 :]
                found = _many_digits([kappa * x * v for x, v in zip(g, a, strict=True)], 2 * N)[1]
                A = {n: found[n // p] if n % p == 0 else arb(0) for n in range(2 * p * N + 1)}
                f = {int(n): kappa * x * v for n, x, v in zip(self.null, of_null, w, strict=True)}
                rest = [
                    v - sum(((A[abs(n - m)] + A[n + m]) / 2 - A[n] * A[m]) * x for m, x in f.items())
                    for v, n in zip(w, f, strict=True)
                ]
                first = [v - A[n] for v, n in zip(a, self.modes.tolist(), strict=True)]
                u = _moved(u, inverse, [*first, *rest, w[self.place] - 1])
            signs = [-1 if v < 0 else 1 for v in of_null]
            ratio = [hexadecimal(v * s) for v, s in zip(u[N + 1 :], signs, strict=True)]
            state = [hexadecimal(v) for v in u[:N]]
            return {"a": state, "kappa": hexadecimal(u[N]), "v": ratio, "pivot": self.pivot}


def hexadecimal(value: Any) -> str:
    """Return an exact number in hexadecimal, integer mantissa and power of two.

    Examples
    --------
    >>> from flint import arb
    >>> hexadecimal(arb(-0.75))
    '-0x3p-2'
    """
    mantissa, exponent = value.mid().man_exp()
    return f"{hex(int(mantissa))}p{int(exponent)}"


def number(text: str) -> Any:
    """Return a decimal or rational number to the working precision."""
    value = Fraction(text)
    return arb(value.numerator) / value.denominator


def exact(text: str) -> Any:
    """Return the number that `hexadecimal` wrote."""
    mantissa, exponent = text.split("p")
    return arb((int(mantissa, 16), int(exponent)))


def _floats(values: Sequence[Any]) -> Array:
    return np.array([float(v) for v in values])


def _moments(h: Array, count: int) -> Array:
    """Return a_0 … a_count of exp Σ h_n cos nθ."""
    half = np.arange(2 * count + 1)
    C = np.cos(np.pi * np.outer(np.arange(count + 1), half) / (2 * count))
    V = h @ C[1 : len(h) + 1]
    m = C @ (np.where(half % (2 * count), 2.0, 1.0) * np.exp(V - V.max()))
    return np.asarray(m / m[0])


def _covariance(A: Array, N: int) -> Array:
    n = np.arange(1, N + 1)
    return np.asarray((A[abs(n[:, None] - n)] + A[n[:, None] + n]) / 2 - np.outer(A[n], A[n]))


def _many_digits(h: list[Any], count: int) -> tuple[Any, list[Any]]:
    """Return log Z and a_0 … a_count of exp Σ h_n cos nθ to the working precision, in most cases."""
    points = 1 << max(6, (4 * count).bit_length())
    table, half = [(arb(2 * j) / points).cos_pi().mid() for j in range(points)], points // 2
    rows = [[table[k * j % points] for k in range(max(count, len(h)) + 1)] for j in range(half + 1)]
    V = (arb_mat([row[1 : len(h) + 1] for row in rows]) * arb_mat([[v] for v in h])).entries()
    weight = [[v.exp().mid() * (1 if j in (0, half) else 2)] for j, v in enumerate(V)]
    raw = (arb_mat([row[: count + 1] for row in rows]).transpose() * arb_mat(weight)).entries()
    return (raw[0] / points).log().mid(), [(v / raw[0]).mid() for v in raw]


def _moved(u: list[Any], inverse: Any, residual: list[Any]) -> list[Any]:
    rows = [[v] for v in residual]
    return [(v - step).mid() for v, step in zip(u, (inverse * arb_mat(rows)).entries(), strict=True)]
