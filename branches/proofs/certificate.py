"""The record of a proof: the statement in words, its numbers as decimal strings, and what was found to prove it."""

from __future__ import annotations

import json
import math
import os
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from pathlib import Path
from typing import Any

from flint import arb, ctx

from branches.proofs import checker, schema
from branches.proofs.checker import Check
from branches.proofs.checker_balls import Open
from continuation import html_of, replacing

__all__ = ["CERTIFIED", "UNDECIDED", "Certificate", "issue", "outward"]

CERTIFIED, UNDECIDED = "certified", "undecided"
PRECISION = 128


@dataclass(frozen=True, repr=False)
class Certificate:
    """A statement about a potential, and everything that is needed to prove it again.

    Parameters
    ----------
    kind : str
        'state', 'fold', 'onset', 'tricritical', 'pitchfork', 'transition', …
    statement : str
        The theorem in words; where it is undecided, what was tried.
    potential : mapping
        name, parameters (decimal strings) and the formula of the weights.
    given : mapping
        What the statement is about: the coupling, the mode, the bracket, as decimal strings.
    proved : mapping
        Enclosures [low, high] in decimals, integers and words.  Empty where undecided.
    witness : mapping
        The numbers that were found, in hexadecimal; nothing is believed of them.
    n_modes, precision : int
        Number of modes of the finite part, and bits of the ball arithmetic.
    assumptions : tuple of str
        What is taken for granted besides the ball arithmetic.
    method : str
        The theorem that is applied.
    seconds : float
        Time it took.
    verdict : str
        'certified' or 'undecided'.
    undecided : str
        The inequality that does not close, with both sides; empty where certified.

    Examples
    --------
    >>> from branches import potentials, proofs
    >>> certificate = proofs.onset(potentials.noisy_transformer(4), mode=1)
    >>> certificate.verdict, certificate.proved["shape"]
    ('certified', 'subcritical')
    """

    kind: str
    statement: str
    potential: Mapping[str, Any]
    given: Mapping[str, Any]
    proved: Mapping[str, Any]
    witness: Mapping[str, Any]
    n_modes: int
    precision: int
    method: str
    seconds: float
    verdict: str
    undecided: str = ""
    assumptions: tuple[str, ...] = field(default=())

    @property
    def certified(self) -> bool:
        """Whether the statement is proved."""
        return self.verdict == CERTIFIED

    def __bool__(self) -> bool:
        return self.certified

    def __repr__(self) -> str:
        given = ", ".join(f"{key} = {value}" for key, value in self.given.items())
        return f"<Certificate {self.kind} of {self.potential['name']}, {given}: {self.verdict}>"

    def _repr_html_(self) -> str:
        """Return the statement and the fields, for a notebook."""
        return html_of(self)

    def interval(self, name: str) -> tuple[float, float]:
        """Return a proved enclosure as two doubles, rounded outwards.

        Raises
        ------
        KeyError
            If nothing of that name is proved.
        """
        low, high = (Fraction(end) for end in self.proved[name])
        return _double(low, -math.inf), _double(high, math.inf)

    def to_dict(self) -> dict[str, Any]:
        """Return what the file holds, with the schema, its version and the digest."""
        data: dict[str, Any] = {"schema": schema.SCHEMA, "version": schema.VERSION}
        data |= {name: getattr(self, name) for name in self.__dataclass_fields__}
        data["assumptions"] = list(self.assumptions)
        return data | {"digest": schema.digest(data)}

    def save(self, path: str | os.PathLike[str]) -> Path:
        """Write the certificate as JSON and return the path.

        Raises
        ------
        OSError
            If the file cannot be written.
        """
        with replacing(path) as temporary:
            text = json.dumps(self.to_dict(), indent=1, ensure_ascii=False)
            temporary.write_text(text + "\n", encoding="utf-8")
        return Path(path)

    @classmethod
    def load(cls, path: str | os.PathLike[str]) -> Certificate:
        """Read a certificate without proving it: `check` does that.

        Raises
        ------
        OSError
            If the file cannot be read.
        ValueError
            If it is not a certificate of this schema and version.
        """
        data = schema.read(path)
        missing = set(schema.FIELDS) - set(data)
        if missing:
            raise ValueError(f"path = {str(path)!r} is not a certificate: it lacks {', '.join(sorted(missing))}")
        fields = {name: data[name] for name in cls.__dataclass_fields__}
        return cls(**fields | {"assumptions": tuple(data["assumptions"])})

    def check(self) -> Check:
        """Prove the statement again from the data of this record."""
        return checker.verdict(json.loads(json.dumps(self.to_dict())))


