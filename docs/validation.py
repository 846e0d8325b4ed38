"""Write the table of docs/validation.md from live runs: known value, ours, matching digits.

python docs/validation.py
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import mpmath
import numpy as np
from mpmath import mp

import branches
import continuation
from branches import potentials

HERE = Path(__file__).parent
PAGE = HERE / "validation.md"
TABLE = re.compile(r"(?<=<!-- validation -->\n).*?(?=<!-- end -->)", re.DOTALL)
MOST = 15.95  # digits of a double


@dataclass(frozen=True)
class Row:
    """One comparison: what, the known value and where it is from, ours, and the least number of digits that match."""

    what: str
    source: str
    known: Callable[[], Any]
    ours: Callable[[], float]
    least: float


def digits(value: float, known: Any) -> float:
    """Return how many significant digits match, those of a double at most."""
    error = abs((mpmath.mpf(value) - known) / known)
    return MOST if error == 0 else float(min(MOST, -mpmath.log10(error)))


def proved(name: str, *path: str | int) -> Callable[[], Any]:
    """Return the middle of a proved interval of one of the certificates of this site."""

    def known() -> Any:
        value = json.loads((HERE / "certificates" / f"{name}.json").read_text(encoding="utf-8"))
        for key in path:
            value = value[key]
        low, high = value if isinstance(value, list) else (value["kappa_low"], value["kappa_high"])
        return (mpmath.mpf(low) + mpmath.mpf(high)) / 2

    return known


def concentration() -> Any:
    """Return z = κ I₁(z)/I₀(z) at κ = 4."""
    return mp.findroot(lambda z: z - 4 * mp.besseli(1, z) / mp.besseli(0, z), 3.3)


def kuramoto_energy() -> Any:
    """Return (κ/2) a₁² − log I₀(z) at κ = 4."""
    z = concentration()
    return 2 * (z / 4) ** 2 - mp.log(mp.besseli(0, z))


def polar_off_nematic() -> Any:
    """Return κ = 2/(1 + a₂), a₂ = I₁(z)/I₀(z), z = 2 κ a₂."""

    def excess(z: Any) -> Any:
        a2 = mp.besseli(1, z) / mp.besseli(0, z)
        return z - 4 * a2 / (1 + a2)

    z = mp.findroot(excess, 1.5)
    return 2 / (1 + mp.besseli(1, z) / mp.besseli(0, z))


def maier_saupe_fold() -> Any:
    """Return the least κ(η) = 2η / (3⟨u⟩ − 1) on S², ρ ∝ e^(ηu), ⟨u⟩ = ₁F₁(3/2; 5/2; η) / (3 ₁F₁(1/2; 3/2; η))."""

    def coupling(eta: Any) -> Any:
        return 2 * eta / (mp.hyp1f1(1.5, 2.5, eta) / mp.hyp1f1(0.5, 1.5, eta) - 1)

    return coupling(mp.findroot(lambda eta: mp.diff(coupling, eta), 2.2))


def kuramoto_state() -> Any:
    """Return the state of the Kuramoto model at κ = 4."""
    return branches.trace(potentials.kuramoto(), kappa_max=5).at_kappa(4.0)[0]


def first_fold(potential: Any) -> float:
    """Return κ at the fold of the first branch."""
    (fold,) = branches.trace(potential, kappa_max=1.2 * potential.onset_coupling(1)).folds
    return float(fold.kappa)


def bratu_fold() -> float:
    """Return p at the fold of u'' + p e^u = 0 on (−1, 1)/2, 48 Chebyshev points."""
    n = 48
    x = np.cos(np.pi * np.arange(n + 1) / n)
    c = np.r_[2.0, np.ones(n - 1), 2.0] * (-1.0) ** np.arange(n + 1)
    first = np.outer(c, 1 / c) / (np.subtract.outer(x, x) + np.eye(n + 1))
    first -= np.diag(first.sum(axis=1))
    second = 4 * (first @ first)[1:-1, 1:-1]
    bratu = continuation.FunctionProblem(
        lambda u, p: second @ u + p * np.exp(u),
        lambda u, p: second + p * np.diag(np.exp(u)),
        lambda u, p: np.exp(u),
    )
    (fold,) = continuation.follow(bratu, np.zeros(n - 1), 0.1, p_min=0.1, p_max=4.0).folds
    return float(fold.p)


ROWS = (
    Row("onset of Doi–Onsager, κ₂", "3π/2, arXiv 2604.16288", lambda: 3 * mp.pi / 2,
        lambda: potentials.doi_onsager().onset_coupling(2), 15),
    Row("Kuramoto, κ = 4: a₁", "closed form, κa₁ = z, z = κ I₁(z)/I₀(z)", lambda: concentration() / 4,
        lambda: kuramoto_state().a[0], 14.5),
    Row("Kuramoto, κ = 4: F", "closed form, (κ/2) a₁² − log I₀(z)", kuramoto_energy,
        lambda: kuramoto_state().free_energy, 14),
    Row("Kuramoto: c₂ of the onset", "½", lambda: mpmath.mpf(1) / 2,
        lambda: branches.onset(potentials.kuramoto()).c2, 15),
    Row("Kuramoto: c₄ of the onset", "5/12", lambda: mpmath.mpf(5) / 12,
        lambda: branches.onset(potentials.kuramoto()).c4, 15),
    Row("transformer: tricritical β\\*", "I₂(β) = I₁(β)/2",
        lambda: mp.findroot(lambda b: mp.besseli(2, b) - mp.besseli(1, b) / 2, 2.4),
        lambda: branches.tricritical_point(potentials.noisy_transformer, (1, 4)).parameter, 15),
    Row("Hegselmann–Krause: tricritical R\\*", "4 sin R − sin 2R = 2R",
        lambda: mp.findroot(lambda r: 4 * mp.sin(r) - mp.sin(2 * r) - 2 * r, 2.1),
        lambda: branches.tricritical_point(potentials.hegselmann_krause, (1, 3)).parameter, 14.5),
    Row("bimodal, m = 2: pitchfork off the branch of mode 2", "closed form, κ = 2/(1 + a₂)", polar_off_nematic,
        lambda: branches.trace(potentials.bimodal(2.0), mode=2, kappa_max=3).special_points[0].kappa, 14),
    Row("transformer, β = 3: fold", "certificate", proved("fold-transformer-3", "proved", "kappa"),
        lambda: first_fold(potentials.noisy_transformer(3)), 14),
    Row("transformer, β = 4: fold", "certificate", proved("fold-transformer-4", "proved", "kappa"),
        lambda: first_fold(potentials.noisy_transformer(4)), 14),
    Row("transformer, β = 5: fold", "certificate", proved("fold-transformer-5", "proved", "kappa"),
        lambda: first_fold(potentials.noisy_transformer(5)), 14),
    Row("bimodal, m = 0.6: fold", "certificate", proved("fold-bimodal-0.6", "proved", "kappa"),
        lambda: first_fold(potentials.bimodal(0.6)), 14),
    Row("Hegselmann–Krause, R = 2: fold", "certificate", proved("fold-hegselmann-krause-2", "proved", "kappa"),
        lambda: first_fold(potentials.hegselmann_krause(2.0)), 14),
    Row("transformer, β = 4: transition", "certificate", proved("transition-transformer-4", "given"),
        lambda: branches.coexistence(potentials.noisy_transformer(4)).kappa, 14),
    Row("Hegselmann–Krause, R = 2: transition", "certificate", proved("transition-hegselmann-krause-2", "given"),
        lambda: branches.coexistence(potentials.hegselmann_krause(2.0)).kappa, 14),
    Row("Kuramoto at its onset: lim a₁(t) √t", "√2", lambda: mp.sqrt(2),
        lambda: branches.critical_rate(potentials.kuramoto(), 1).constant, 15),
    Row("Kuramoto at its onset: a₁ √t at t = 10⁸, from the flow", "√2 (1 + O(log t / t))", lambda: mp.sqrt(2),
        lambda: 1e4 * float(branches.flow(potentials.kuramoto(), 2.0, [0.3, 0.05], [1e8]).a[-1, 0]), 6),
    Row("transformer without noise, β = 5: fastest mode", "3, arXiv 2410.23228", lambda: mpmath.mpf(3),
        lambda: branches.fastest_mode(potentials.noisy_transformer(5, scaled=True))[0], 15),
    Row("transformer without noise, β = 7: fastest mode", "4, arXiv 2410.23228", lambda: mpmath.mpf(4),
        lambda: branches.fastest_mode(potentials.noisy_transformer(7, scaled=True))[0], 15),
    Row("S², Maier–Saupe: fold", "closed form, min over η of 2η/(3⟨u⟩ − 1)", maier_saupe_fold,
        lambda: branches.diagram(potentials.maier_saupe(dimension=3), kappa_max=8).node("fold 1").kappa, 13),
    Row("S², vector model, κ = 4: a₁", "a = coth κa − 1/(κa)",
        lambda: mp.findroot(lambda a: a - mp.coth(4 * a) + 1 / (4 * a), 0.6),
        lambda: branches.trace(potentials.vector_model(3), kappa_max=5).at_kappa(4.0)[0].a[0], 14),
    Row("S², transformer: tricritical β\\*", "I_{5/2}(β) = I_{3/2}(β)/3",
        lambda: mp.findroot(lambda b: mp.besseli(2.5, b) - mp.besseli(1.5, b) / 3, 1.8),
        lambda: branches.tricritical_point(partial(potentials.noisy_transformer, dimension=3), (1, 3)).parameter, 14.5),
    Row("Bratu's problem: fold", "8 (α² − 1), α tanh α = 1",
        lambda: 8 * (mp.findroot(lambda a: a * mp.tanh(a) - 1, 1.2) ** 2 - 1), bratu_fold, 11),
)  # fmt: skip


def line(row: Row) -> str:
    """Run one row and write it."""
    with mpmath.workdps(30):
        known, ours = row.known(), float(row.ours())
        shown = mpmath.nstr(known, 17) if known != int(known) else str(int(known))
        matching = math.floor(digits(ours, known) + 0.05)
    return f"| {row.what} | {row.source} | {shown} | {ours:.17g} | {matching} |"


def table() -> str:
    """Return the table, one line a row."""
    head = ["| what | known from | value | ours | digits |", "|---|---|---:|---:|---:|"]
    return "\n".join([*head, *map(line, ROWS)]) + "\n"


if __name__ == "__main__":
    PAGE.write_text(TABLE.sub(lambda _: table(), PAGE.read_text(encoding="utf-8")), encoding="utf-8")
