"""The certificate of a continuous transition."""

import mpmath
import numpy as np
import pytest

from branches import potentials
from branches.onsets.continuous import ANSWERS, continuous_transition, scaled_tail_bound


@pytest.mark.parametrize(
    ("potential", "mode", "answer", "failure"),
    [
        (potentials.kuramoto(), 1, "yes", None),
        (potentials.bimodal(0.5), 1, "yes", None),  # 2 r_2 = 1, exactly
        (potentials.bimodal(float(np.nextafter(0.5, 1))), 1, "no", 2),
        (potentials.bimodal(0.6), 1, "no", 2),
        (potentials.noisy_transformer(0.1), 1, "yes", None),
        (potentials.noisy_transformer(2.44), 1, "yes", None),  # β* = 2.4469…
        (potentials.noisy_transformer(2.45), 1, "no", 2),
        (potentials.noisy_transformer(300.0), 1, "no", 2),
        (potentials.noisy_transformer(2.44691831128904613), 1, "not decided", None),  # β* to the last digit
        (potentials.hegselmann_krause(2.14), 1, "yes", None),  # R* = 2.1391…
        (potentials.hegselmann_krause(2.13), 1, "no", 2),
        (potentials.hegselmann_krause(0.1), 1, "no", 2),
        (potentials.doi_onsager(), 2, "yes", None),  # arXiv 2604.16288
        (potentials.doi_onsager(), 4, "no", 2),
        (potentials.maier_saupe(), 2, "yes", None),
        (potentials.log_gas(1.3), 1, "yes", None),  # k r_k = 1 for all k
        (potentials.log_gas(1.3), 2, "no", 1),
        (potentials.harmonics({1: 1.0, 2: 0.1, 40: 0.03}), 1, "no", 40),
        (potentials.harmonics({1: -1.0, 2: 1.0, 3: -9.0, 4: 0.5}), 2, "yes", None),
        (potentials.harmonics({1: 0.01, 2: 1.0}), 2, "no", 1),
    ],
)
def test_answers(potential, mode, answer, failure):
    result = continuous_transition(potential, mode)
    assert (result.answer, result.first_failure) == (answer, failure)
    assert result.answer in ANSWERS
    assert result.message


@pytest.mark.parametrize(
    "potential",
    [
        potentials.noisy_transformer(0.5),
        potentials.noisy_transformer(40.0),
        potentials.hegselmann_krause(0.3),
        potentials.hegselmann_krause(3.0),
        potentials.log_gas(2.0),
    ],
)
@pytest.mark.parametrize("k", [1, 3, 20, 64])
def test_tail_bounds_bound_the_tail(potential, k):
    bound = scaled_tail_bound(potential, 1, k)
    with mpmath.workdps(30):
        largest = max(j * potential.mp_weight(j) / potential.mp_weight(1) for j in range(k + 1, k + 60))
    assert largest <= bound * (1 + 1e-15)


def test_tail_of_doi_onsager():
    g = potentials.doi_onsager().weights(400)[1::2]
    for k in (1, 5, 50):
        assert max(j * g[j - 1] / g[0] for j in range(k + 1, 200)) <= scaled_tail_bound(
            potentials.doi_onsager(), 2, k
        )


def test_unknown_tail_is_not_decided():
    unbounded = type("Unbounded", (type(potentials.kuramoto()),), {"tail_bound": lambda self, k: None})
    result = continuous_transition(unbounded("unbounded", ((1, 1.0),)))
    assert result.answer == "not decided"
    assert "no bound is known" in result.message


def test_mode_without_onset():
    with pytest.raises(ValueError, match="has no onset"):
        continuous_transition(potentials.kuramoto(), 3)
