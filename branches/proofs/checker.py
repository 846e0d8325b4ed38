"""The checker: proves the statement of a certificate in ball arithmetic, from the file alone.

What a certificate carries (points, cells, windows) is tried, never believed.  Each kind has one function, in
checker_local or checker_all, that derives what it can and raises `Open` with the first inequality that does not close;
here what it has proved is compared with what the file claims.  Nothing of the engine or of the provers is used.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from os import PathLike
from typing import Any

from flint import arb, ctx

from branches.proofs import checker_all, checker_local
from branches.proofs.checker_balls import FAMILIES, Open, need, number
from branches.proofs.schema import FIELDS, FORMULAS, digest, read, sentence, stated

PROOFS: dict[str, Any] = {
    "onset": checker_local.onset,
    "tricritical": checker_local.tricritical,
    "state": checker_local.state,
    "fold": checker_local.fold,
    "pitchfork": checker_local.pitchfork,
    "continuous": checker_all.continuous,
    "uniform_only": checker_all.uniform_only,
    "states_at": checker_all.states_at,
    "transition": checker_all.transition,
    "diagram": checker_all.diagram,
}


@dataclass(frozen=True)
class Check:
    """Whether every inequality was proved anew; if not, `reason` is the first that fails."""

    ok: bool
    reason: str
    statement: str = ""


def prove(data: Mapping[str, Any]) -> dict[str, Any]:
    """Return by name what is proved (balls, integers, words, lists of them), or raise `Open`."""
    for value, low, high in ((data["precision"], 64, 4096), (data["n_modes"], 1, 4096)):
        need(type(value) is int and low <= value <= high, f"{low} <= {value!r} <= {high}, an integer")
    with ctx.workprec(data["precision"]):
        return dict(PROOFS[data["kind"]](data))


def covers(claimed: Any, value: Any) -> bool:
    """Say whether [low, high] in decimals encloses a ball, or the claim equals an integer, a word, a list of them."""
    if isinstance(value, arb):
        if type(claimed) is not list or [type(end) for end in claimed] != [str, str]:
            return False
        low, high = map(number, claimed)
        return bool(low <= value) and bool(value <= high)
    if isinstance(value, list):
        return type(claimed) is list and len(claimed) == len(value) and all(map(covers, claimed, value))
    return type(claimed) is type(value) and bool(claimed == value)


def examine(data: Mapping[str, Any]) -> None:
    """Prove the statement of a certificate, or raise `Open` with the first thing that fails."""
    need(sorted(data) == sorted(FIELDS), f"the fields {sorted(data)} are {sorted(FIELDS)}")
    need(data["digest"] == digest(data), "the digest fits (the file was altered after it was written)")
    need(data["verdict"] == "certified", f"the verdict {data['verdict']!r} is 'certified'; {data['undecided']}")
    potential, claimed, kind = data["potential"], data["proved"], data["kind"]
    need(potential.keys() == {"name", "parameters", "weights"}, "a potential has name, parameters, weights")
    need(potential["name"] in FAMILIES, f"the potential {potential['name']!r} is one of {', '.join(FAMILIES)}")
    need(potential["weights"] == FORMULAS[potential["name"]], "the formula of the weights is the potential's")
    need(type(data["given"]) is dict and data["given"].keys() <= stated(kind), "what is given is part of the statement")
    proved = prove(data)
    need(proved.keys() == claimed.keys(), f"the claims {sorted(claimed)} are {sorted(proved)}")
    with ctx.workprec(2 * data["precision"]):
        for name, value in proved.items():
            need(covers(claimed[name], value), f"{name} in {claimed[name]}, proved is {value}")
    need(data["statement"] == sentence(kind, potential, data["given"], claimed), "the words are those of the numbers")


def verdict(data: Mapping[str, Any]) -> Check:
    """Prove the statement of a certificate and say how that ended."""
    try:
        examine(data)
    except Open as failure:
        return Check(False, str(failure))
    except (ArithmeticError, LookupError, TypeError, ValueError, AttributeError, RecursionError) as failure:
        return Check(False, f"malformed: {type(failure).__name__}: {failure}")
    return Check(True, "every inequality holds", data["statement"])


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
