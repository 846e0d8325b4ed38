"""The trusted part, third file: statements about everything there is, for weights g_n >= 0.

Every state at one coupling, the uniform state alone, transitions, and the states as one graph kappa = K(a_1).
"""

from typing import Any

import numpy as np
from flint import arb

from branches.proofs.checker_balls import Claim, Open, Weights, integer, less, need, number
from branches.proofs.checker_cone import UP, Cone, U, above, below, doubles, higher, hull
from branches.proofs.checker_local import point


def period(claim: Claim) -> tuple[int, str]:
    """Return p and, in words, which states are meant by those in the modes p, 2p, …: all, or those of period 2 pi/p."""
    p, name = integer(claim.given["period"], 1), claim.potential["name"]
    everything = p == 1 or (p == 2 and name == "doi_onsager")
    everything |= name == "harmonics" and all(int(key[1:]) % p == 0 for key in claim.potential["parameters"])
    return p, "all states" if everything else f"the states of period 2 pi/{p}"


def coupling(text: Any) -> tuple[float, float]:
    """Return doubles on both sides of a coupling > 0."""
    less(0, number(text), "0 < kappa")
    return below(number(text)), above(number(text))


# ---- all states at one coupling
def column(cone: Cone, edges: Any, ka: float, kb: float) -> list[list[Any]]:
    """Return the runs [verdict, first end, last end] of the cells between edges that cover 0 <= a_1 <= 1."""
    cover = len(edges) > 1 and edges[0] == 0 and edges[-1] == 1 and (np.diff(edges) > 0).all()
    need(cover, "the cells cover 0 <= a_1 <= 1 and do not overlap")
    X, k, runs = edges[:, None], np.ones(len(edges)), list[list[Any]]()
    l, u = cone.rising(X, ka * k), cone.falling(X, kb * k)
    for i in range(len(edges) - 1):
        v = cone.verdict(edges[i : i + 2], l[i : i + 2], u[i : i + 2], ka, kb)
        if runs and runs[-1][0] == v:
            runs[-1][2] = edges[i + 1]
        else:
            runs.append([v, edges[i], edges[i + 1]])
    need(runs[0][0] in ("falls", "rises"), "phi - x is monotone next to 0, where only the uniform state is")
    return runs


def occupied(cone: Cone, runs: list[list[Any]], brackets: Any, ka: float, kb: float) -> list[tuple[Any, Any]]:
    """Return bounds (l, u) of the one state of every run across which phi - x changes sign, in its bracket."""
    signs, found = [*(r[0] for r in runs), "-"], []  # phi(1) < 1
    for i, run in enumerate(runs[1:], 1):
        if run[0] in ("falls", "rises"):
            need({signs[i - 1], signs[i + 1]} <= {"+", "-"}, f"phi - x has signs at both ends of [{run[1]}, {run[2]}]")
            found += [run] if signs[i - 1] != signs[i + 1] else []
    need(len(brackets) == len(found), f"{len(brackets)} states are named, {len(found)} are proved")
    bounds = []
    for (v, first, last), texts in zip(found, brackets, strict=True):
        x = doubles(texts)
        need(len(x) == 2 and first <= x[0] < x[1] <= last, f"the bracket {x} lies in [{first}, {last}]")
        l, u = cone.rising(x[:, None], np.full(2, ka)), cone.falling(x[:, None], np.full(2, kb))
        low, high = l[:, 0] - x, u[:, 0] - x
        inside = low[0] > 0 and high[1] < 0 if v == "falls" else high[0] < 0 and low[1] > 0
        need(inside, f"phi - x changes sign on {x}")
        bounds.append((l[0], u[1]))
    return bounds


def states_at(claim: Claim) -> dict[str, Any]:
    """Cells of a_1 without a state, or with phi - x monotone."""
    (p, among), (ka, kb) = period(claim), coupling(claim.given["kappa"])
    cone = Cone(claim.potential, kb, claim.n_modes, p)
    runs = column(cone, doubles(claim.witness["edges"]), ka, kb)
    need(all(r[0] != "?" for r in runs), f"a verdict for the cells {[r[1:] for r in runs if r[0] == '?']}")
    found = occupied(cone, runs, claim.witness["brackets"], ka, kb)
    so = "" if found else "Hence there is no other at any smaller kappa."
    return {"among": among, "count": len(found), "a": [hull(l[0], u[0]) for l, u in found], "so": so}


