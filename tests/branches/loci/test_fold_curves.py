"""Tricritical points met by continuation: fold curves into c₂ = 0, and pitchforks off non-uniform branches."""

import dataclasses

import pytest
from helpers import digits

from branches import potentials
from branches.loci.fold_curve import fold_curve
from branches.loci.pitchfork_tricritical import pitchfork_tricritical_point
from branches.onsets.tricritical import tricritical_point

CASES = [
    (potentials.noisy_transformer, (1.0, 4.0), 1, 2.44691831128904613),
    (potentials.hegselmann_krause, (1.0, 3.0), 1, 2.13918217377311332),
    (potentials.bimodal, (0.2, 0.8), 1, 0.5),
    (potentials.noisy_transformer, (7.0, 10.0), 2, None),
]


@pytest.mark.parametrize(("family", "bracket", "mode", "published"), CASES)
def test_the_fold_curve_ends_in_the_tricritical_point(family, bracket, mode, published):
    point = tricritical_point(family, bracket, mode)
    if published:
        assert digits(point.parameter, published) >= 14.5
    curve = fold_curve(family, point)
    assert curve.ends_there
    assert abs(curve.difference) <= 1e-9 * point.parameter
    assert curve.limit_error <= 1e-8 * point.parameter
    assert all(amplitude > 0.01 for amplitude in curve.amplitude)  # no fold sits on the point itself


def test_a_wrong_point_is_noticed():
    point = tricritical_point(potentials.bimodal, (0.2, 0.8))
    off = dataclasses.replace(point, parameter=point.parameter + 1e-5)
    curve = fold_curve(potentials.bimodal, off)
    assert not curve.ends_there
    assert curve.difference == pytest.approx(-1e-5, rel=1e-3)


def test_a_degenerate_point_has_no_fold_curve():
    point = tricritical_point(potentials.bimodal, (0.2, 0.8))
    with pytest.raises(ValueError, match=r"c4 = .* is not resolved from zero"):
        fold_curve(potentials.bimodal, dataclasses.replace(point, c4=1e-17, c4_error=1e-15))


def test_nematic_polar():
    found = pitchfork_tricritical_point(potentials.bimodal, (1.4, 1.9))
    assert digits(found.parameter, 1.634939096861610733) >= 13.5
    assert digits(found.kappa, 1.37597046697748128) >= 13.5
    assert digits(found.point.a[1], 0.453519568914360572) >= 12.5
    assert abs(found.curvature) <= 1e-12
    with pytest.raises(ValueError, match=r"no change of sign: the curvature of the pitchfork is 0\.\d+ and 0\.\d+"):
        pitchfork_tricritical_point(potentials.bimodal, (1.7, 1.9))
    with pytest.raises(ValueError, match="has no pitchfork"):
        pitchfork_tricritical_point(potentials.bimodal, (1.5, 1.9), kappa_max=1.34)
