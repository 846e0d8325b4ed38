"""Linear algebra on one thread: on small matrices threads cost more in waiting for each other than they bring.

Tracing a branch with 64 unknowns on two cores takes up to three times as long with two threads as with one.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from functools import cache, wraps
from typing import ParamSpec, TypeVar

from threadpoolctl import ThreadpoolController  # type: ignore[import-untyped, unused-ignore]

__all__ = ["on_one_thread", "one_thread", "threads_for"]

P = ParamSpec("P")
R = TypeVar("R")
SMALL = 1024  # unknowns of dense systems up to which a second thread does not shorten a step


@cache
def _controller() -> ThreadpoolController:
    import scipy.linalg.lapack  # noqa: F401  (the controller sees libraries that are loaded)

    return ThreadpoolController()


def one_thread() -> AbstractContextManager[object]:
    """Limit linear algebra to one thread from now on; as a context manager, until its end.

    The limit is that of the process: when Python threads overlap in it, the last to leave may keep it.

    Examples
    --------
    >>> with one_thread():
    ...     pass
    """
    limits: AbstractContextManager[object] = _controller().limit(limits=1)
    return limits


def threads_for(unknowns: int) -> AbstractContextManager[object]:
    """Return a context with one thread for a small dense system, with as many as there are for a large one."""
    return one_thread() if unknowns <= SMALL else nullcontext()


def on_one_thread(function: Callable[P, R]) -> Callable[P, R]:
    """Make a function run its linear algebra on one thread."""

    @wraps(function)
    def limited(*args: P.args, **options: P.kwargs) -> R:
        with one_thread():
            return function(*args, **options)

    return limited
