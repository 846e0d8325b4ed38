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
