"""The statement of a certificate as LaTeX."""

from __future__ import annotations

import re

from branches.proofs.certificate import Certificate

__all__ = ["latex"]

GREEK = "kappa|beta|theta"
INDEX = r"(?:_(?P<index>[A-Za-z0-9]+))?(?:\^(?P<power>\d+))?"
NAME = re.compile(rf"(?<![A-Za-z\\])(?:(?P<greek>{GREEK})|(?P<letter>[A-Za-z])(?=[_^])){INDEX}")
NUMBER = re.compile(r"(\d)e(-?\d+)")
SIGNS = {"<=": r"$\le$", ">=": r"$\ge$", "<": "$<$", ">": "$>$", "+-": r"$\pm$", " pi": r" $\pi$", "|": r"$|$"}


def latex(certificate: Certificate) -> str:
    r"""Return a theorem environment with the statement, or a comment where it is undecided.

    Examples
    --------
    >>> from branches import potentials, proofs
    >>> text = latex(proofs.onset(potentials.kuramoto()))
    >>> text.splitlines()[0]
    '\\begin{theorem}[onset, certified]'
    >>> r"$\kappa_{n}$" in text
    True
    """
    if not certificate.certified:
        return f"% undecided, nothing is proved: {certificate.undecided}\n"
    body = _escaped(certificate.statement)
    proof = _escaped(certificate.method)
    return (
        f"\\begin{{theorem}}[{certificate.kind.replace('_', ' ')}, certified]\n{body}\n\\end{{theorem}}\n"
        f"\\begin{{proof}}[Proof (in ball arithmetic, {certificate.precision} bits)]\n{proof}\n\\end{{proof}}\n"
    )


def _escaped(text: str) -> str:
    """Return plain text as LaTeX: symbols with their indices, powers of ten and signs in mathematics."""
    pieces, end = [], 0
    for found in NAME.finditer(text):
        pieces.append(_plain(text[end : found.start()]))
        symbol = f"\\{found['greek']}" if found["greek"] else found["letter"]
        index = f"_{{{_upright(found['index'])}}}" if found["index"] else ""
        power = f"^{{{found['power']}}}" if found["power"] else ""
        pieces.append(f"${symbol}{index}{power}$")
        end = found.end()
    return "".join([*pieces, _plain(text[end:])])


def _upright(index: str) -> str:
    word = len(index) > 2 and index.isalpha()
    return rf"\mathrm{{{index}}}" if word else index


def _plain(text: str) -> str:
    for sign in ("\\", "&", "%", "#", "_", "^", "{", "}"):
        text = text.replace(sign, {"\\": r"\textbackslash ", "^": r"\^{}"}.get(sign, "\\" + sign))
    for sign, mathematics in SIGNS.items():
        text = text.replace(sign, mathematics)
    return NUMBER.sub(r"\1$\\cdot10^{\2}$", text)
