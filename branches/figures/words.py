"""Numbers and names as the texts of a figure."""

from __future__ import annotations

import math
import re

__all__ = ["number", "typeset"]

PLAIN = (-4, 6)  # exponents of ten that are written out
GREEK = {
    "α": "alpha", "β": "beta", "γ": "gamma", "δ": "delta", "ε": "varepsilon", "θ": "theta", "κ": "kappa",
    "λ": "lambda", "μ": "mu", "ν": "nu", "ρ": "rho", "σ": "sigma", "τ": "tau", "φ": "varphi", "χ": "chi", "ω": "omega",
}  # fmt: skip
_LETTER = re.compile("|".join(GREEK))
_QUANTITY = re.compile(r"\b([A-Za-z])(?= = )")  # R = 0.5, m = 0.6


def number(value: float, digits: int = 5) -> str:
    r"""Return a number for use inside $…$: so many significant digits, a power of ten where the exponent is large.

    Examples
    --------
    >>> number(0.387068995952), number(5.0e-11, 2), number(2.0), number(-math.inf)
    ('0.38707', '5\\times 10^{-11}', '2', '-\\infty')
    """
    if not math.isfinite(value):
        return "?" if math.isnan(value) else r"\infty" if value > 0 else r"-\infty"
    mantissa, _, exponent = f"{value:.{digits - 1}e}".partition("e")
    power = int(exponent)
    if PLAIN[0] <= power < PLAIN[1] and (power < digits or value == int(value)):
        return f"{value:.{max(digits, power + 1)}g}"
    mantissa = mantissa.rstrip("0").rstrip(".") if "." in mantissa else mantissa
    return rf"{mantissa}\times 10^{{{power}}}"


def typeset(text: str) -> str:
    r"""Return a label with its symbols in mathematics: Greek letters, and a letter that has a value.

    Examples
    --------
    >>> typeset("noisy transformer, β = 4"), typeset("Hegselmann–Krause, R = 0.5")
    ('noisy transformer, $\\beta$ = 4', 'Hegselmann–Krause, $R$ = 0.5')
    """
    if "$" in text:
        return text
    marked = _QUANTITY.sub(r"$\1$", text)
    return _LETTER.sub(lambda match: rf"$\{GREEK[match.group()]}$", marked)
