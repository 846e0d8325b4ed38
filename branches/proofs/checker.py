"""The trusted part, frame: prove the statement of a certificate in ball arithmetic, from the file alone.

A prover searches by whatever means and writes down what it found; what counts is derived here and in the other files
named checker_*, which import python-flint and NumPy only, nothing of the engine or of the provers.  Each kind has one
function that returns what it has proved, or raises `Open` with what does not close, and one sentence that says it.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from importlib import import_module
from os import PathLike
from pathlib import Path
from typing import Any

from flint import arb, ctx

from branches.proofs import checker_local
from branches.proofs.checker_balls import FAMILIES, Claim, Open, need, number

SCHEMA, VERSION = "mckean-vlasov-continuation/certificate", 1
FIELDS = [
    "schema", "version", "kind", "statement", "potential", "given", "proved", "witness", "n_modes", "precision",
    "assumptions", "method", "seconds", "verdict", "undecided", "digest",
]  # fmt: skip

KINDS: dict[str, tuple[Any, str]] = {
    "onset": (
        checker_local.onset,
        "{potential}: at kappa_n in {proved[kappa]}, n = {given[mode]}, one branch of even states of period 2 pi/n "
        "leaves the uniform state, up to rotation. It is {proved[shape]}: kappa = kappa_n (1 + c_2 a_n^2 + c_4 a_n^4 "
        "+ O(a_n^6)), c_2 in {proved[c_2]}, c_4 in {proved[c_4]}.",
    ),
    "tricritical": (
        checker_local.tricritical,
        "{potential} with {given[parameter]} in {given[bracket]}: g_2n = g_n/2, n = {given[mode]}, holds for exactly "
        "one {given[parameter]}, in {proved[value]}. There kappa_n is in {proved[kappa]}, c_2 changes its sign, and "
        "c_4 is in {proved[c_4]}: {proved[kind]}.",
    ),
    "state": (
        checker_local.state,
        "{potential}, kappa = {given[kappa]}: there is an even state at a distance of at most {proved[r][1]} from the "
        "moments in this file, and every other even state is at a distance of at least {proved[R][0]}, in the norm "
        "(sum |g_n| a_n^2)^(1/2). It has (a_1, a_2, a_3) in {proved[a]}, free energy F in {proved[free_energy]} and "
        "Morse index (even, odd) {proved[index]}, the rotation not counted.",
    ),
    "fold": (
        checker_local.fold,
        "{potential}: the even states near the point of this file form an analytic arc, at least {proved[sigma][0]} "
        "long to both sides in the units of the file, along which kappa has exactly one critical point, a quadratic "
        "{proved[turn]}: a fold, at kappa in {proved[kappa]}, (a_1, a_2, a_3) in {proved[a]}.",
    ),
    "pitchfork": (
        checker_local.pitchfork,
        "{potential}, kappa in {given[kappa]}: the even states of period 2 pi/p, p = {given[period]}, near the moments "
        "in this file form one analytic curve over this bracket, with (a_p, a_2p) in {proved[a]}. Between its ends the "
        "number of unstable even directions in the modes n = +-{given[residue]} (mod p) goes {proved[index]}, and "
        "branches of period 2 pi/{proved[breaks_to]} leave the curve.",
    ),
}


@dataclass(frozen=True)
class Check:
    """Whether every inequality was proved anew; if not, `reason` is the first that fails."""

    ok: bool
    reason: str
    statement: str = ""


def rule(kind: str) -> tuple[Any, str]:
    """Return what proves a kind and its sentence; statements about everything there is have a file of their own."""
    return KINDS[kind] if kind in KINDS else import_module("branches.proofs.checker_everything").KINDS[kind]


def prove(kind: str, claim: Claim, precision: int) -> dict[str, Any]:
    """Return by name what is proved (balls, integers, words, lists of them), or raise `Open`."""
    for value, low, high in ((precision, 64, 4096), (claim.n_modes, 1, 4096)):
        need(type(value) is int and low <= value <= high, f"{low} <= {value!r} <= {high}, an integer")
    with ctx.workprec(precision):
        return dict(rule(kind)[0](claim))


def sentence(kind: str, claim: Claim, proved: Mapping[str, Any]) -> str:
    """Return the statement in words, from the numbers as they are written in the file."""
    parameters = ", ".join(f"{k} = {v}" for k, v in claim.potential["parameters"].items())
    name = f"{claim.potential['name']}({parameters})"
    return str(rule(kind)[1].format(potential=name, given=claim.given, proved=proved)).replace("'", "")


def covers(claimed: Any, value: Any) -> bool:
    """Say whether [low, high] in decimals encloses a ball, or the claim equals an integer, a word, a list of them."""
    if isinstance(value, arb):
        low, high = map(number, claimed)
        return bool(low <= value) and bool(value <= high)
    if isinstance(value, list):
        return type(claimed) is list and len(claimed) == len(value) and all(map(covers, claimed, value))
    return type(claimed) is type(value) and bool(claimed == value)


def digest(data: Mapping[str, Any]) -> str:
    """Return the SHA-256 of everything but the digest itself."""
    body = {key: value for key, value in data.items() if key != "digest"}
    return hashlib.sha256(json.dumps(body, sort_keys=True).encode()).hexdigest()


def examine(data: Mapping[str, Any]) -> None:
    """Prove the statement of a certificate, or raise `Open` with the first thing that fails."""
    need(sorted(data) == sorted(FIELDS), f"the fields {sorted(data)} are {sorted(FIELDS)}")
    need(data["digest"] == digest(data), "the digest fits (the file was altered after it was written)")
    need(data["verdict"] == "certified", f"the verdict {data['verdict']!r} is 'certified'; {data['undecided']}")
    potential, claimed = data["potential"], data["proved"]
    need(potential.keys() == {"name", "parameters", "weights"}, "a potential has name, parameters, weights")
    need(potential["weights"] == FAMILIES[potential["name"]].formula, "the formula of the weights is the potential's")
    words = rule(data["kind"])[1]
    told = {*re.findall(r"given\[(\w+)\]", words), *(["period"] if "{proved[among]}" in words else [])}
    need(type(data["given"]) is dict and data["given"].keys() <= told, "what is given is part of the statement")
    claim = Claim(potential, data["given"], data["witness"], data["n_modes"])
    proved = prove(data["kind"], claim, data["precision"])
    need(proved.keys() == claimed.keys(), f"the claims {sorted(claimed)} are {sorted(proved)}")
    with ctx.workprec(2 * data["precision"]):
        for name, value in proved.items():
            need(covers(claimed[name], value), f"{name} in {claimed[name]}, proved is {value}")
    need(data["statement"] == sentence(data["kind"], claim, claimed), "the words are those of the numbers")


def verdict(data: Mapping[str, Any]) -> Check:
    """Prove the statement of a certificate and say how that ended."""
    try:
        examine(data)
    except Open as failure:
        return Check(False, str(failure))
    except (ArithmeticError, LookupError, TypeError, ValueError, AttributeError) as failure:
        return Check(False, f"malformed: {type(failure).__name__}: {failure}")
    return Check(True, "every inequality holds", data["statement"])


def read(path: str | PathLike[str]) -> dict[str, Any]:
    """Return what a certificate file holds; ValueError if it is none, or of another schema or version."""
    try:
        data = json.loads(Path(path).read_text(encoding="utf-8"), parse_constant=number)
        need((data["schema"], repr(data["version"])) == (SCHEMA, repr(VERSION)), f"{SCHEMA}, version {VERSION}")
    except (ValueError, Open, RecursionError, LookupError, TypeError) as error:
        raise ValueError(f"path = {str(path)!r} is not a certificate: {type(error).__name__} {error}") from None
    return dict(data)


def check(path: str | PathLike[str]) -> Check:
    """Prove the statement of a certificate file anew, from it alone.

    Parameters
    ----------
    path
        The file, as `Certificate.save` writes it.

    Returns
    -------
    Check
        `ok`, and in `reason` the first inequality that fails.

    Raises
    ------
    OSError
        If the file cannot be read.
    ValueError
        If it is not a certificate, or one of another schema or version.
    """
    return verdict(read(path))
