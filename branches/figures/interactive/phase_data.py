"""What an interactive page knows of a phase diagram, as plain values for JSON."""

from __future__ import annotations

from typing import Any

import numpy as np

from branches.figures.interactive.data import rounded
from branches.figures.phase_figure import PHASES, phase_name
from branches.sweeps.phase_diagram import PhaseDiagram
from branches.sweeps.strips import Strip

__all__ = ["phase_data"]

DIGITS = 7


def phase_data(found: PhaseDiagram, symbol: str) -> dict[str, Any]:
    """Return regions, lines and special points over the parameter and κ in units of the first onset.

    Examples
    --------
    >>> from branches.sweeps.phase_column import Column
    >>> column = [Column(q, 3.2, (2.0, 1), ((2.0, "continuous", 1, 0.0),), (), 0) for q in (0.0, 1.0)]
    >>> [region["name"] for region in phase_data(PhaseDiagram(tuple(column)), "m")["regions"]]
    ['uniform', 'one peak']
    """
    reach = min(column.kappa_max / column.onset[0] for column in found.columns)
    boundaries = [strip.kappa / strip.onset for strip in found.strips if strip.kappa.size]
    boundaries += [limit.kappa / limit.onset for limit in found.limits]
    bottom = 1.0 - max(1.5 * (1.0 - min(1.0, *(float(heights.min()) for heights in boundaries))), 0.08)
    regions, lines = [], []
    for strip in found.strips:
        regions += _regions(strip, bottom, reach)
        lines += [
            _line(strip.value, row / strip.onset, "solid" if kind == "discontinuous" else "dashed", 2.0)
            for (kind, _), row in zip(strip.pattern, strip.kappa, strict=True)
        ]
    lines += [_line(limit.value, limit.kappa / limit.onset, "dotted", 1.0) for limit in found.limits]
    values = np.concatenate([strip.value for strip in found.strips])
    onsets = np.concatenate([strip.onset for strip in found.strips])
    return {
        "symbol": symbol,
        "limits": [found.columns[0].value, found.columns[-1].value, bottom, reach],
        "onset": {"value": rounded(values, DIGITS), "kappa": rounded(onsets, DIGITS)},
        "regions": regions,
        "lines": lines,
        "points": [
            {
                "kind": mark.kind,
                "x": mark.parameter,
                "y": mark.kappa / float(np.interp(mark.parameter, values, onsets)),
                "rows": [
                    [symbol, f"{mark.parameter:.13g}"],
                    ["κ", f"{mark.kappa:.13g}"],
                    [f"error of {symbol}", f"{mark.parameter_error:.1e}"],
                ],
            }
            for mark in found.special_points
        ],
        "notes": list(found.notes),
    }


def _regions(strip: Strip, bottom: float, top: float) -> list[dict[str, Any]]:
    modes = (0, *(mode for _, mode in strip.pattern))
    edges = [np.full(strip.value.size, bottom), *(strip.kappa / strip.onset), np.full(strip.value.size, top)]
    return [
        {
            "name": phase_name(mode),
            "color": PHASES[mode % len(PHASES)],
            "x": rounded(np.concatenate([strip.value, strip.value[::-1]]), DIGITS),
            "y": rounded(np.concatenate([lower, upper[::-1]]), DIGITS),
        }
        for mode, lower, upper in zip(modes, edges, edges[1:], strict=False)
    ]


def _line(value: np.ndarray, height: np.ndarray, dash: str, width: float) -> dict[str, Any]:
    return {"x": rounded(value, DIGITS), "y": rounded(height, DIGITS), "dash": dash, "width": width}