def issue(
    kind: str, potential: Mapping[str, Any], given: Mapping[str, Any], witness: Mapping[str, Any], n_modes: int,
    method: str, precision: int = PRECISION, since: float | None = None, assumptions: tuple[str, ...] = (),
    stopped: str = "",
) -> Certificate:  # fmt: skip
    """Let the checker prove a statement and return the certificate, undecided where an inequality does not close.

    Parameters
    ----------
    kind
        One of `schema.SENTENCES`.
    potential
        Name and parameters, as `describe` returns them.
    given, witness
        What the statement is about, and what was found for it.
    n_modes
        Number of modes of the finite part.
    method
        The theorem, in words.
    precision
        Bits.
    since
        `time.perf_counter()` at the start of the search.
    assumptions
        What is taken for granted besides the ball arithmetic.
    stopped
        Why the search ended before there was anything to prove.
    """
    started = time.perf_counter() if since is None else since
    described = {"name": potential["name"], "parameters": potential["parameters"]}
    described["weights"] = schema.FORMULAS[potential["name"]]
    known: dict[str, Any] = {"kind": kind, "potential": described, "given": dict(given), "witness": dict(witness)}
    known |= {"n_modes": n_modes, "precision": precision, "method": method, "assumptions": assumptions}
    try:
        if stopped:
            raise Open(stopped)
        found = checker.prove(known)
    except (Open, ArithmeticError) as failure:
        words = f"Undecided ({kind} of {described['name']}): {failure}"
        took = round(time.perf_counter() - started, 3)
        return Certificate(**known, statement=words, proved={}, seconds=took, verdict=UNDECIDED, undecided=str(failure))
    with ctx.workprec(2 * precision):
        proved = {name: outward(value, int(0.3 * precision) - 8) for name, value in found.items()}
    words = schema.sentence(kind, described, given, proved)
    took = round(time.perf_counter() - started, 3)
    return Certificate(**known, statement=words, proved=proved, seconds=took, verdict=CERTIFIED)


def outward(value: Any, digits: int = 30) -> Any:
    """Return a ball as [low, high] in decimals that enclose it; lists entry by entry; the rest as it is.

    A ball is widened by a 64th: another version of the ball arithmetic may round a little worse.

    Examples
    --------
    >>> from flint import arb
    >>> outward(arb(1) / 3, digits=10), outward([arb(2), "word"])
    (['0.3333333333', '0.3333333334'], [['2', '2'], 'word'])
    """
    if isinstance(value, list):
        return [outward(entry, digits) for entry in value]
    if not isinstance(value, arb):
        return value
    low, high = (_fraction(end) for end in (value.lower(), value.upper()))
    low, high = low - (high - low) / 64, high + (high - low) / 64
    size = max(abs(low), abs(high))
    if size == 0:
        return ["0", "0"]
    finest = _exponent(size) - digits
    unit = max(_exponent(high - low) - 2, finest) if high > low else finest
    scale = Fraction(10) ** unit
    return [_decimal(math.floor(low / scale), unit), _decimal(math.ceil(high / scale), unit)]


def _fraction(number: Any) -> Fraction:
    mantissa, exponent = number.man_exp()
    return Fraction(int(mantissa)) * Fraction(2) ** int(exponent)


def _exponent(value: Fraction) -> int:
    """Return about log10."""
    return len(str(value.numerator)) - len(str(value.denominator))


def _decimal(mantissa: int, exponent: int) -> str:
    """Return mantissa · 10^exponent as text without trailing zeros."""
    text = str(abs(mantissa)).rstrip("0") or "0"
    exponent += len(str(abs(mantissa))) - len(text) if mantissa else 0
    sign = "-" if mantissa < 0 else ""
    if text == "0":
        return "0"
    point = len(text) + exponent
    if -6 < point <= 0:
        return f"{sign}0.{'0' * -point}{text}"
    if 0 < point < len(text):
        return f"{sign}{text[:point]}.{text[point:]}"
    if 0 <= exponent <= 20:
        return f"{sign}{text}{'0' * exponent}"
    tail = f".{text[1:]}" if len(text) > 1 else ""
    return f"{sign}{text[0]}{tail}e{point - 1}"


def _double(value: Fraction, towards: float) -> float:
    nearest = float(value)
    inside = nearest <= value if towards < 0 else nearest >= value
    return nearest if inside else math.nextafter(nearest, towards)
