"""The option --dimension."""

import json


def test_a_diagram_in_three_dimensions(mvcont):
    code, out, _ = mvcont("diagram", "maier-saupe", "--dimension", 3, "--kappa-max", 9, "--no-figure")
    assert code == 0
    assert "6.73148639648" in out
    assert "κ = 6.812188488068" in out


def test_an_onset_in_five_dimensions(mvcont):
    code, out, _ = mvcont("onset", "maier-saupe", "--dimension", 5, "--json")
    (onset,) = json.loads(out)["onsets"]
    assert code == 0
    assert abs(onset["c1"] + 7 / 3) < 1e-13
    assert len(onset["rays"]) == 4


def test_a_dimension_that_is_not_allowed(mvcont):
    code, _, err = mvcont("onset", "maier-saupe", "--dimension", 1)
    assert code == 2
    assert "dimension = 1" in err


def test_what_is_followed_on_the_circle_only_says_so(mvcont):
    code, _, err = mvcont("rates", "noisy-transformer", "--beta", 3, "--dimension", 3)
    assert code == 2
    assert "error" in err
    assert "circle only" in err
