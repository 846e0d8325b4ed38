"""Values in JSON's own types."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

import numpy as np

__all__ = ["plain"]


def plain(value: Any) -> Any:
    """Return a value in JSON's own types: arrays as lists, numbers that are not finite as None.

    Parameters
    ----------
    value
        Of mappings, sequences, arrays and plain values; anything else becomes its text.

    Returns
    -------
    object
        What ``json.dumps(..., allow_nan=False)`` accepts.

    Examples
    --------
    >>> plain({"a": np.array([1.0, np.nan]), "n": np.int64(3), "pair": (True, "x")})
    {'a': [1.0, None], 'n': 3, 'pair': [True, 'x']}
    """
    match value:
        case np.ndarray() if value.dtype.kind in "biu" or (value.dtype.kind == "f" and np.isfinite(value).all()):
            return value.tolist()
        case np.ndarray() | np.generic():
            return plain(value.tolist())
        case float():
            return value if math.isfinite(value) else None
        case Mapping():
            return {str(key): plain(item) for key, item in value.items()}
        case list() | tuple():
            return [plain(item) for item in value]
        case None | bool() | int() | str():
            return value
    return str(value)
