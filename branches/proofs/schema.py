"""What a certificate file is: its fields, its numbers, and the sentence of each kind.

Provers write it and the checker reads it; nothing here is a bound.
"""

import hashlib
import json
import re
from collections.abc import Mapping
from fractions import Fraction
from os import PathLike
from pathlib import Path
from typing import Any

SCHEMA, VERSION = "mckean-vlasov-continuation/certificate", 2
FIELDS = [
    "schema", "version", "kind", "statement", "potential", "given", "proved", "witness", "n_modes", "precision",
    "assumptions", "method", "seconds", "verdict", "undecided", "digest",
]  # fmt: skip

FORMULAS = {
    "harmonics": "g_n as listed, 0 beyond",
    "noisy_transformer": "g_n = 2 I_n(beta)/beta",
    "hegselmann_krause": "g_n = (4/pi) (n R - sin n R)/n^3",
    "doi_onsager": "g_2k = (4/pi)/(4 k^2 - 1), g_odd = 0",
}

NORM = "in the norm (kappa sum |g_n| a_n^2)^(1/2)"
STATES = "{potential}: among {proved[among]} with all moments a_n = E cos(n theta) >= 0, "
SENTENCES = {
    "onset": (
        "{potential}: at kappa_n in {proved[kappa]}, n = {given[mode]}, one branch of even states of period 2 pi/n "
        "leaves the uniform state, up to rotation. It is {proved[shape]}: kappa = kappa_n (1 + c_2 a_n^2 + c_4 a_n^4 "
        "+ O(a_n^6)), c_2 in {proved[c_2]}, c_4 in {proved[c_4]}."
    ),
    "tricritical": (
        "{potential} with {given[parameter]} in {given[bracket]}: g_2n = g_n/2, n = {given[mode]}, holds for exactly "
        "one {given[parameter]}, in {proved[value]}. There kappa_n is in {proved[kappa]}, c_2 changes its sign, and "
        "c_4 is in {proved[c_4]}: {proved[kind]}."
    ),
    "state": (
        "{potential}, kappa = {given[kappa]}: there is an even state at a distance of at most {proved[r][1]} from the "
        "moments in this file, and every other even state is at a distance of at least {proved[R][0]}, " + NORM + ". "
        "It has (a_1, a_2, a_3) in {proved[a]}, free energy F in {proved[free_energy]} and "
        "Morse index (even, odd) {proved[index]}, the rotation not counted."
    ),
    "fold": (
        "{potential}: at kappa in {proved[kappa]} the branch of even states through one with (a_1, a_2, a_3) in "
        "{proved[a]} has a fold, a quadratic {proved[turn]} of kappa. It is the only one in the file's neighbourhood: "
        "state, coupling and null vector of any other differ by at least {proved[R][0]}, those of this one by at most "
        "{proved[r][1]}, from the numbers in this file, " + NORM + ", relative in kappa, the null vector scaled alike."
    ),
    "pitchfork": (
        "{potential}: at kappa in {proved[kappa]} a branch of even states of period 2 pi/p, p = {given[period]}, with "
        "(a_p, a_2p, a_3p) in {proved[a]} there, has a simple branch point: the number of its unstable even directions "
        "in the modes n = +-{given[residue]} (mod p) changes between {proved[index]}, one eigenvalue crossing zero "
        "with a speed that is not zero, and one branch of period 2 pi/{proved[breaks_to]} crosses it. It is the only "
        "one in the file's neighbourhood: state, coupling and null vector of any other differ by at least "
        "{proved[R][0]}, those of this one by at most {proved[r][1]}, from the numbers in this file, " + NORM + ", "
        "relative in kappa, the null vector scaled alike."
    ),
    "continuous": (
        "{potential}: the uniform state is the only minimiser of the free energy among all densities for "
        "every kappa <= 2/g_n, n = {given[mode]}, in {proved[kappa]}, and unstable beyond: a continuous transition."
    ),
    "uniform_only": STATES + "the uniform one is alone for every kappa <= {given[kappa]}. {proved[so]}",
    "states_at": (
        STATES + "at kappa = {given[kappa]}, there are the uniform one and exactly {proved[count]} others, "
        "with a_n, n = {given[period]}, in {proved[a]}. {proved[so]}"
    ),
    "transition": (
        "{potential}: there is a kappa_c in [{given[kappa_low]}, {given[kappa_high]}]; the uniform state "
        "is the only minimiser of the free energy among all densities for kappa < kappa_c, and none for "
        "kappa > kappa_c. The transition is discontinuous: at kappa_c a state away from the uniform one is a minimiser "
        "too. At kappa_low the states with all moments a_n = E cos(n theta) >= 0 but the uniform one have F > 0 (where "
        "counted, F in {proved[others]}); at kappa_high one with (a_1, a_2, a_3) in {proved[winner]} has F in "
        "{proved[free_energy]}."
    ),
    "diagram": (
        STATES + "for kappa <= {given[kappa_max]}, those other than the uniform one have a = a_n > 0, "
        "n = {given[period]}, and form one analytic graph kappa = K(a), which leaves the uniform state at K(0) in "
        "{proved[onset]}, {proved[shape]}. It has exactly {proved[count]} folds, quadratic, at (a, kappa) in "
        "{proved[folds]}. {proved[so]}"
    ),
}


