"""The checker, statements about everything there is, for weights g_n >= 0; the proofs are in docs/theorems_cone.md.

Every state at one coupling, the uniform state alone, transitions, and the states as one graph kappa = K(a_1).
"""

import math
from itertools import pairwise
from typing import Any

import numpy as np
from flint import arb

from branches.proofs.checker_balls import Weights, above, below, doubles, hull, integer, less, need, number, up
from branches.proofs.checker_cone import UP, Cone, Strip, U, crossing
from branches.proofs.checker_local import Singular, point


def period(c: Any) -> tuple[int, str]:
    """Return p and, in words, which states are meant by those in the modes p, 2p, …: all, or those of period 2 pi/p."""
    p, name = integer(c["given"]["period"], 1), c["potential"]["name"]
    everything = p == 1 or (p == 2 and name == "doi_onsager")
    everything |= name == "harmonics" and all(int(key[1:]) % p == 0 for key in c["potential"]["parameters"])
    return p, "all states" if everything else f"the states of period 2 pi/{p}"


def coupling(text: Any) -> tuple[float, float]:
    """Return doubles on both sides of a coupling > 0."""
    less(0, number(text), "0 < kappa")
    return below(number(text)), above(number(text))


def steps(pair: Any) -> tuple[int, int]:
    """Return how many iterates of R start a strip, from 0 and from 1."""
    return integer(pair[0], 0), integer(pair[1], 0)


# ---- all states at one coupling
def column(cone: Cone, w: Any, kappa: tuple[float, float]) -> list[tuple[Any, Any, float]]:
    """Return bounds l, u, s of every state but the uniform one outside of the plates, and prove F > 0 in these.

    Strips of a_1 and plates (a_1, a_2) in the order of a_1 cover [0, 1].
    """
    parts = [(doubles(strip["edges"]), strip, False) for strip in w["strips"]]
    parts += [(doubles(plate["across"]), plate, True) for plate in w.get("plates", [])]
    parts.sort(key=lambda part: part[0][0])
    ends = [0.0, *(x[-1] for x, _, _ in parts)]
    meet = (x[0] == end and len(x) > 1 for (x, _, _), end in zip(parts, ends, strict=False))
    need(all(meet), "the cells cover 0 <= a_1")
    need(ends[-1] == 1 and not parts[0][2], "the cells cover 0 <= a_1 <= 1, from a strip on")
    found = []
    for x, q, plate in parts:
        if plate:
            positive(cone, x, doubles(q["edges"]), kappa, steps(q["steps"]))
        else:
            found += count(cone, x, Strip(cone, x[:, None], x[:, None], kappa, steps(q["steps"])))
    return found


def count(cone: Cone, x: Any, strip: Strip) -> list[tuple[Any, Any, float]]:
    """Return bounds of every state of a strip: one where phi - x is monotone on a run of cells and changes its sign."""
    l, u, s, cells = strip.l, strip.u, strip.s, list[str]()
    for i in range(len(x) - 1):
        slope = cone.slope(l[i], u[i + 1], s[i + 1], *strip.kappa)
        cells.append(crossing(x[i : i + 2], l[i : i + 2, 0], u[i : i + 2, 0], slope))
        need(cells[i] != "?", f"a verdict for the cell [{x[i]}, {x[i + 1]}]")
    signs = ["+" if low > v else "-" if high < v else "?" for v, low, high in zip(x, l[:, 0], u[:, 0], strict=True)]
    for i, v in enumerate(cells):
        for k in (i, i + 1) if v in "+-" else ():
            need(signs[k] in ("?", v), f"the verdicts at the node {x[k]} agree")
            signs[k] = v
    found, i = [], 0
    while i < len(cells):
        j = i + 1
        while j < len(cells) and cells[j] == cells[i]:
            j += 1
        if cells[i] not in "+-" and x[i] > 0:
            need(signs[i] != "?" and signs[j] != "?", f"phi - x has signs at the ends of [{x[i]}, {x[j]}]")
            if signs[i] != signs[j]:
                a = max(n for n in range(i, j) if signs[n] == signs[i])
                b = min(n for n in range(a, j + 1) if signs[n] == signs[j])
                found.append((l[a], u[b], float(s[b])))
        i = j
    need(x[0] > 0 or cells[0] in ("falls", "rises"), "phi - x is monotone next to 0, where only the uniform state is")
    return found


