"""One release of grace for an argument that has a new name."""

from __future__ import annotations

import warnings
from collections.abc import Callable
from functools import wraps
from typing import ParamSpec, TypeVar

__all__ = ["renamed"]

P = ParamSpec("P")
T = TypeVar("T")


def renamed(**names: str) -> Callable[[Callable[P, T]], Callable[P, T]]:
    """Decorate a function that still takes arguments by their old names, with a DeprecationWarning that tells the new.

    Parameters
    ----------
    **names
        old = 'new'. The signature and the documentation of the function have the new names alone.

    Returns
    -------
    callable
        The decorator. The function raises a TypeError if it is given an argument by both names.

    Examples
    --------
    >>> @renamed(random_seed="seed")
    ... def draw(seed=0):
    ...     return seed
    >>> with warnings.catch_warnings(record=True) as caught:
    ...     warnings.simplefilter("always")
    ...     draw(random_seed=3), str(caught[0].message)
    (3, "draw: the argument 'random_seed' is now called 'seed'; the old name goes with the next release")
    """

    def decorate(function: Callable[P, T]) -> Callable[P, T]:
        @wraps(function)
        def accepting(*args: P.args, **kwargs: P.kwargs) -> T:
            for old in names.keys() & kwargs.keys():
                new = names[old]
                if new in kwargs:
                    raise TypeError(f"{function.__name__}: {old!r} and {new!r} are one argument: give {new!r} alone")
                warnings.warn(
                    f"{function.__name__}: the argument {old!r} is now called {new!r}; "
                    "the old name goes with the next release",
                    DeprecationWarning,
                    stacklevel=2,
                )
                kwargs[new] = kwargs.pop(old)
            return function(*args, **kwargs)

        return accepting

    return decorate