def uniform_only(claim: Claim) -> dict[str, Any]:
    """No state but the uniform one up to a coupling: falling iterates from 1, then a contraction."""
    (p, among), kb = period(claim), coupling(claim.given["kappa"])[1]
    cone, X, k, b = Cone(claim.potential, kb, claim.n_modes, p), np.empty((1, 0)), np.array([kb]), None
    done, steps = 0, 64
    while done <= min(10**7, claim.witness["steps"]):
        b = cone.falling(X, k, steps, 0.0, b)
        M = cone.matrices(0 * b[0], b[0], 0.0, kb)[1]
        if cone.super(M, np.ones(len(M))) is not None:
            so = "Hence it is the only minimiser of the free energy among all densities."
            return {"among": among, "so": so if among == "all states" else ""}
        done, steps = done + steps, steps + steps // 2
    raise Open(f"does not hold: iterates from 1 reach 0 (they end at a_{p} <= {b[0, 0]:.9g}, {done} steps or fewer)")  # type: ignore[index]


# ---- transitions
def boxes(cone: Cone, first: float, last: float, ka: float, kb: float, depth: int) -> None:
    """Prove F > 0 at every state with first <= a_1 <= last: boxes in (a_1, a_2), no state or F > 0 by mean value."""
    N, live = cone.N, np.array([[first, last, 0.0, 1.0]])
    for _ in range(depth):
        one = np.ones(len(live))
        l, u = cone.rising(live[:, ::2], ka * one, tol=1e-8), cone.falling(live[:, 1::2], kb * one, tol=1e-8)
        empty = (l[:, :2] > live[:, 1::2]).any(1) | (u[:, :2] < live[:, ::2]).any(1)
        live, l, u = live[~empty], l[~empty, :N], u[~empty, :N]
        low, high = l.copy(), u.copy()
        low[:, :2], high[:, :2] = np.maximum(l[:, :2], live[:, ::2]), np.minimum(u[:, :2], live[:, 1::2])
        c = (low + high) / 2
        r, gradient = np.maximum(high - c, c - low) * (1 + 4 * U), np.maximum(high - l, u - low) * (1 + 4 * U)
        V = (c * (kb * cone.gu[:N] * (1 + 4 * U))) @ cone.C[1 : N + 1]
        log_Z = V[:, 0] + np.log(np.exp(V - V[:, :1]) @ cone.mean) + 2 * cone.log_error + 1e-14 * (1 + V[:, 0])
        energy = (c * c) @ (ka * cone.gl[:N] / 2) / UP - log_Z
        live = live[~(energy - ((gradient * r) @ (kb * cone.gu[:N]) + kb * cone.rest) * UP > 1e-14)]
        if not len(live):
            return
        need(len(live) < 3000, f"F > 0 for a_1 in [{first}, {last}]: {len(live)} boxes are left")
        middle = (live[:, ::2] + live[:, 1::2]) / 2
        x, y = ((live[:, [2 * i]], middle[:, [i]], live[:, [2 * i + 1]]) for i in (0, 1))
        live = np.concatenate([np.hstack([*x[i : i + 2], *y[j : j + 2]]) for i in (0, 1) for j in (0, 1)])
    raise Open(f"does not hold: F > 0 for a_1 in [{first}, {last}]: {len(live)} boxes are left")


def identify(cone: Cone, t: Any, R: Any, l: Any, u: Any, kb: float) -> None:
    """Prove that every state between l and u lies in the ball of uniqueness of a point: it is the point's state."""
    top, beyond, square = 2 * cone.N, arb(cone.beyond(u, kb)), arb(0)
    need(top >= t.N, f"the {t.N} modes of the point are at most {top}")
    for n in range(1, top + 1):
        a = t.a[n - 1] if n <= t.N else arb(0)
        distance = (hull(l[n - 1], u[n - 1]) - a).abs_upper()
        square += abs(t.w.g(n)) * distance * distance
    less(square + t.w.tail(top)[1] * beyond * beyond, R * R, "the box around the state lies in its ball of uniqueness")


def transition(claim: Claim) -> dict[str, Any]:
    """Every state at kappa_low has F > 0, one at kappa_high has F < 0, and the uniform state is stable up to there."""
    w, g, low, high = claim.witness, Weights(claim.potential), claim.given["kappa_low"], claim.given["kappa_high"]
    less(number(low), number(high), "kappa_low < kappa_high")
    for n in range(1, claim.n_modes + 1):
        less(number(high) * g.g(n), 2, f"kappa_high < 2/g_{n}")
    less(number(high) * g.tail(claim.n_modes)[0], 2, "kappa_high < 2/g_n for all other n")
    ka, kb = coupling(low)
    coarse, fine = (Cone(claim.potential, kb, n) for n in (claim.n_modes, integer(w["fine_modes"], 1)))
    runs, energies = column(coarse, doubles(w["edges"]), ka, kb), []
    for run in runs:
        if run[0] == "?":
            boxes(coarse, run[1], run[2], ka, kb, integer(w["depth"], 0))
    found = occupied(fine, runs, [s["bracket"] for s in w["states"]], ka, kb)
    for s, (l, u) in zip(w["states"], found, strict=True):
        t, _, R, proved = point(Claim(claim.potential, {"kappa": low}, s, len(s["a"])))
        identify(fine, t, R, l, u, kb)
        less(0, proved["free_energy"], "0 < F at kappa_low")
        energies.append(proved["free_energy"])
    winner = point(Claim(claim.potential, {"kappa": high}, w["winner"], len(w["winner"]["a"])))[3]
    less(winner["free_energy"], 0, "F < 0 at kappa_high")
    return {"winner": winner["a"], "free_energy": winner["free_energy"], "others": energies}


