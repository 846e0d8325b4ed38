"""The exit codes of the commands."""

from __future__ import annotations

import sys

__all__ = ["BAD_INPUT", "DONE", "INCOMPLETE", "INTERRUPTED", "MEANING", "NOT_PROVED", "ending"]

DONE, NOT_PROVED, BAD_INPUT, INCOMPLETE, INTERRUPTED = 0, 1, 2, 3, 130
MEANING = {
    DONE: "done, all of it",
    NOT_PROVED: "certify and verify: not proved",
    BAD_INPUT: "bad input, or files that cannot be written; one line on stderr says what",
    INCOMPLETE: "done, but something is incomplete: a half-branch stopped or failed, a value or a line failed",
    INTERRUPTED: "interrupted (Ctrl-C) or out of time; what was found is written",
}


def ending(status: str, kept: str, lacking: bool = False) -> int:
    """Return the exit code of a result with a status; where it was interrupted, say on stderr what is kept.

    Examples
    --------
    >>> ending("finished", "nothing"), ending("finished", "nothing", lacking=True)
    (0, 3)
    """
    if status == "interrupted":
        print(f"mvcont: interrupted: {kept}", file=sys.stderr)
        return INTERRUPTED
    return INCOMPLETE if lacking else DONE