def positive(cone: Cone, x: Any, y: Any, kappa: tuple[float, float], start: tuple[int, int]) -> None:
    """Prove F > 0 at every state with x_0 <= a_1 <= x_1: cells of a_2 cover [0, 1], no state or F > 0 by mean value."""
    need(len(x) == 2 and y[0] == 0 and y[-1] == 1, "a plate is one cell of a_1, and its cells cover 0 <= a_2 <= 1")
    low, high = (np.stack([np.full(len(y), end), y], 1) for end in x)
    strip = Strip(cone, low, high, kappa, start)
    low, high, l, u, s = low[:-1], high[1:], strip.l[:-1], strip.u[1:], strip.s[1:]
    keep = ~((l[:, :2] > high).any(1) | (u[:, :2] < low).any(1))
    if not keep.any():
        return
    low, high, l, u, s = low[keep], high[keep], l[keep], u[keep], s[keep]
    least, most = np.hstack([np.maximum(l[:, :2], low), l[:, 2:]]), np.hstack([np.minimum(u[:, :2], high), u[:, 2:]])
    c, (ka, kb) = (least + most) / 2, kappa
    r, gradient = np.maximum(most - c, c - least) * (1 + 4 * U), np.maximum(most - l, u - least) * (1 + 4 * U)
    change = ((gradient * r) @ (kb * cone.upper) + kb * cone.rest * s) * UP
    half = (c * c) @ (ka * cone.lower / 2) / UP
    logs = cone.moments(np.empty((len(c), 0)), np.full(len(c), kb), c, cone.N)
    for i, (log_Z, _) in enumerate(logs):
        place = f"a_1 in {x.tolist()}, a_2 in [{low[i, 1]}, {high[i, 1]}]"
        less(log_Z + float(change[i]), float(half[i]), f"F > 0 for {place}")


def states_at(c: Any) -> dict[str, Any]:
    """Cells of a_1 without a state, or with phi - x monotone."""
    p, among = period(c)
    cone = Cone(c["potential"], c["n_modes"], p)
    found = column(cone, {"strips": c["witness"]["strips"]}, coupling(c["given"]["kappa"]))
    so = "" if found else "Hence there is no other at any smaller kappa."
    return {"among": among, "count": len(found), "a": [hull(l[0], u[0]) for l, u, _ in found], "so": so}


def uniform_only(c: Any) -> dict[str, Any]:
    """No other state at a coupling, hence at no smaller one."""
    proved = states_at(c)
    need(proved["count"] == 0, f"there is no other state: there are {proved['count']}")
    so = "Hence it is the only minimiser of the free energy among all densities."
    return {"among": proved["among"], "so": so if proved["among"] == "all states" else ""}


# ---- transitions
def distance(t: Any, l: Any, u: Any, s: float, center: Any, cone: Cone) -> Any:
    """Return the square of the distance of a center from the box [l, u], s beyond N, in the norm of a system."""
    square, top = t.kappa * cone.rest * s * s, cone.N
    for n in range(1, max(top, len(center)) + 1):
        v = center[n - 1] if n <= len(center) else arb(0)
        box = hull(l[n - 1], u[n - 1]) if n <= top else hull(0, s)
        square += t.kappa * abs(t.w.g(t.p * n)) * (box - v).abs_upper() ** 2
    return square


def transition(c: Any) -> dict[str, Any]:
    """Every state at kappa_low has F > 0, one at kappa_high has F < 0, and the uniform state is stable up to there."""
    w, g, low, high = c["witness"], Weights(c["potential"]), c["given"]["kappa_low"], c["given"]["kappa_high"]
    less(number(low), number(high), "kappa_low < kappa_high")
    for n in range(1, c["n_modes"] + 1):
        less(number(high) * g.g(n), 2, f"kappa_high < 2/g_{n}")
    less(number(high) * g.tail(c["n_modes"])[0], 2, "kappa_high < 2/g_n for all other n")
    cone = Cone(c["potential"], c["n_modes"])
    found, energies = column(cone, w, coupling(low)), []
    need(len(w["states"]) == len(found), f"{len(w['states'])} states are named, {len(found)} are proved")
    for a, (l, u, s) in zip(w["states"], found, strict=True):
        t, _, R, proved = point(c, low, a)
        less(distance(t, l, u, s, t.given, cone), R * R, "the box around the state lies in its ball of uniqueness")
        less(0, proved["free_energy"], "0 < F at kappa_low")
        energies.append(proved["free_energy"])
    winner = point(c, high, w["winner"])[3]
    less(winner["free_energy"], 0, "F < 0 at kappa_high")
    return {"winner": winner["a"], "free_energy": winner["free_energy"], "others": energies}


