"""Tables for a paper: LaTeX that compiles as it is pasted."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

from branches.diagrams.diagram import Diagram
from branches.diagrams.findings import findings
from branches.onsets.classify import Onset

__all__ = ["onset_document", "special_points_table"]

PACKAGES = "% needs \\usepackage{amsmath,booktabs}"
SPECIAL = re.compile(r"([&%$#_{}])")
SIGNS = {"π": r"$\pi$", "κ": r"$\kappa$", "±": r"$\pm$", "β": r"$\beta$", "–": "--", "→": r"$\to$", "∞": r"$\infty$"}
LANDAU_ORDER = 6  # gives c₂ and c₄


def special_points_table(diagram: Diagram) -> str:
    r"""Return the special points of a diagram as a booktabs table.

    Parameters
    ----------
    diagram
        Finished or interrupted.

    Returns
    -------
    str
        LaTeX for a document with amsmath and booktabs.

    Examples
    --------
    >>> import branches
    >>> from branches import potentials
    >>> text = special_points_table(branches.diagram(potentials.noisy_transformer(4), kappa_max=0.5))
    >>> print(text.splitlines()[5][:25])
    fold 1 & 0.38706899595204
    """
    rows = [
        (
            escaped(f"{found.name}, {found.shape}" if found.shape else found.name),
            f"{found.kappa:.14g}",
            f"${found.amplitude:.6g}$" if found.period else "$0$",
            escaped(found.stability_change),
            escaped(found.modes),
        )
        for found in findings(diagram)
    ]
    header = ("point", r"$\kappa$", "amplitude", "stability", "mode")
    return "\n".join([f"{PACKAGES}: {escaped_comment(diagram.potential.label)}", *table(header, rows, "llrll")]) + "\n"


def onset_document(label: str, found: Sequence[Onset]) -> str:
    r"""Return onsets as a booktabs table, and the exact reduction behind them as displayed equations.

    Examples
    --------
    >>> from branches import onset, potentials
    >>> print(onset_document("Kuramoto", [onset(potentials.kuramoto())]).splitlines()[3])
    $n$ & $\kappa_n$ & kind & $c_2$ & $c_4$ \\
    """
    header = ("$n$", r"$\kappa_n$", "kind", "$c_2$", "$c_4$")
    rows = [(str(o.mode), f"{o.kappa:.13g}", escaped(o.kind), _cell(o.c2), _cell(o.c4)) for o in found]
    lines = [f"{PACKAGES}: {escaped_comment(label)}", *table(header, rows, "rllrr"), *_reductions(found)]
    return "\n".join(lines) + "\n"


def table(header: Sequence[str], rows: Sequence[Sequence[str]], columns: str) -> list[str]:
    """Return the lines of a booktabs table."""
    lines = [" & ".join(row) + r" \\" for row in rows]
    return [
        rf"\begin{{tabular}}{{{columns}}}", r"\toprule", " & ".join(header) + r" \\", r"\midrule", *lines,
        r"\bottomrule", r"\end{tabular}",
    ]  # fmt: skip


def escaped(text: str) -> str:
    r"""Return a text with what LaTeX would read otherwise spelled for it.

    Examples
    --------
    >>> print(escaped("±1 mod 2 & 50%"))
    $\pm$1 mod 2 \& 50\%
    """
    text = SPECIAL.sub(r"\\\1", text.replace("\\", r"/"))
    for sign, spelled in SIGNS.items():
        text = text.replace(sign, spelled)
    return text


def escaped_comment(text: str) -> str:
    """Return a text on one line, for a comment."""
    return " ".join(text.split())


def _cell(value: float) -> str:
    return f"${value:.10g}$" if value == value else "--"


def _reductions(found: Sequence[Onset]) -> list[str]:
    """Return the reduced free energy of each kind of kernel, one display for each of its formulas."""
    from branches.onsets.exact.landau import reduce

    kernels: dict[Any, tuple[int, ...]] = {}
    for o in found:
        kernels.setdefault(o.kernel if len(o.kernel) > 1 else 1, o.kernel)
    lines = []
    for kernel in kernels.values():
        simple = len(kernel) == 1
        lines.append(f"% {'one mode n, r_k = g_{kn}/g_n' if simple else f'kernel {kernel}'}")
        formulas = reduce((1,) if simple else kernel, LANDAU_ORDER if simple else 4).latex().splitlines()
        lines += [rf"\[ {formula.strip()} \]" for formula in formulas if formula.strip()]
    return lines