def continuous(claim: Claim) -> dict[str, Any]:
    """Apply the logarithmic Hardy–Littlewood–Sobolev inequality: k g_pk <= g_p, and no other mode attracts."""
    w, K, name, keys = Weights(claim.potential), claim.n_modes, claim.potential["name"], claim.potential["parameters"]
    p = integer(claim.given["mode"], 1)
    g = [w.g(p * k) for k in range(1, K + 1)]
    less(0, g[0], "0 < g_p")
    for k, v in enumerate(g[1:], 2):
        need(k * v <= g[0], f"{k} g_{k * p} <= g_{p}: {(k * v).str(8)} against {g[0].str(8)}")
    if name == "harmonics":
        others = [int(key[1:]) for key in keys if not w.g(int(key[1:])) <= 0]
        need(all(n % p == 0 and n <= p * K for n in others), f"every attracting mode is among {p}, {2 * p}, …, {K * p}")
        tail = arb(0)
    else:
        need(p == (2 if name == "doi_onsager" else 1), f"no mode attracts but multiples of {p}")
        tail = {
            "noisy_transformer": lambda: K * g[-1] if number(keys["beta"]) <= 2 * K else g[0],  # then k I_k falls
            "doi_onsager": lambda: K * g[-1],
            "hegselmann_krause": lambda: 4 / arb.pi() * (number(keys["R"]) / (K + 1) + arb(1) / (K + 1) ** 2),
        }[name]()
    less(tail, g[0], f"k g_{p}k < g_{p} for k beyond {K}")
    return {"kappa": 2 / g[0]}


# ---- the states as a graph
def windows(cone: Cone, x0: Any, x1: Any, ka: Any, kb: Any) -> list[tuple[Any, ...]]:
    """Return for every cell [x0, x1] × [ka, kb] whether K lies inside, the slope of phi, and bounds of the moments."""
    l, u = ([[f(x[:, None], k) for k in (ka, kb)] for x in (x0, x1)] for f in (cone.rising, cone.falling))
    cells = []
    for i, x in enumerate(np.stack([x0, x1], 1)):
        low, high = (np.stack([[b[end][k][i] for end in (0, 1)] for k in (0, 1)]) for b in (l, u))
        below_it = cone.verdict(x, low[0], high[0], ka[i], ka[i])
        above_it = cone.verdict(x, low[1], high[1], kb[i], kb[i])
        at_zero = x[0] == 0  # where phi = x = 0
        inside = below_it in (("-", "falls") if at_zero else "-") and above_it in (("+", "rises") if at_zero else "+")
        cells.append((inside, cone.slope(low[0, 0], high[1, 1], ka[i], kb[i]), low[0, 0], high[1, 1]))
    return cells


def direction(slope: Any) -> int:
    """Return the sign of K', that of 1 − phi_x; 0 where it is open."""
    return -1 if slope[0] > 1 + 4 * U else 1 if slope[1] < 1 - 4 * U else 0


def near_onset(cone: Cone, x: Any, ka: float, kb: float) -> int:
    """Return the sign of K' on the cells from 0, by phi_xxx of one sign for kappa in [ka, kb]; 0 where it is open."""
    k = np.ones(len(x) - 1)
    l, u = cone.rising(x[:-1, None], ka * k), cone.falling(x[1:, None], kb * k)
    signs = set[int]()
    for low, high in zip(l[::-1], u[::-1], strict=True):
        third = higher(cone, low, high, ka, kb, 3)
        signs.add(-1 if third > 0 else 1 if third < 0 else 0)
        if len(signs) > 1 or 0 in signs:
            return 0
    return signs.pop()


def turns(cone: Cone, x: Any, ka: Any, kb: Any, cells: list[Any], signs: list[int], start: int) -> list[list[Any]]:
    """Return the folds: runs where the sign of K' is open, phi_xx has one sign, and K' changes its sign across."""
    folds, i = [], start
    need(signs[-1] != 0, "K' has a sign on the last cell")
    while i < len(signs):
        j = i
        while signs[j] == 0:
            j += 1
        second = [higher(cone, cells[n][2], cells[n][3], ka[n], kb[n], 2) for n in range(i, j)]
        one_sign = all(v > 0 for v in second) or all(v < 0 for v in second)
        need(one_sign, f"phi_xx has one sign for a in [{x[i]}, {x[j]}]")
        if signs[i - 1] != signs[j]:
            need(i < j, f"K' has one sign next to a = {x[i]}")
            folds.append([hull(x[i], x[j]), hull(min(ka[i:j]), max(kb[i:j]))])
        i = j + 1
    return folds