def continuous(c: Any) -> dict[str, Any]:
    """Apply the logarithmic Hardy–Littlewood–Sobolev inequality: k g_pk <= g_p, and no other mode attracts."""
    w, K, name, keys = Weights(c["potential"]), c["n_modes"], c["potential"]["name"], c["potential"]["parameters"]
    p = integer(c["given"]["mode"], 1)
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
def third_derivative(cone: Cone, u: Any, s: float, ka: float, kb: float) -> Any:
    """Return a ball of phi_xxx for 0 <= x <= that of the upper bounds u, a wide one where M is too large.

    V = Q cos + V' is the derivative of log rho, Q = kappa g_1, |V'| <= H1; that of V is T cos 2 + W', |W'| <= H2.
    Cumulants of three and four functions are at most 2 and 7 times the product of their suprema.
    """
    M, g = cone.matrix(0 * u, u, s, kb), kb * np.append(cone.upper[1:], cone.rest) * UP
    a = [arb(1), *(hull(0, v) for v in u)]
    y1 = cone.super(M[1:, 1:], M[1:, 0])  # bounds of the first derivatives of a_n, n > 1
    if y1 is None:
        return arb(0, math.inf)
    kappa, H1 = hull(ka, kb), arb(float(g @ y1 * UP))
    Q, third = kappa * cone.g[0], [third_cumulant(a, n) for n in range(1, cone.N - 1)]
    rest, far = above(4 * Q * H1 + 2 * H1 * H1), 4 * above(Q * Q) * max(s, u[-4:].max())
    source = np.append([above(Q * Q * up(v)) for v in third[1:]], [far] * 3) + rest
    y2 = cone.super(M[1:, 1:], source * UP)  # of the second
    if y2 is None:
        return arb(0, math.inf)
    mixed, own = arb(0, float(M[1, 2:] @ y2[1:] * UP) + rest), kappa * cone.g[1] * ((1 + a[4]) / 2 - a[2] * a[2])
    T, H2 = kappa * cone.g[1] * (Q * Q * third[1] + mixed) / (1 - own), arb(float(g[1:] @ y2[1:] * UP))
    most = up(T) + H2
    y3 = cone.super(M[1:, 1:], np.full(cone.N, above((Q + H1) * (7 * (Q + H1) * (Q + H1) + 6 * most))))  # of the third
    if y3 is None:
        return arb(0, math.inf)
    m1, m2, m3, m4 = a[1], (1 + a[2]) / 2, (3 * a[1] + a[3]) / 4, (3 + 4 * a[2] + a[4]) / 8
    fourth = m4 - 4 * m3 * m1 - 3 * m2 * m2 + 12 * m2 * m1 * m1 - 6 * m1 * m1 * m1 * m1
    error = 7 * H1 * (3 * Q * Q + 3 * Q * H1 + H1 * H1) + 6 * (H1 * most + Q * H2) + float(M[0, 1:] @ y3 * UP)
    return Q * Q * Q * fourth + 3 * Q * T * third[1] + arb(0, up(error))


def third_cumulant(a: list[Any], n: int) -> Any:
    """Return the cumulant of cos n, cos, cos."""
    mean, once, twice = a[n], (a[n - 1] + a[n + 1]) / 2, a[n] / 2 + (a[abs(n - 2)] + a[n + 2]) / 4
    return twice - 2 * a[1] * once - mean * (1 + a[2]) / 2 + 2 * a[1] * a[1] * mean


def windows(cone: Cone, x: Any, ka: Any, kb: Any) -> tuple[list[Any], list[int]]:
    """Return for every cell the box l, u, s, the bounds z, y of a_n', and the sign of K', 0 where it is open.

    phi < x on the whole cell at kappa_a, so that there is no state below; phi > x at kappa_b: none above.
    """
    corners = [(x[:-1], ka), (x[1:], ka), (x[:-1], kb), (x[1:], kb)]
    l = [cone.rising(X[:, None], k) for X, k in corners]
    u, s = zip(*(cone.falling(X[:, None], k) for X, k in corners), strict=True)
    boxes, signs = [], []
    for i in range(len(ka)):
        box, ends = (l[0][i], u[3][i], s[3][i]), x[i : i + 2]
        slope = cone.slope(*box, ka[i], kb[i])
        need(slope, f"M y < y for a in {ends.tolist()}, kappa in [{ka[i]}, {kb[i]}]")
        least, most = (np.array([b[j][i, 0] for j in range(4)]) for b in (l, u))  # of phi at the corners
        low, high = crossing(ends, least[:2], most[:2], slope), crossing(ends, least[2:], most[2:], slope)
        if x[i] == 0:  # where phi = x = 0
            first, last = (cone.slope(l[j][i], u[j + 1][i], s[j + 1][i], k[i], k[i]) for j, k in ((0, ka), (2, kb)))
            low, high = "-" if first[1] < 1 - 4 * U else low, "+" if last[0] > 1 + 4 * U else high
        need((low, high) == ("-", "+"), f"one kappa = K(a) in [{ka[i]}, {kb[i]}] for each a in {ends.tolist()}")
        boxes.append((*box, *slope[2:]))
        signs.append(-1 if slope[0] > 1 + 4 * U else 1 if slope[1] < 1 - 4 * U else 0)
    return boxes, signs


