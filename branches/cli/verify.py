"""``mvcont verify``: certificates proved again, from their files alone."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from branches.cli.codes import DONE, NOT_PROVED
from branches.cli.groups import takes
from branches.cli.screen import SCREEN, Screen
from branches.cli.typed import document

__all__ = ["EXAMPLES", "verify"]

EXAMPLES = ("verify docs/certificates/transition-transformer-4.json",)


@takes(SCREEN)
def verify(
    screen: Screen, files: Annotated[list[Path], typer.Argument(metavar="FILE...", help="Certificates.")]
) -> int:
    """Prove certificates anew, from the files alone.

    The exit code is 1 if one of them fails.
    """
    from branches.proofs import check

    results = {str(path): check(path) for path in files}
    checks = [{"file": path, **vars(result)} for path, result in results.items()]
    screen.show(document("checks", {"checks": checks}))
    for path, result in results.items():
        screen.say(f"{path}: {'True' if result.ok else 'False'}, {result.reason}")
        if result.ok:
            screen.say(f"  {result.statement}")
    return DONE if all(result.ok for result in results.values()) else NOT_PROVED