def is_number(text: Any) -> bool:
    """Say whether a text is a decimal or rational number as certificates write them: 0.4, 1e-9, 2/3."""
    pattern = r"-?\d{1,300}((\.\d{1,300})?(e(-\d{1,3}|\d{1,2}))?|/[1-9]\d{0,300})"
    return isinstance(text, str) and bool(re.fullmatch(pattern, text, re.ASCII))


def digest(data: Mapping[str, Any]) -> str:
    """Return the SHA-256 of everything but the digest itself."""
    body = {key: value for key, value in data.items() if key != "digest"}
    return hashlib.sha256(json.dumps(body, sort_keys=True).encode()).hexdigest()


def stated(kind: str) -> set[str]:
    """Return what is given in the sentence of a kind: nothing else may be."""
    words = SENTENCES[kind]
    return {*re.findall(r"given\[(\w+)\]", words), *(["period"] if "{proved[among]}" in words else [])}


def sentence(kind: str, potential: Any, given: Any, proved: Any) -> str:
    """Return the statement in words, from the numbers as they are written in the file."""
    parameters = ", ".join(f"{key} = {value}" for key, value in potential["parameters"].items())
    name = f"{potential['name']}({parameters})"
    return SENTENCES[kind].format(potential=name, given=given, proved=proved).replace("'", "")


def read(path: str | PathLike[str]) -> dict[str, Any]:
    """Return what a certificate file holds.

    Raises
    ------
    OSError
        If the file cannot be read.
    ValueError
        If it is not a certificate, or one of another schema or version.
    """
    problem = f"path = {str(path)!r} is not a certificate"
    try:
        data = json.loads(Path(path).read_text(encoding="utf-8"), parse_constant=_refuse, object_pairs_hook=_once)
        found = (data["schema"], repr(data["version"]))
    except (ValueError, RecursionError, LookupError, TypeError) as error:
        raise ValueError(f"{problem}: {type(error).__name__} {error}") from None
    if found != (SCHEMA, repr(VERSION)):
        raise ValueError(f"{problem} of {SCHEMA}, version {VERSION}: it is {found[0]}, version {found[1]}")
    return dict(data)


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """Return an object whose names stand there once: of two, readers might see either."""
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError(f"a name stands twice among {[name for name, _ in pairs]}")
    return found


def _refuse(text: str) -> Any:
    raise ValueError(f"{text} is not a number")


def fraction(text: str) -> Fraction:
    """Return the number of a text that `is_number`."""
    return Fraction(text)
