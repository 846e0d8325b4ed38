"""The command ``mvcont``: one module a command, each importing what it needs when it runs."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from typing import Annotated, Any

import typer

from branches.cli import (
    coexistence,
    connections,
    curves,
    diagram,
    flow,
    onset,
    phase_diagram,
    rates,
    resonances,
    sweep,
    tricritical,
)

__all__ = ["app", "main"]

BAD_INPUT, INTERRUPTED = 2, 130
USAGE_ERROR: type[Any] = typer.BadParameter.__mro__[2]  # the base of all errors of the command line

app = typer.Typer(
    add_completion=False,
    invoke_without_command=True,
    rich_markup_mode=None,
    help="Bifurcation diagrams of mean-field (McKean-Vlasov) equations on the circle.",
)
for command in (
    diagram.diagram, onset.onset, tricritical.tricritical, resonances.resonances, coexistence.coexistence,
    curves.curves, phase_diagram.phase_diagram, sweep.sweep, flow.flow, rates.rates, connections.connections,
):  # fmt: skip
    app.command()(command)


def _version(wanted: bool) -> None:
    if wanted:
        from importlib.metadata import version

        typer.echo(f"mvcont {version('mckean-vlasov-continuation')}")
        raise typer.Exit


@app.callback()
def _options(
    context: typer.Context,
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Show the version and exit.")
    ] = False,
) -> None:
    if context.invoked_subcommand is None:
        typer.echo(context.get_help())


def main(arguments: Sequence[str] | None = None) -> None:
    """Run ``mvcont`` and exit.

    The codes: 0 done, 2 bad input (one line on stderr says what), 3 done, but a half-branch of the diagram failed or
    stopped before its end, 130 interrupted.

    Parameters
    ----------
    arguments
        Those of the command line by default.

    Raises
    ------
    SystemExit
        Always, with the exit code.
    """
    try:
        code = app(list(arguments) if arguments is not None else None, standalone_mode=False)
    except USAGE_ERROR as error:
        code = _refuse(error.format_message())
    except (ValueError, OSError) as error:
        code = _refuse(str(error))
    except (KeyboardInterrupt, typer.Abort):
        print("mvcont: interrupted before there was a result", file=sys.stderr)
        code = INTERRUPTED
    sys.exit(code or 0)


def _refuse(message: str) -> int:
    print(f"mvcont: error: {' '.join(message.split())}", file=sys.stderr)
    return BAD_INPUT
