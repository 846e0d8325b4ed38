"""The branch graph of a diagram as GraphML, for graph tools."""

from __future__ import annotations

import os
from pathlib import Path

from branches.diagrams.diagram import Diagram
from continuation import replacing

__all__ = ["write_graphml"]


def write_graphml(diagram: Diagram, path: str | os.PathLike[str]) -> Path:
    """Write ``diagram.graph`` with all its attributes, atomically.

    Parameters
    ----------
    diagram
        What to write.
    path
        The file.

    Returns
    -------
    Path
        The file.

    Raises
    ------
    OSError
        If it cannot be written.

    Examples
    --------
    >>> import tempfile, networkx, branches
    >>> from branches import potentials
    >>> d = branches.diagram(potentials.kuramoto(), kappa_max=4)
    >>> file = write_graphml(d, Path(tempfile.mkdtemp()) / "graph.graphml")
    >>> networkx.read_graphml(file, force_multigraph=True).nodes["onset 1"]["kappa"]
    2.0
    """
    import networkx

    with replacing(path) as temporary:
        networkx.write_graphml_xml(diagram.graph, temporary)
    return Path(path)