def no_mode_p(cone: Cone, kappa: float) -> None:
    """Prove that up to kappa no state has a = 0 but the uniform one: falling iterates at a = 0, a contraction."""
    u = cone.falling(np.zeros((1, 1)), np.array([kappa]))[0]
    M = cone.matrices(0 * u, u, 0.0, kappa)[1][1:, 1:]
    need(cone.super(M, np.ones(len(M))) is not None, "M y < y: no state with a = 0 but the uniform one up to kappa_max")


def diagram(claim: Claim) -> dict[str, Any]:
    """Cells of a_1, each with a window of couplings outside of which there is no state, and phi increasing in kappa."""
    (p, among), w, kmax = period(claim), claim.witness, coupling(claim.given["kappa_max"])[1]
    x, ka, kb, m = doubles(w["edges"]), doubles(w["low"]), doubles(w["high"]), integer(w["onset_cells"], 1)
    need(len(x) > 1 and x[0] == 0 and (np.diff(x) > 0).all() and x[-1] < 1, "the cells follow each other from 0")
    need(m < len(x) - 1 == len(ka) == len(kb) and (ka > 0).all() and (kb > ka).all(), "every cell has a window")
    cone = Cone(claim.potential, max(kmax, *kb), claim.n_modes, p)
    cells = windows(cone, x[:-1], x[1:], ka, kb)
    for i, cell in enumerate(cells):
        need(cell[0] and cell[1], f"one kappa = K(a) in [{ka[i]}, {kb[i]}] for each a in [{x[i]}, {x[i + 1]}]")
    onset = near_onset(cone, x[: m + 1], min(ka[:m]), max(kb[:m]))
    need(onset, f"phi_xxx has one sign for a <= {x[m]}")
    folds = turns(cone, x, ka, kb, cells, [onset] * m + [direction(cell[1]) for cell in cells[m:]], m)
    k = np.array([kmax])
    greatest = cone.falling(np.empty((1, 0)), k, 20000)[0, 0]
    need(greatest < x[-1], f"every state at kappa_max has a <= {greatest}, less than {x[-1]}")
    no_mode_p(cone, kmax)
    shape = "supercritical" if onset > 0 else "subcritical"
    so = {
        ("supercritical", 0): "Hence there are none for kappa <= K(0), and one for each larger kappa.",
        ("subcritical", 1): "Hence there are none below the fold, one at it, two up to K(0), one from K(0) on.",
    }.get((shape, len(folds)), "")
    onset_kappa = 2 / Weights(claim.potential).g(p)
    return {"among": among, "onset": onset_kappa, "shape": shape, "count": len(folds), "folds": folds, "so": so}


STATES = "{potential}: among {proved[among]} with all moments a_n = E cos(n theta) >= 0, "
KINDS: dict[str, tuple[Any, str]] = {
    "continuous": (
        continuous, "{potential}: the uniform state is the only minimiser of the free energy among all densities for "
        "every kappa <= 2/g_n, n = {given[mode]}, in {proved[kappa]}, and unstable beyond: a continuous transition."),
    "uniform_only": (
        uniform_only, STATES + "the uniform one is alone for every kappa <= {given[kappa]}. {proved[so]}"),
    "states_at": (
        states_at, STATES + "at kappa = {given[kappa]}, there are the uniform one and exactly {proved[count]} others, "
        "with a_n, n = {given[period]}, in {proved[a]}. {proved[so]}"),
    "transition": (
        transition, "{potential}: there is a kappa_c in [{given[kappa_low]}, {given[kappa_high]}]; the uniform state "
        "is the only minimiser of the free energy among all densities for kappa < kappa_c, and none for "
        "kappa > kappa_c. The transition is discontinuous: at kappa_c a state away from the uniform one is a minimiser "
        "too. At kappa_low the states with all moments a_n = E cos(n theta) >= 0 but the uniform one have F > 0 (where "
        "counted, F in {proved[others]}); at kappa_high one with (a_1, a_2, a_3) in {proved[winner]} has F in "
        "{proved[free_energy]}."),
    "diagram": (
        diagram, STATES + "for kappa <= {given[kappa_max]}, those other than the uniform one have a = a_n > 0, "
        "n = {given[period]}, and form one analytic graph kappa = K(a), which leaves the uniform state at K(0) in "
        "{proved[onset]}, {proved[shape]}. It has exactly {proved[count]} folds, quadratic, at (a, kappa) in "
        "{proved[folds]}. {proved[so]}"),
}  # fmt: skip
