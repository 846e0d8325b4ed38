"""Records as a JSON tree plus a list of arrays, and back: exact, and without running any stored code."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import fields, is_dataclass
from typing import Any

import numpy as np

import continuation
from branches import potentials
from branches.diagrams.completeness import Completeness, HalfBranch
from branches.diagrams.diagram import Diagram, Node
from branches.diagrams.records import Branch, SpecialPoint
from branches.diagrams.search_account import CouplingSearch
from branches.potentials.potential import Potential
from branches.spaces.blocks_of_spheres import BlockStates
from branches.spaces.circle import Dihedral
from branches.spaces.cyclic import Cyclic
from branches.spaces.zonal import Zonal
from branches.states.index_sums import IndexSum
from branches.states.morse_index import MorseIndex
from continuation import Counters, Made, Piece, Status

__all__ = ["Decoder", "Encoder"]

# The only types that a file can bring to life, by the name they have in it.
RECORDS: dict[str, type] = {
    "diagram": Diagram,
    "node": Node,
    "branch": Branch,
    "special point": SpecialPoint,
    "completeness": Completeness,
    "half-branch": HalfBranch,
    "curve": continuation.Branch,
    "curve point": continuation.SpecialPoint,
    "piece": Piece,
    "counters": Counters,
    "Morse index": MorseIndex,
    "D_n": Dihedral,
    "Z_n": Cyclic,
    "coupling search": CouplingSearch,
    "index sum": IndexSum,
    "zonal": Zonal,
    "blocks": BlockStates,
}
NAMES = {record: name for name, record in RECORDS.items()}
# What a record computes on first use and a file keeps.
DERIVED: dict[type, tuple[str, ...]] = {Branch: ("free_energy", "morse", "special_points")}


class Encoder:
    """Turns records into a JSON tree; collects their arrays and potentials.

    Parameters
    ----------
    n_modes
        Number of weights kept of a potential that is known by its numbers only.

    Examples
    --------
    >>> encoder = Encoder(8)
    >>> encoder.encode((1.5, np.arange(2.0), float("nan")))
    [1.5, {'array': 0}, {'float': 'nan'}]
    >>> encoder.arrays
    [array([0., 1.])]
    """

    def __init__(self, n_modes: int) -> None:
        self.n_modes = n_modes
        self.arrays: list[np.ndarray[Any, Any]] = []
        self.potentials: list[Potential] = []

    def encode(self, value: Any) -> Any:
        """Return the tree of a value: a record, an array, a sequence, a mapping or a plain value.

        Raises
        ------
        TypeError
            If something in it has no place in a file.
        """
        match value:
            case Made():
                return {"made": value.value}
            case None | bool() | str():
                return value
            case int() | np.integer():
                return int(value)
            case float() | np.floating():
                number = float(value)
                return number if math.isfinite(number) else {"float": repr(number)}
            case Status():
                return {"status": value.name}
            case np.ndarray():
                self.arrays.append(value)
                return {"array": len(self.arrays) - 1}
            case Potential():
                return {"potential": self._potential(value)}
            case Mapping():
                return {"map": {key: self.encode(item) for key, item in value.items()}}
            case tuple() | list():
                return [self.encode(item) for item in value]
        if is_dataclass(value) and type(value) in NAMES:
            return self._record(value)
        raise TypeError(f"a {type(value).__name__} cannot be stored in a diagram file")

    def described_potentials(self) -> list[dict[str, Any]]:
        """Return the descriptions of the potentials met, in order."""
        return [potential.to_dict(self.n_modes) for potential in self.potentials]

    def _potential(self, value: Potential) -> int:
        if value not in self.potentials:
            self.potentials.append(value)
        return self.potentials.index(value)

    def _record(self, value: Any) -> dict[str, Any]:
        parts = [field.name for field in fields(value)] + list(DERIVED.get(type(value), ()))
        return {"record": NAMES[type(value)], **{name: self.encode(getattr(value, name)) for name in parts}}


class Decoder:
    """Turns the JSON tree of :class:`Encoder` back into records.

    Parameters
    ----------
    arrays
        In the order of the encoder.
    described
        The descriptions of the potentials, in its order.

    Examples
    --------
    >>> Decoder([np.arange(2.0)], []).decode([1.5, {"array": 0}])
    (1.5, array([0., 1.]))
    """

    def __init__(
        self, arrays: Sequence[np.ndarray[Any, Any]], described: Sequence[Mapping[str, Any]]
    ) -> None:
        self._arrays = arrays
        self._potentials = [potentials.from_dict(description) for description in described]

    def decode(self, tree: Any) -> Any:
        """Return the value of a tree; sequences come back as tuples.

        Raises
        ------
        KeyError, IndexError, TypeError, ValueError
            If the tree is not one that the encoder makes.
        """
        match tree:
            case {"record": str(name), **parts}:
                return self._record(RECORDS[name], parts)
            case {"array": int(index)}:
                return self._arrays[index]
            case {"potential": int(index)}:
                return self._potentials[index]
            case {"status": str(name)}:
                return Status[name]
            case {"made": str(text)}:
                return Made(text)
            case {"float": str(text)}:
                return float(text)
            case {"map": dict(items)}:
                return {key: self.decode(item) for key, item in items.items()}
            case list(items):
                return tuple(self.decode(item) for item in items)
            case None | bool() | int() | float() | str():
                return tree
        raise ValueError(f"not part of a diagram: {str(tree)[:60]}")

    def _record(self, record: type, parts: Mapping[Any, Any]) -> Any:
        values = {name: self.decode(part) for name, part in parts.items()}
        if "period" in values:  # until 0.2.0 every state was even, and n of its period 2π/n stood for its class
            values["isotropy"] = Dihedral(values.pop("period"))
        derived = {name: values.pop(name) for name in DERIVED.get(record, ())}
        instance = record(**values)
        vars(instance).update(derived)  # where cached properties keep what they have computed
        return instance
