"""Transitions: the coupling to 18 digits, first order; brackets that miss it, states that are not the right ones."""

import pytest

pytest.importorskip("flint")
from forged import forged, refused

from branches import potentials
from branches.proofs.transitions import continuous, sharpened, transition

TABLE = {  # to 18 digits, found independently in 60-digit arithmetic before this was written
    "beta3": (potentials.noisy_transformer(3), "0.752187766367189922", [0.48, 0.24, 0.1, 0.03]),
    "beta4": (potentials.noisy_transformer(4), "0.391475100836040037", [0.66, 0.46, 0.28, 0.15]),
    "beta5": (potentials.noisy_transformer(5), "0.187975826580660615", [0.74, 0.57, 0.4, 0.25]),
    "beta6": (potentials.noisy_transformer(6), "0.0858284823870785970", [0.79, 0.65, 0.49, 0.33, 0.2]),
    "beta10": (potentials.noisy_transformer(10), "0.00286083196979114014", [0.87, 0.75, 0.62, 0.5, 0.4, 0.3]),
    "beta20": (potentials.noisy_transformer(20), "2.89229494838620621e-7", [0.93, 0.88, 0.8, 0.7, 0.6, 0.5]),
    "bimodal06": (potentials.bimodal(0.6), "1.98170352222616469", [0.415, 0.18, 0.05]),
    "bimodal1": (potentials.bimodal(1), "1.75642368814418068", [0.585, 0.4, 0.2, 0.1]),
    "confidence2": (potentials.hegselmann_krause(2), "1.43458964212806852", None),
    "confidence15": (potentials.hegselmann_krause(1.5), "2.87992055490353014", None),
    "confidence1": (potentials.hegselmann_krause(1), "7.44115749537747944", None),
}


def after(decimal: str) -> str:
    """Return the decimal with one more in its last digit."""
    mantissa, _, exponent = decimal.partition("e")
    whole, _, digits = mantissa.partition(".")
    number = str(int(whole + digits) + 1).zfill(len(whole + digits))
    return f"{number[: len(whole)]}.{number[len(whole) :]}" + (f"e{exponent}" if exponent else "")


@pytest.fixture(scope="module")
def certificate():
    return transition(TABLE["beta4"][0], TABLE["beta4"][1], after(TABLE["beta4"][1]))


@pytest.mark.parametrize("name", [name for name in TABLE if name not in ("confidence1", "confidence2", "beta20")])
def test_the_transition_lies_between_two_decimals_of_eighteen_digits(name):
    potential, low, _ = TABLE[name]
    result = transition(potential, low, after(low))
    assert result.certified
    assert result.check().ok
    assert "discontinuous" in result.statement


@pytest.mark.slow
@pytest.mark.parametrize("name", ["confidence1", "confidence2", "beta20"])
def test_thick_weights_need_more_modes_and_several_reduced_states_plates(name):
    potential, low, _ = TABLE[name]
    assert transition(potential, low, after(low)).check().ok


@pytest.mark.parametrize("name", ["beta4", "beta20", "bimodal06"])
def test_the_digits_are_found_from_a_float(name):
    potential, low, start = TABLE[name]
    assert sharpened(potential, float(low) * (1 + 1e-6), start) == (low, after(low))


@pytest.mark.parametrize(("low", "high"), [(2, 3), (-3, -2), (-1, 0)])
def test_an_interval_that_misses_the_transition_is_undecided(low, high):
    """In units of the tenth digit."""
    start = 3914751008
    ends = [f"0.{start + shift}" for shift in (low, high)]
    result = transition(TABLE["beta4"][0], *ends)
    assert not result.certified
    assert "F" in result.undecided


def test_forged_couplings_are_refused(certificate):
    low, high = certificate.given["kappa_low"], certificate.given["kappa_high"]
    assert certificate.check().ok
    assert refused(forged(certificate, given={"kappa_low": high, "kappa_high": after(high)}), "F")
    assert refused(forged(certificate, given={"kappa_high": low}), "kappa_low < kappa_high")
    assert refused(forged(certificate, given={"kappa_high": "0.41"}), "2/g_1")
    assert refused(forged(certificate, given={"kappa_low": "-1"}))
    assert refused(forged(certificate, potential={"parameters": {"beta": "4.0000000001"}}))


