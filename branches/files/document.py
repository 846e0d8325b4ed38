"""The envelope of every JSON result: its schema with a version, and where it comes from."""

from __future__ import annotations

import platform
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from branches import __version__
from branches.potentials.potential import Potential

__all__ = ["SCHEMA", "VERSION", "document", "potential_entry", "provenance"]

SCHEMA = "mckean-vlasov-continuation"
VERSION = 2  # of all documents: they share one vocabulary, see branches/files/vocabulary.py


def document(
    kind: str,
    content: Mapping[str, Any],
    *,
    command: str | None = None,
    settings: Mapping[str, Any] | None = None,
) -> dict[str, Any]:
    """Return a result with its schema, version and provenance.

    Parameters
    ----------
    kind
        What it is: 'diagram', 'flow', ….
    content
        The result, in the names of :data:`branches.files.vocabulary.VOCABULARY`.
    command, settings
        As for :func:`provenance`.

    Returns
    -------
    dict
        ``schema``, ``version`` and ``provenance`` first.

    Examples
    --------
    >>> found = document("onsets", {"onsets": []}, command="mvcont onset kuramoto --json")
    >>> found["schema"], found["version"], found["provenance"]["command"]
    ('mckean-vlasov-continuation/onsets', 2, 'mvcont onset kuramoto --json')
    """
    return {
        "schema": f"{SCHEMA}/{kind}",
        "version": VERSION,
        "provenance": provenance(command=command, settings=settings),
        **content,
    }


def provenance(*, command: str | None = None, settings: Mapping[str, Any] | None = None) -> dict[str, Any]:
    """Return by what a result was made, and when.

    Parameters
    ----------
    command
        The command line, None from Python.
    settings
        Options in effect.

    Examples
    --------
    >>> sorted(provenance())
    ['command', 'date', 'numpy', 'package', 'package_version', 'python', 'scipy', 'settings']
    """
    import numpy
    import scipy

    return {
        "package": SCHEMA,
        "package_version": __version__,
        "date": datetime.now(UTC).isoformat(timespec="seconds"),
        "command": command,
        "settings": dict(settings or {}),
        "python": platform.python_version(),
        "numpy": numpy.__version__,
        "scipy": scipy.__version__,
    }


def potential_entry(potential: Potential) -> dict[str, Any]:
    """Return the potential of a result: name, label, parameters, and where its weights come from.

    Examples
    --------
    >>> from branches import potentials
    >>> potential_entry(potentials.bimodal(0.6))
    {'name': 'bimodal', 'label': 'bimodal, m = 0.6', 'parameters': {'m': 0.6}, 'source': 'closed form'}
    """
    return {
        "name": potential.name,
        "label": potential.label,
        "parameters": dict(potential.parameters),
        "source": potential.source,
    }
