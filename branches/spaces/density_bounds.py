"""Densities exp(Φ)/Z on the nodes of spheres: bounds of their maxima, and means of products of functions."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

__all__ = ["active", "largest_density", "weighted_products"]

Array = NDArray[np.float64]
LARGEST_LOG = 400.0  # of a bound: products with it stay finite
UNREACHED = 1e-22  # probability of a node below which it changes no mean of functions of size 1
NEGLIGIBLE = 1e-17  # of the largest coefficient of log ρ: below it they change no density


def weighted_products(left: Array, share: Array, right: Array) -> Array:
    """Return Σ_m left_rm share_pm right_cm, shape (P, R, C); nodes that a state does not reach are passed over.

    Examples
    --------
    >>> weighted_products(np.eye(2), np.array([[0.25, 0.75]]), np.ones((1, 2)))
    array([[[0.25],
            [0.75]]])
    """
    products = np.empty((share.shape[0], left.shape[0], right.shape[0]))
    for own, out in zip(share, products, strict=True):
        reached = np.flatnonzero(own > UNREACHED)
        np.matmul(left[:, reached] * own[reached], right[:, reached].T, out=out)
    return products


def active(field: Array) -> int:
    """Return how many coefficients of log ρ matter, at least one."""
    above = np.flatnonzero(np.max(np.abs(field), axis=0) > NEGLIGIBLE * float(np.max(np.abs(field), initial=0.0)))
    return int(above[-1]) + 1 if above.size else 1


def largest_density(phi: Array, log_share: Array, ends: Array, gap: float, bending: Array) -> Array:
    """Return a bound of max exp(Φ)/Z over an angle, shape (P,).

    Parameters
    ----------
    phi, ends
        Φ on the nodes, shape (P, M), and at both ends of the range of the angle, shape (P, 2).
    log_share
        Logarithms of the probabilities of the nodes, shape (M,): they give Z.
    gap
        The largest distance between neighbouring nodes, ends among them.
    bending
        A bound of |Φ''| by the angle, shape (P,).

    Notes
    -----
    A maximum between two nodes exceeds the larger of both by gap²/8 · max |Φ''| at the most.

    Examples
    --------
    >>> x = np.linspace(0.05, 0.95, 10)
    >>> bound = largest_density(np.zeros((1, 10)), np.full(10, np.log(0.1)), np.zeros((1, 2)), 0.1, np.zeros(1))
    >>> bound.round(14)
    array([1.])
    """
    top = np.maximum(phi.max(axis=1), ends.max(axis=1))
    weighted = phi + log_share
    most = weighted.max(axis=1)
    log_z = most + np.log(np.exp(weighted - most[:, None]).sum(axis=1))
    logs = gap * gap / 8.0 * bending + top - log_z
    bound: Array = np.exp(np.minimum(logs, LARGEST_LOG))
    return bound