def test_every_state_needs_its_own_point(certificate):
    lower, upper = certificate.witness["states"]
    assert refused(forged(certificate, witness={"states": [upper]}), "1 states are named, 2 are proved")
    assert refused(forged(certificate, witness={"states": [upper, lower]}), "ball of uniqueness")
    assert refused(forged(certificate, witness={"states": [lower, lower]}), "ball of uniqueness")
    uniform = ["0x0p0"] * len(upper)
    assert refused(forged(certificate, witness={"states": [lower, uniform]}), "ball of uniqueness")
    assert refused(forged(certificate, witness={"winner": uniform}), "F < 0")
    assert refused(forged(certificate, witness={"winner": lower}), "F < 0")
    assert refused(forged(certificate, witness={"states": [lower[:3], upper]}))


@pytest.fixture(scope="module")
def plated():
    potential, low, _ = TABLE["beta20"]
    return transition(potential, low, after(low))


@pytest.mark.slow
def test_plates_cover_where_reduced_states_are_several(plated):
    plates = plated.witness["plates"]
    assert len(plates) > 3
    assert refused(forged(plated, witness={"plates": plates[1:]}), "cover")
    assert refused(forged(plated, witness={"plates": [*plates[:-1], plates[0]]}), "cover")
    short = plates[0] | {"edges": plates[0]["edges"][:-1]}
    assert refused(forged(plated, witness={"plates": [short, *plates[1:]]}), "0 <= a_2 <= 1")
    coarse = plates[0] | {"edges": [plates[0]["edges"][0], plates[0]["edges"][-1]]}
    assert refused(forged(plated, witness={"plates": [coarse, *plates[1:]]}))


@pytest.mark.slow
def test_a_strip_does_not_do_where_a_plate_is_needed(plated):
    plates, strips = plated.witness["plates"], plated.witness["strips"]
    edges = [plate["across"][0] for plate in plates] + [plates[-1]["across"][1]]
    bold = {"plates": [], "strips": [strips[0], {"edges": sorted(edges, key=exact), "steps": [200, 200]}, strips[1]]}
    assert refused(forged(plated, witness=bold))


def exact(text):
    mantissa, exponent = text.split("p")
    return int(mantissa, 16) * 2.0 ** int(exponent)


def test_the_uniform_state_must_be_stable_to_every_mode():
    """Bimodal m = 1.5: mode 2 is unstable from 4/3 on, below the onset 2 of mode 1."""
    result = transition(potentials.bimodal(1.5), "1.3", "1.5")
    assert not result.certified
    assert "2/g_2" in result.undecided


def test_a_supercritical_transition_is_not_called_discontinuous():
    result = transition(potentials.kuramoto(), "1.99", "1.999999")
    assert not result.certified


def test_bad_brackets_are_errors():
    transformer = potentials.noisy_transformer(4)
    with pytest.raises(ValueError, match="kappa_high"):
        transition(transformer, "0.4", "0.3")
    with pytest.raises(ValueError, match=r"kappa_low|kappa ="):
        transition(transformer, "nan", "0.3")
    with pytest.raises(ValueError, match="g_2"):
        transition(potentials.harmonics({1: 1.0, 2: -0.5}), 1, 2)
    with pytest.raises(ValueError, match="no state other than the uniform one is near"):
        sharpened(potentials.kuramoto(), 1.5, [0.5, 0.2])


CONTINUOUS = [
    (potentials.kuramoto(), 1, True),
    (potentials.bimodal(0.5), 1, True),
    (potentials.bimodal(0.5000001), 1, False),
    (potentials.noisy_transformer(2.44), 1, True),  # tricritical at 2.44691831
    (potentials.noisy_transformer(2.45), 1, False),
    (potentials.hegselmann_krause(2.14), 1, True),  # tricritical at 2.13918217
    (potentials.hegselmann_krause(2.139), 1, False),
    (potentials.doi_onsager(), 2, True),
    (potentials.maier_saupe(), 2, True),
    (potentials.harmonics({1: 1.0, 2: 0.2, 3: -1.0}), 1, True),
    (potentials.harmonics({2: 1.0, 3: 0.1}), 2, False),
]


@pytest.mark.parametrize(("potential", "mode", "expected"), CONTINUOUS, ids=lambda v: str(v)[:25])
def test_continuous_transitions_up_to_the_tricritical_point(potential, mode, expected):
    result = continuous(potential, mode)
    assert result.certified == expected
    assert result.check().ok == expected


def test_a_continuous_transition_is_not_moved_to_another_potential():
    result = continuous(potentials.noisy_transformer(2.44))
    assert refused(forged(result, potential={"parameters": {"beta": "2.45"}}), "g_2")
    assert refused(forged(result, given={"mode": 2}))
    assert refused(forged(result, n_modes=1))
    low = result.proved["kappa"][0]
    assert refused(forged(result, proved={"kappa": [low, low]}), "kappa in")
