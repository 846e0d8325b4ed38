"""All commands of ``mvcont``, and how they end."""

from __future__ import annotations

import inspect
import sys
from collections.abc import Sequence
from types import ModuleType
from typing import Annotated, Any

import typer

from branches.cli import (
    certify,
    clusters,
    coexistence,
    connections,
    curves,
    diagram,
    flow,
    onset,
    particles,
    phase_diagram,
    potentials,
    rates,
    resonances,
    sweep,
    synchronises,
    tricritical,
    verify,
)
from branches.cli.codes import BAD_INPUT, INTERRUPTED, MEANING
from branches.cli.typed import note_line

__all__ = ["COMMANDS", "app", "main"]

USAGE_ERROR: type[Any] = typer.BadParameter.__mro__[2]  # the base of all errors of the command line
COMMANDS: tuple[ModuleType, ...] = (
    potentials, diagram, onset, tricritical, resonances, coexistence, curves, phase_diagram, sweep, flow, rates,
    connections, particles, clusters, synchronises, certify, verify,
)  # fmt: skip

app = typer.Typer(
    invoke_without_command=True,
    rich_markup_mode=None,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
    help="Bifurcation diagrams of mean-field (McKean-Vlasov) equations on the circle and on spheres.",
    epilog="\b\nExit codes:\n" + "\n".join(f"  {code:<4d} {meaning}" for code, meaning in MEANING.items()),
)


def _name(module: ModuleType) -> str:
    return module.__name__.rpartition(".")[2]


for module in COMMANDS:
    examples = "\n".join(f"  mvcont {line}" for line in module.EXAMPLES)
    function = getattr(module, _name(module))
    # typer shows the first paragraph and what follows: the numpydoc sections are for readers of the code
    summary = inspect.getdoc(function) or ""
    app.command(_name(module).replace("_", "-"), help=summary, epilog=f"\b\nExamples:\n{examples}")(function)


def _version(wanted: bool) -> None:
    if wanted:
        from branches import __version__

        typer.echo(f"mvcont {__version__}")
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
    """Run ``mvcont`` and exit, with a code of :data:`branches.cli.codes.MEANING`.

    Parameters
    ----------
    arguments
        Those of the command line by default.

    Raises
    ------
    SystemExit
        Always, with the exit code.
    """
    typed = list(sys.argv[1:] if arguments is None else arguments)
    note_line(typed)
    try:
        code = app(typed, prog_name="mvcont", standalone_mode=False)
    except USAGE_ERROR as error:
        code = _refuse(error.format_message())
    except BrokenPipeError:  # such as  mvcont … | head
        sys.stderr.close()
        code = 0
    except (ValueError, OSError, ImportError, NotImplementedError) as error:
        code = _refuse(str(error))
    except (KeyboardInterrupt, typer.Abort):
        print("mvcont: interrupted before there was a result", file=sys.stderr)
        code = INTERRUPTED
    sys.exit(code or 0)


def _refuse(message: str) -> int:
    print(f"mvcont: error: {' '.join(message.split())}", file=sys.stderr)
    return BAD_INPUT
