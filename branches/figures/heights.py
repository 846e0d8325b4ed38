"""What a diagram is drawn over: the norm of the moments, one of them, the free energy, or any function of them."""

from __future__ import annotations

import re
from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

__all__ = ["Height", "amplitude", "height_label", "heights"]

Array = NDArray[np.float64]
Height = str | Callable[[Array], Array]
LEAST = 64  # moments that a function sees
_MOMENT = re.compile(r"a([1-9][0-9]*)")


def amplitude(a: Array) -> Array:
    """Return ‖a‖ = (Σ a_n²)^½ along the last axis: the same on a whole orbit, zero if uniform.

    Examples
    --------
    >>> float(amplitude(np.array([0.6, 0.8])))
    1.0
    """
    norm: Array = np.sqrt(np.sum(a * a, axis=-1))
    return norm


def heights(y: Height, a: Array, free_energy: Array) -> Array:
    """Return the heights of states.

    Parameters
    ----------
    y
        'norm', 'free energy', a moment such as 'a1', or a function from moments of shape (m, N) to shape (m,).
    a
        Moments, shape (m, N); a function sees 64 at least, the rest zero.
    free_energy
        Shape (m,).

    Raises
    ------
    ValueError
        If ``y`` is another word, or the function returns another shape.

    Examples
    --------
    >>> heights("a2", np.array([[0.6, 0.8]]), np.zeros(1)), heights("a3", np.array([[0.6, 0.8]]), np.zeros(1))
    (array([0.8]), array([0.]))
    """
    if callable(y):
        values = np.asarray(y(np.pad(a, ((0, 0), (0, max(0, LEAST - a.shape[1]))))), dtype=float)
        if values.shape != a.shape[:1]:
            raise ValueError(f"y returned shape {values.shape} for moments of shape {a.shape}: one height a state")
        return values
    if y == "norm":
        return amplitude(a)
    if y == "free energy":
        return np.asarray(free_energy, dtype=float)
    mode = _mode(y)
    return a[:, mode - 1] if mode <= a.shape[1] else np.zeros(a.shape[0])


def height_label(y: Height) -> str:
    """Return the label of the axis.

    Examples
    --------
    >>> height_label("a1"), height_label(np.mean)
    ('moment $a_{1}$', 'mean')
    """
    if callable(y):
        name = getattr(y, "__name__", "")
        return "" if name == "<lambda>" else name
    fixed = {"norm": r"amplitude $\Vert a \Vert = (\sum a_n^2)^{1/2}$", "free energy": "free energy $F$"}
    return fixed[y] if y in fixed else f"moment $a_{{{_mode(y)}}}$"


def _mode(y: str) -> int:
    found = _MOMENT.fullmatch(y)
    if not found:
        raise ValueError(
            f"y = {y!r} is not allowed: give 'norm', 'free energy', a moment such as 'a1', or a function of the moments"
        )
    return int(found.group(1))
