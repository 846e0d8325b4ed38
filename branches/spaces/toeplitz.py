"""Toeplitz and Hankel matrices as views of one vector, without a copy."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

__all__ = ["hankel", "toeplitz"]

Array = NDArray[np.float64]


def toeplitz(centred: Array, n: int) -> Array:
    """View v_{i−j}, i, j = 1 … n, of a contiguous vector of length 4n + 1 whose mode 0 stands at index 2n.

    Examples
    --------
    >>> import numpy as np
    >>> toeplitz(np.arange(-4.0, 5.0), 2)
    array([[ 0., -1.],
           [ 1.,  0.]])
    """
    return np.ndarray((n, n), float, centred, 8 * 2 * n, (8, -8))


def hankel(centred: Array, n: int) -> Array:
    """View v_{i+j}, i, j = 1 … n, of the same kind of vector.

    Examples
    --------
    >>> import numpy as np
    >>> hankel(np.arange(-4.0, 5.0), 2)
    array([[2., 3.],
           [3., 4.]])
    """
    return np.ndarray((n, n), float, centred, 8 * (2 * n + 2), (8, 8))
