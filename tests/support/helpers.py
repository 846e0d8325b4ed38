"""What several tests share: counting digits, and independent evaluations of the model."""

import mpmath
import numpy as np


def digits(value, reference):
    """Return how many significant digits of a value match its reference (17 for all of them)."""
    if value == reference:
        return 17.0
    return float(min(17.0, -mpmath.log10(abs((mpmath.mpf(value) - reference) / reference))))


def transformer_reference(n, beta, scaled=False):
    """Return g_n of the noisy transformer, 2 I_n(β)/β, times exp(−β) if scaled, to 40 digits."""
    with mpmath.workdps(40):
        g = 2 * mpmath.besseli(n, mpmath.mpf(beta), maxterms=10**6) / mpmath.mpf(beta)
        return g * mpmath.exp(-mpmath.mpf(beta)) if scaled else g


def krause_reference(n, radius):
    """Return g_n of Hegselmann–Krause, 4 (nR − sin nR)/(π n³), to 60 digits."""
    with mpmath.workdps(60):
        x = n * mpmath.mpf(radius)
        return 4 * (x - mpmath.sin(x)) / (mpmath.pi * n**3)


def brute_force_quadratic(g, a, kappa):
    """Return a_n − κ Q_n(a) by the double sum of its definition, a_k = 0 beyond the last mode."""
    n = len(a)
    full = np.concatenate([[1.0], a, np.zeros(n)])
    result = np.empty(n)
    for k in range(1, n + 1):
        total = sum(m * g[m - 1] * a[m - 1] * (full[abs(k - m)] - full[k + m]) for m in range(1, n + 1))
        result[k - 1] = a[k - 1] - kappa * total / (2 * k)
    return result


def moments(g, a, kappa, points=4096):
    """Return ∫ cos nθ ρ dθ, n = 1 … N, with ρ ∝ exp(κ Σ g_k a_k cos kθ), by the trapezoidal rule."""
    theta = 2 * np.pi * np.arange(points) / points
    modes = np.arange(1, len(a) + 1)
    field = np.cos(np.outer(theta, modes)) @ (kappa * np.asarray(g) * a)
    rho = np.exp(field - field.max())
    return np.cos(np.outer(modes, theta)) @ rho / rho.sum()


def full_flow_jacobian(g, a, kappa):
    """Return the linearised McKean–Vlasov flow about an even state on all modes −N … N but 0, c_n real there.

    ċ_n = −(n²/κ) c_n + (n/2) Σ_m m g_|m| c_m c_{n−m}; c_0 = 1, modes beyond N vanish.
    """
    n = len(a)
    index = [k for k in range(-n, n + 1) if k]
    c = {k: a[abs(k) - 1] for k in index} | {0: 1.0}
    weight = {k: g[abs(k) - 1] for k in index} | {0: 0.0}
    jacobian = np.zeros((2 * n, 2 * n))
    for i, k in enumerate(index):
        jacobian[i, i] -= k * k / kappa
        for j, m in enumerate(index):
            jacobian[i, j] += 0.5 * k * (m * weight[m] + (k - m) * weight.get(k - m, 0.0)) * c.get(k - m, 0.0)
    return jacobian
