"""Pieces, and real roots by Descartes' rule: nothing hides between samples."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.polynomial import polynomial

from continuation import Piece
from continuation.stepping.polynomial import sign_changes

GRID = 64


@st.composite
def separated_roots(draw: st.DrawFn) -> list[float]:
    """Return up to 6 real numbers in [-1, 2], at least 1/64 apart and from 0 and 1."""
    cells = draw(st.lists(st.integers(-GRID, 2 * GRID), max_size=6, unique=True))
    return sorted((cell + 0.5) / GRID for cell in cells if cell % 2 == 0)


@given(separated_roots(), st.floats(0.1, 10.0), st.booleans())
def test_finds_exactly_the_roots_inside(roots: list[float], factor: float, negative: bool) -> None:
    c = np.asarray(polynomial.polyfromroots(roots), dtype=np.float64) * (-factor if negative else factor)
    inside = [root for root in roots if 0.0 < root < 1.0]
    changes = sign_changes(c, noise=0.0)
    assert len(changes.roots) == len(inside)
    # The conditioning of the power basis with six roots 1/32 apart leaves half of the digits.
    assert np.allclose(changes.roots, inside, rtol=0.0, atol=1e-6)
    assert changes.sign == np.sign(polynomial.polyval(1.0, c))


@given(st.integers(0, 2**32 - 1), st.integers(2, 28))
def test_agrees_with_the_companion_matrix(seed: int, degree: int) -> None:
    c = np.random.default_rng(seed).standard_normal(degree + 1)
    roots = np.roots(c[::-1])
    near = roots[(np.abs(roots.imag) < 1e-3) & (roots.real > -1e-3) & (roots.real < 1 + 1e-3)]
    real = near[(np.abs(near.imag) < 1e-12) & (near.real > 1e-3) & (near.real < 1 - 1e-3)].real
    if near.size > real.size or np.any(np.diff(np.sort(real)) < 1e-3):
        return  # a double root, or one on an end, within the error of the reference
    assert np.allclose(sign_changes(c, 0.0).roots, np.sort(real), rtol=0.0, atol=1e-9)


def test_a_change_on_the_joint_is_root_zero() -> None:
    assert sign_changes(np.array([0.0, 1.0]), 0.0, sign_before=-1).roots == (0.0,)
    assert sign_changes(np.array([0.0, 1.0]), 0.0, sign_before=1).roots == ()


def test_double_roots_and_noise_have_no_sign_change() -> None:
    assert sign_changes(np.array([0.25, -1.0, 1.0]), 0.0).roots == ()
    assert sign_changes(np.array([1e-16, -3e-16]), noise=1e-15, sign_before=1) == sign_changes(
        np.zeros(2), 0.0, sign_before=1
    )


def test_a_triple_root_is_one_change() -> None:
    (root,) = sign_changes(np.array([-0.027, 0.27, -0.9, 1.0]), 0.0).roots
    assert abs(root - 0.3) < 1e-5  # the cube root of round-off


def test_roots_of_high_degree_to_round_off() -> None:
    chebyshev = np.polynomial.chebyshev.cheb2poly(np.eye(9)[8])  # T_8, roots cos((2k − 1)π/16)
    expected = sorted(np.cos((2 * np.arange(1, 5) - 1) * np.pi / 16))
    assert np.allclose(sign_changes(chebyshev, 0.0).roots, expected, rtol=0.0, atol=1e-14)


@given(st.floats(0.01, 1.0), st.integers(0, 1000))
def test_cutting_keeps_the_curve(tau: float, seed: int) -> None:
    piece = Piece(np.random.default_rng(seed).standard_normal((6, 3)), start=2.0, length=0.5)
    cut = piece.cut(tau)
    assert cut.end == pytest.approx(2.0 + 0.5 * tau)
    assert np.allclose(cut(0.7), piece(0.7 * tau), atol=1e-13)
    assert np.allclose(cut.derivative(0.7), tau * piece.derivative(0.7 * tau), atol=1e-12)
    assert np.allclose(piece.at(np.array([0.2, tau])), [piece(0.2), piece(tau)], atol=1e-14)
