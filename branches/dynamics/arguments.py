"""Arguments that several functions share."""

from __future__ import annotations

import operator

__all__ = ["checked_seed"]


def checked_seed(seed: int) -> int:
    """Return the seed of random numbers.

    Raises
    ------
    TypeError
        If it is not an integer.
    ValueError
        If it is negative.

    Examples
    --------
    >>> checked_seed(7)
    7
    """
    try:
        if isinstance(seed, bool):
            raise TypeError
        number = operator.index(seed)
    except TypeError:
        raise TypeError(f"seed = {seed!r} is not allowed: it must be an integer, at least 0") from None
    if number < 0:
        raise ValueError(f"seed = {seed!r} is not allowed: it must be an integer, at least 0")
    return number