def turn(cone: Cone, fold: Singular, box: Any, ka: float, kb: float) -> None:
    """Prove that every fold of a cell is this one: state, coupling and null vector lie in its ball of uniqueness."""
    (l, u, s, z, y), t, R = box, fold.t, fold.R
    square = distance(t, l, u, s, t.given, cone)
    square += distance(t, np.append(1.0, z), np.append(1.0, y[:-1]), y[-1], fold.ratio, cone)
    relative = (hull(ka, kb) / t.kappa - 1).abs_upper()
    less(square + relative * relative, R * R, f"the cell, kappa in [{ka}, {kb}], lies in the fold's ball of uniqueness")


def diagram(c: Any) -> dict[str, Any]:
    """Cells of a_1, each with a window of couplings outside of which there is no state, and phi increasing in kappa."""
    (p, among), w, kmax = period(c), c["witness"], coupling(c["given"]["kappa_max"])[1]
    x, ka, kb = doubles(w["edges"]), doubles(w["low"]), doubles(w["high"])
    need(len(x) > 2 and x[0] == 0 and (np.diff(x) > 0).all() and x[-1] < 1, "the cells follow each other from 0")
    need(len(x) - 1 == len(ka) == len(kb) and (ka > 0).all() and (kb > ka).all(), "every cell has a window")
    cone, done = Cone(c["potential"], c["n_modes"], p), 0
    for q in w["strips"]:
        last, (least, most) = integer(q["last"], done + 1), doubles(q["kappa"])
        need(last < len(x), "strips are made of cells")
        need(least <= ka[done:last].min() and kb[done:last].max() <= most, "a strip holds the windows of its cells")
        need(done > 0 or kmax <= most, "the first strip, where a = 0, reaches kappa_max")
        nodes, done = x[done : last + 1, None], last
        Strip(cone, nodes, nodes, (least, most), steps(q["steps"]))
    need(done == len(ka), "the strips cover the cells")
    boxes, signs = windows(cone, x, ka, kb)
    third = third_derivative(cone, boxes[0][1], boxes[0][2], ka[0], kb[0])
    need(third > 0 or third < 0, f"phi_xxx has one sign for a <= {x[1]}: it is {third.str(5)}")
    signs[0] = -1 if third > 0 else 1
    need(signs[-1], "K' has a sign on the last cell")
    folds, open_cells = [], 0
    for f in w["folds"]:
        fold = Singular(c, f, p, 0)
        need(fold.pivot == p, "the pivot is the first mode")
        need(0 in signs[open_cells:], "the fold lies in a cell where K' has no sign yet")
        start = signs.index(0, open_cells)
        open_cells = next(i for i in range(start, len(signs)) if signs[i])
        need(signs[start - 1] == -signs[open_cells], f"K' changes its sign about a = {x[start]}")
        for i in range(start, open_cells):
            turn(cone, fold, boxes[i], ka[i], kb[i])
        place = fold.place()
        need(place["kappa"] < kmax, "the fold is below kappa_max")
        folds.append([place["a"][0], place["kappa"]])
    need(0 not in signs[open_cells:], f"K' has a sign on all cells but those of {len(folds)} folds")
    known = [v for v in signs if v]
    changes = sum(a != b for a, b in pairwise(known))
    need(changes == len(folds), f"K' changes its sign at the folds alone: {changes} times")
    top, s, none = np.ones((1, cone.N)), np.ones(1), np.empty((1, 0))
    for _ in range(integer(w["steps"], 1)):
        top, s = cone.fall(none, np.array([kmax]), top, s)
    need(top[0, 0] < x[-1], f"every state at kappa_max has a <= {top[0, 0]}, less than {x[-1]}")
    shape = "supercritical" if signs[0] > 0 else "subcritical"
    so = {
        ("supercritical", 0): "Hence there are none for kappa <= K(0), and one for each larger kappa.",
        ("subcritical", 1): "Hence there are none below the fold, one at it, two up to K(0), one from K(0) on.",
    }.get((shape, len(folds)), "")
    onset = 2 / Weights(c["potential"]).g(p)
    return {"among": among, "onset": onset, "shape": shape, "count": len(folds), "folds": folds, "so": so}
