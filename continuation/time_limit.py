"""A time limit for long work: it ends as Ctrl-C ends it, and returns what there is."""

from __future__ import annotations

import math
import time
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

__all__ = ["OutOfTime", "check_time", "time_left", "time_limit"]

_END: ContextVar[list[float]] = ContextVar("end")  # of time.monotonic; inf once it has been said


class OutOfTime(KeyboardInterrupt):
    """The time limit has passed.

    It is a KeyboardInterrupt, so that whatever returns what it has at Ctrl-C does so here.
    """


@contextmanager
def time_limit(seconds: float | None) -> Iterator[None]:
    """Limit the time of the work in a block; of limits inside one another the first to pass counts.

    Parameters
    ----------
    seconds
        From now on; None for no limit.

    Raises
    ------
    ValueError
        If ``seconds`` is not a positive number.

    Notes
    -----
    The limit is looked at between steps, by :func:`check_time`: one step may go beyond it.

    Examples
    --------
    >>> with time_limit(60):
    ...     check_time()
    ...     59 < time_left() <= 60
    True
    """
    if seconds is not None and not seconds > 0:
        raise ValueError(f"time_limit = {seconds!r} is not allowed: give a positive number of seconds")
    now = time.monotonic()
    token = _END.set([min(now + time_left(), now + (math.inf if seconds is None else seconds))])
    try:
        yield
    finally:
        _END.reset(token)


def time_left() -> float:
    """Return the seconds that are left: inf without a limit, and after it has passed and was said."""
    return _END.get([math.inf])[0] - time.monotonic()


def check_time() -> None:
    """Raise :class:`OutOfTime` if the limit of the block has passed; once, as Ctrl-C comes once."""
    if time_left() <= 0:
        _END.get()[0] = math.inf
        raise OutOfTime("the time limit has passed")
