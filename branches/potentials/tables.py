"""Potentials known by a table of numbers: given weights, or weights read back from a file."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from branches.potentials.potential import (
    ROUND_UP,
    Array,
    Potential,
    check_dimension,
    finite_number,
    positive_integer,
)
from branches.spaces.multiplicity import multiplicity
from continuation import shortened


@dataclass(frozen=True)
class Table(Potential):
    """Weights known by their numbers.

    Attributes
    ----------
    name : str
    g, errors : tuple of float
        g_1 … g_N and absolute error bounds.
    complete : bool
        Whether the weights beyond the table are zero (True) or unknown (False).
    dimension : int
        d of the sphere S^{d−1}; 2 is the circle.
    """

    name: str
    g: tuple[float, ...]
    errors: tuple[float, ...]
    complete: bool = True
    dimension: int = 2

    source = "table"

    def __repr__(self) -> str:
        shown = ", ".join(f"{value:.6g}" for value in self.g[:6]) + (", …" if len(self.g) > 6 else "")
        where = "" if self.dimension == 2 else f", dimension {self.dimension}"
        return f"<Table {shortened(self.name)!r}: {len(self.g)} weights {shown}{where}>"

    @property
    def parameters(self) -> Mapping[str, float]:
        """The dimension, unless it is 2: the weights are not parameters."""
        return {} if self.dimension == 2 else {"dimension": self.dimension}

    def _tabulate(self, n_modes: int) -> tuple[Array, Array]:
        size = len(self.g)
        if n_modes > size and not self.complete:
            raise ValueError(
                f"n_modes = {n_modes} is not allowed: the stored table of {self.label} ends at mode {size}; "
                "build the potential again from its function to know more modes"
            )
        table = np.zeros((2, max(n_modes, size)))
        table[:, :size] = self.g, self.errors
        return table[0, :n_modes], table[1, :n_modes]

    def _mp_weight(self, n: int) -> Any:
        """Return g_n as stored, where it is exact.

        Raises
        ------
        ValueError
            If g_n is only known up to an error.
        """
        import mpmath

        if self.weight_errors(n)[-1] > 0:
            raise self._only_floats(n)
        return mpmath.mpf(self.weight(n))

    def tail_bound(self, k: int) -> float | None:
        """Return max 2 (|g_n| + error)/N_n over n > k; None where the table is not all there is."""
        if not self.complete:
            return None
        share = 2.0 / multiplicity(np.arange(1, len(self.g) + 1), self.dimension)
        beyond = zip(self.g[k:], self.errors[k:], share[k:].tolist(), strict=True)
        return max(((abs(g) + error) * part for g, error, part in beyond), default=0.0) * ROUND_UP

    def to_dict(self, n_modes: int) -> dict[str, Any]:
        """Return the name and the first `n_modes` weights with their errors."""
        stored = min(positive_integer("n_modes", n_modes), len(self.g))
        return tabulated(self, stored, complete=self.complete and stored == len(self.g))


def tabulated(potential: Potential, n_modes: int, complete: bool) -> dict[str, Any]:
    """Return the JSON-able description of a potential known by its numbers.

    `complete` says whether all weights beyond the first `n_modes` are zero.
    """
    return {
        "name": potential.name,
        "label": potential.label,
        "weights": potential.weights(n_modes).tolist(),
        "errors": potential.weight_errors(n_modes).tolist(),
        "complete": complete,
        **({} if potential.dimension == 2 else {"dimension": potential.dimension}),
    }


def from_weights(g: Iterable[float], name: str = "custom weights", dimension: int = 2) -> Potential:
    """Return the potential with weights g_1, g_2, …, g_N, taken as exact, and zero beyond.

    Parameters
    ----------
    g : iterable of float
        ``g[0]`` is g_1.
    name : str
        Shown in labels and files.
    dimension : int
        d, for W = −Σ g_l P_l on S^{d−1}; 2 is the circle.

    Raises
    ------
    TypeError
        If `g` is a mapping: that is what `harmonics` takes.
    ValueError
        If `g` is empty or has an entry that is not finite, or `dimension` is not an integer ≥ 2.

    Examples
    --------
    >>> from_weights([1.0, 0.25]).weights(3)
    array([1.  , 0.25, 0.  ])
    """
    if isinstance(g, Mapping):
        raise TypeError(f"g = {g!r} is not allowed: give a list of weights, or this mapping to harmonics")
    values = tuple(finite_number(f"g[{i}] (the weight of mode {i + 1})", v) for i, v in enumerate(g))
    if not values:
        raise ValueError("g = [] is not allowed: give at least the weight g_1 of mode 1")
    return Table(name, values, (0.0,) * len(values), dimension=check_dimension(dimension))


def restore(description: Mapping[str, Any]) -> Table:
    """Return the table that `tabulated` described.

    Raises
    ------
    ValueError
        If weights and errors are empty, not finite or not equally many.

    Examples
    --------
    >>> potential = from_weights([1.0, 0.1], name="mine")
    >>> restore(potential.to_dict(2)) == potential
    True
    """
    values = tuple(finite_number("weights", g) for g in description["weights"])
    errors = tuple(finite_number("errors", e) for e in description["errors"])
    if not values or len(errors) != len(values):
        raise ValueError(
            f"the description has {len(values)} weights and {len(errors)} errors: equally many are needed, at least one"
        )
    dimension = check_dimension(description.get("dimension", 2))
    return Table(description["name"], values, errors, bool(description["complete"]), dimension)
