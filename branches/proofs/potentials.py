"""A potential of the toolkit as a certificate describes it: name, parameters as decimal strings."""

from __future__ import annotations

import re
from decimal import Decimal
from fractions import Fraction
from typing import Any

import numpy as np

from branches.potentials.families import DoiOnsager, HegselmannKrause, LogGas, NoisyTransformer, Polynomial
from branches.potentials.potential import Potential
from branches.potentials.tables import Table

__all__ = ["attractive", "coupling", "decimal", "describe"]


def decimal(name: str, value: Any) -> str:
    """Return a coupling or parameter as the decimal or rational string that a theorem names.

    Parameters
    ----------
    name
        For the message.
    value : str, int, float, Fraction, Decimal or mpmath number
        A float stands for the shortest decimal that names it: 0.1 is one tenth.

    Raises
    ------
    TypeError
        If it is none of these.
    ValueError
        If it is not a finite number.

    Examples
    --------
    >>> from fractions import Fraction
    >>> decimal("kappa", 0.4), decimal("kappa", "1e-7"), decimal("m", Fraction(1, 3))
    ('0.4', '1e-7', '1/3')
    """
    if isinstance(value, bool) or not isinstance(value, (str, int, float, Fraction, Decimal, np.number)):
        if not type(value).__module__.startswith("mpmath"):
            raise TypeError(f"{name} = {value!r} is not allowed: give a decimal string, a Fraction or a number")
        import mpmath

        value = mpmath.nstr(value, mpmath.mp.dps, strip_zeros=True)
    if isinstance(value, (float, np.floating)):
        value = repr(float(value))
    text = str(value).strip().lower().replace("e+", "e")
    text = re.sub(r"e(-?)0+(?=\d)", r"e\1", text).removeprefix("+")
    try:
        Fraction(text)
    except (ValueError, ZeroDivisionError):
        raise ValueError(f"{name} = {value!r} is not allowed: it must be a finite decimal or rational number") from None
    return text.removesuffix(".0")


def coupling(kappa: Any) -> str:
    """Return κ > 0 as a decimal or rational string; TypeError or ValueError as for `decimal`, or if it is not positive.

    Examples
    --------
    >>> coupling(2.0)
    '2'
    """
    text = decimal("kappa", kappa)
    if not Fraction(text) > 0:
        raise ValueError(f"kappa = {kappa!r} is not allowed: it must be positive")
    return text


def describe(potential: Potential) -> dict[str, Any]:
    """Return name and parameters of a potential whose weights are known exactly.

    Finitely many weights become the family 'harmonics' with parameters g1, g2, ….

    Raises
    ------
    TypeError
        If it is not a Potential.
    ValueError
        If its weights are known in floating point only, or Σ |g_n| is infinite.

    Examples
    --------
    >>> from branches import potentials
    >>> describe(potentials.bimodal(0.6))
    {'name': 'harmonics', 'parameters': {'g1': '1', 'g2': '0.6'}}
    """
    if not isinstance(potential, Potential):
        raise TypeError(f"potential = {potential!r} is not a Potential: use branches.potentials")
    if potential.dimension != 2:
        raise ValueError(f"potential = {potential.label}: theorems are proved on the circle only")
    if isinstance(potential, LogGas):
        raise ValueError(f"potential = {potential.label}: the sum of |g_n| is infinite, no theorem applies")
    if isinstance(potential, NoisyTransformer) and not potential.scaled:
        return {"name": "noisy_transformer", "parameters": {"beta": decimal("beta", potential.beta)}}
    if isinstance(potential, HegselmannKrause):
        return {"name": "hegselmann_krause", "parameters": {"R": decimal("R", potential.R)}}
    if isinstance(potential, DoiOnsager):
        return {"name": "doi_onsager", "parameters": {}}
    terms = _terms(potential)
    return {"name": "harmonics", "parameters": {f"g{n}": decimal(f"g_{n}", g) for n, g in terms if g}}


def _terms(potential: Potential) -> list[tuple[int, Any]]:
    if isinstance(potential, Polynomial):
        return list(potential.terms)
    if isinstance(potential, Table) and potential.complete and not any(potential.errors):
        return list(enumerate(potential.g, 1))
    raise ValueError(
        f"potential = {potential.label}: its weights have no exact description; certificates know the noisy "
        "transformer (not scaled), Hegselmann–Krause, Doi–Onsager, and finitely many weights"
    )




def attractive(potential: Potential) -> None:
    """Refuse a potential with a repelling mode, for statements about everything there is.

    Raises
    ------
    ValueError
        If some g_n < 0, or g_1 … vanish all.

    Examples
    --------
    >>> from branches import potentials
    >>> attractive(potentials.harmonics({1: 1.0, 2: -0.5}))
    Traceback (most recent call last):
    ValueError: potential = harmonics, g1 = 1, g2 = -0.5: g_2 = -0.5 < 0; all states need g_n ≥ 0
    """
    g = potential.weights(256)
    if (g < 0).any():
        n = int(np.argmax(g < 0)) + 1
        problem = f"g_{n} = {g[n - 1]:.6g} < 0; all states need g_n ≥ 0"
        raise ValueError(f"potential = {potential.label}: {problem}")
    if not g.any():
        raise ValueError(f"potential = {potential.label}: no mode attracts, the uniform state is alone")
