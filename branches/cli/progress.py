"""The progress bar: on a terminal, with the time left where that is known; nothing elsewhere."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from branches.cli.screen import Screen

__all__ = ["counting", "progress_bar"]

Show = Callable[[str, int, int], None]


@contextmanager
def progress_bar(title: str, screen: Screen) -> Iterator[Show | None]:
    """Yield what shows (message, done, known) on a terminal, None where there is none or nothing is to be shown.

    It is drawn by the thread that calls it alone: processes may be started while it is shown.
    """
    if screen.quiet or not sys.stderr.isatty():
        yield None
        return
    from rich.console import Console
    from rich.progress import (
        BarColumn,
        MofNCompleteColumn,
        Progress,
        TextColumn,
        TimeElapsedColumn,
        TimeRemainingColumn,
    )

    columns = (
        TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn(),
        TextColumn("time left"), TimeRemainingColumn(),
    )  # fmt: skip
    with Progress(*columns, console=Console(stderr=True), transient=True, auto_refresh=False) as bar:
        task = bar.add_task(title, total=None)
        bar.refresh()

        def show(message: str, done: int, known: int) -> None:
            if bar.tasks[0].total is None and done:  # what a store held is no measure of the speed
                bar.reset(task, completed=done)
            bar.update(task, description=message, completed=done, total=known, refresh=True)

        yield show


def counting(show: Show | None) -> Callable[[int, int, int], None] | None:
    """Return what takes (done, failed, all) instead, as sweeps report it."""
    if show is None:
        return None

    def count(done: int, failed: int, total: int) -> None:
        show(f"{failed} failed" if failed else "values", done + failed, total)

    return count
