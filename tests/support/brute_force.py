"""Even states of finitely many weights by brute force: sums over a grid, Newton's iteration, no code of the toolkit.

A state with weights g_1 … g_K is fixed by its first K moments: a = T(a, κ), T_n = E[cos nθ] under the density
∝ exp(κ Σ g_n a_n cos nθ).  Everything here is that map, on a plain grid.
"""

from dataclasses import dataclass

import numpy as np

GRID = 2048  # points of the circle: the trapezoidal rule is exact to round-off for the densities that are met


def _waves(count, function):
    theta = 2 * np.pi * np.arange(GRID) / GRID
    return function(np.outer(np.arange(1, count + 1), theta))


def densities(g, a, kappa):
    """Return the densities ∝ exp(κ Σ g a cos nθ) on the grid, mean 1, for a of shape (B, K); shape (B, GRID)."""
    field = (kappa * g * a) @ _waves(g.size, np.cos)
    rho = np.exp(field - field.max(axis=1, keepdims=True))
    return rho / rho.mean(axis=1, keepdims=True)


def mapped(g, a, kappa, modes=None):
    """Return T(a, κ) with the first ``modes`` moments, shape (B, modes)."""
    return densities(g, a, kappa) @ _waves(modes or g.size, np.cos).T / GRID


def defect(g, a, kappa):
    """Return max |a − T(a, κ)| over the first quarter of the grid's modes, for one state of any number of moments."""
    a = a[: GRID // 4]
    active = np.pad(a, (0, max(0, g.size - a.size)))[None, : g.size]
    return float(np.max(np.abs(a - mapped(g, active, kappa, a.size)[0])))


def covariances(g, a, kappa, modes=None):
    """Return the covariances of cosines and of sines under the density of one state, each (modes, modes)."""
    modes = modes or g.size
    rho = densities(g, a[None, : g.size], kappa)[0]
    c, s = _waves(modes, np.cos), _waves(modes, np.sin)
    mean = c @ rho / GRID
    return (c * rho) @ c.T / GRID - np.outer(mean, mean), (s * rho) @ s.T / GRID


def newton(g, a, kappa, steps=60):
    """Return the solutions that Newton's iteration reaches from starts of shape (B, K), shape (≤ B, K)."""
    c = _waves(g.size, np.cos)
    a = np.array(a, dtype=float)
    size = np.full(len(a), np.inf)
    for _ in range(steps):
        rho = densities(g, a, kappa)
        mean = rho @ c.T / GRID
        second = np.einsum("bm,im,jm->bij", rho, c, c, optimize=True) / GRID
        jacobian = np.eye(g.size) - kappa * (second - mean[:, :, None] * mean[:, None, :]) * g
        residual = a - mean
        size = np.max(np.abs(residual), axis=1)
        step = np.linalg.solve(jacobian + 1e-300 * np.eye(g.size), -residual[:, :, None])[:, :, 0]
        length = np.linalg.norm(step, axis=1, keepdims=True)
        a = np.clip(a + step * np.minimum(1.0, 0.5 / np.maximum(length, 1e-300)), -1.0, 1.0)
    return a[size < 1e-11]


def free_energy(g, a, kappa):
    """Return F = (κ/2) Σ g a² − log Z, for a of shape (B, K)."""
    field = (kappa * g * a) @ _waves(g.size, np.cos)
    top = field.max(axis=1)
    return 0.5 * kappa * (a * a) @ g - top - np.log(np.mean(np.exp(field - top[:, None]), axis=1))


def twins(a):
    """Return all even members of the orbit of one state: rotations by π/n where n is its period number."""
    active = np.flatnonzero(np.abs(a) > 1e-8) + 1
    if not active.size:
        return [a]
    n = int(np.gcd.reduce(active))
    signs = np.where((np.arange(1, a.size + 1) // n) % 2, -1.0, 1.0)
    return [a, a * signs]


def same(a, b, tolerance=1e-7):
    """Return whether two even states lie on one orbit."""
    return any(np.max(np.abs(member - b)) <= tolerance for member in twins(a))


def distinct(states):
    """Return one state of every orbit."""
    kept = []
    for a in states:
        if not any(same(a, b) for b in kept):
            kept.append(a)
    return kept


def states_at(g, kappa, rng, starts=200):
    """Return the even states that random starts reach at one coupling, one an orbit, by increasing free energy."""
    first = rng.uniform(-1, 1, (starts, g.size)) * rng.uniform(0, 1, (starts, 1))
    angles = rng.uniform(0, np.pi, (starts, 2))
    mass = rng.uniform(0, 1, (starts, 1))
    n = np.arange(1, g.size + 1)
    peaks = mass * np.cos(angles[:, :1] * n) + (1 - mass) * np.cos(angles[:, 1:] * n)
    found = distinct(newton(g, np.vstack([np.zeros(g.size), first, peaks]), kappa))
    return sorted(found, key=lambda a: float(free_energy(g, a[None], kappa)[0]))


@dataclass(frozen=True)
class Index:
    """Unstable directions, even and odd, and the smallest distance of an eigenvalue from zero."""

    even: int
    odd: int
    margin: float


def morse_index(g, a, kappa):
    """Return the Morse index of a nonuniform even state, the rotation taken out as the odd eigenvalue nearest 1."""
    even, odd = covariances(g, a, kappa)
    counts, margins = [], []
    for matrix, rotation in ((even, False), (odd, True)):
        values = np.linalg.eigvals(kappa * matrix * g).real
        if rotation and np.max(np.abs(a)) > 1e-8:
            values = np.delete(values, int(np.argmin(np.abs(values - 1))))
        counts.append(int(np.sum(values > 1)))
        margins.append(float(np.min(np.abs(values - 1), initial=1.0)))
    return Index(*counts, min(margins))


def full_waves(count):
    """Return cos θ, sin θ, cos 2θ, … on the grid, shape (2 count, GRID)."""
    return np.stack([_waves(count, np.cos), _waves(count, np.sin)], axis=1).reshape(2 * count, GRID)


def full_densities(g, c, kappa):
    """Return the densities ∝ exp(κ Re Σ g_n c_n e^{inθ}) on the grid, mean 1, for c of shape (B, K)."""
    theta = 2 * np.pi * np.arange(GRID) / GRID
    field = ((kappa * g * c) @ np.exp(1j * np.outer(np.arange(1, g.size + 1), theta))).real
    rho = np.exp(field - field.max(axis=1, keepdims=True))
    return rho / rho.mean(axis=1, keepdims=True)


def full_defect(g, c, kappa):
    """Return max |c_n − E[e^{−inθ}]| over the moments given of one state without an axis."""
    theta = 2 * np.pi * np.arange(GRID) / GRID
    active = np.pad(c, (0, max(0, g.size - c.size)))[None, : g.size]
    rho = full_densities(g, active, kappa)[0]
    modes = np.arange(1, min(c.size, GRID // 4) + 1)
    return float(np.max(np.abs(c[: modes.size] - np.exp(-1j * np.outer(modes, theta)) @ rho / GRID)))


def full_newton(g, c, kappa, steps=60):
    """Return the states, even or not, that Newton's iteration reaches from starts of shape (B, K), complex."""
    waves, gg = full_waves(g.size), np.repeat(g, 2)
    z = np.stack([c.real, -c.imag], axis=2).reshape(len(c), -1)
    size = np.full(len(z), np.inf)
    n = np.repeat(np.arange(1, g.size + 1), 2)
    for _ in range(steps):
        rho = full_densities(g, z[:, ::2] - 1j * z[:, 1::2], kappa)
        mean = rho @ waves.T / GRID
        second = np.einsum("bm,im,jm->bij", rho, waves, waves, optimize=True) / GRID
        turn = n * np.stack([-z[:, 1::2], z[:, ::2]], axis=2).reshape(z.shape) * gg
        turn /= np.maximum(np.linalg.norm(turn, axis=1, keepdims=True), 1e-300)
        jacobian = np.eye(gg.size) - kappa * (second - mean[:, :, None] * mean[:, None, :]) * gg
        jacobian += turn[:, :, None] * turn[:, None, :]
        residual = z - mean
        size = np.max(np.abs(residual), axis=1)
        step = np.linalg.solve(jacobian + 1e-300 * np.eye(gg.size), -residual[:, :, None])[:, :, 0]
        length = np.linalg.norm(step, axis=1, keepdims=True)
        z = z + step * np.minimum(1.0, 0.5 / np.maximum(length, 1e-300))
    kept = z[size < 1e-11]
    return kept[:, ::2] - 1j * kept[:, 1::2]


def full_invariants(c):
    """Return numbers that rotations and mirrors keep: |c_n|, Re c_m c_n conj c_{m+n}."""
    k = c.size
    triples = [(c[m] * c[n] * np.conj(c[m + n + 1])).real for m in range(k) for n in range(m, k) if m + n + 1 < k]
    return np.concatenate([np.abs(c), triples])


def full_states_at(g, kappa, rng, starts=400):
    """Return the states, even or not, that random starts reach, one an orbit, the uniform one left out."""
    k = g.size
    scale = 10.0 ** rng.uniform(-1, 1.2, (starts, 1)) / np.arange(1, k + 1) ** rng.uniform(0, 1.5, (starts, 1))
    b = scale * (rng.standard_normal((starts, k)) + 1j * rng.standard_normal((starts, k)))
    b[::2] = b[::2].real
    theta = 2 * np.pi * np.arange(GRID) / GRID
    rho = full_densities(np.ones(k), b, 1.0)
    first = rho @ np.exp(-1j * np.outer(np.arange(1, k + 1), theta)).T / GRID
    kept = []
    for c in full_newton(g, first, kappa):
        if 1e-6 < np.max(np.abs(c)) <= 1.0 + 1e-9:
            numbers = full_invariants(c)
            if not any(np.max(np.abs(numbers - other)) < 1e-6 for _, other in kept):
                kept.append((c, numbers))
    return [c for c, _ in kept]


def full_index(g, c, kappa):
    """Return the unstable directions of a nonuniform state, and the distance of the nearest eigenvalue from 1."""
    waves, gg = full_waves(g.size), np.repeat(g, 2)
    rho = full_densities(g, c[None, : g.size], kappa)[0]
    mean = waves @ rho / GRID
    values = np.linalg.eigvals(kappa * ((waves * rho) @ waves.T / GRID - np.outer(mean, mean)) * gg).real
    values = np.delete(values, int(np.argmin(np.abs(values - 1))))
    return int(np.sum(values > 1)), float(np.min(np.abs(values - 1)))
