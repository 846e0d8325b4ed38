"""States, folds, onsets, tricritical points and pitchforks as theorems, against closed forms and published values."""

import mpmath
import numpy as np
import pytest

pytest.importorskip("flint")

from forged import forged, refused

from branches import potentials, proofs
from branches.spaces.circle import Dihedral


def encloses(interval, value):
    with mpmath.workdps(80):
        low, high = map(mpmath.mpf, interval)
        return low <= mpmath.mpf(value) <= high


def digits(interval):
    """Return how many digits the two ends share, as a number."""
    with mpmath.workdps(80):
        low, high = map(mpmath.mpf, interval)
        return 99 if low == high else float(-mpmath.log10((high - low) / abs(high)))


@pytest.fixture(scope="module")
def kuramoto():
    return proofs.state(potentials.kuramoto(), [0.8, 0.5, 0.2], 4)


def test_kuramoto_against_bessel_functions(kuramoto):
    with mpmath.workdps(50):
        z = mpmath.findroot(lambda z: z - 4 * mpmath.besseli(1, z) / mpmath.besseli(0, z), 3.3)
        a = [mpmath.besseli(k, z) / mpmath.besseli(0, z) for k in (1, 2, 3)]
        energy = 2 * a[0] ** 2 - mpmath.log(mpmath.besseli(0, z))
        for interval, value in zip([*kuramoto.proved["a"], kuramoto.proved["free_energy"]], [*a, energy], strict=True):
            assert encloses(interval, value)
            assert digits(interval) > 27
    assert kuramoto.certified
    assert kuramoto.proved["index"] == [0, 0]


def test_values_of_the_literature():
    t2 = potentials.noisy_transformer(2)
    state = proofs.state(t2, [0.77, 0.5, 0.28], repr(1.2 * t2.onset_coupling(1)))
    assert state.interval("free_energy")[0] == pytest.approx(-0.08620569557384216, abs=1e-15)
    assert state.proved["index"] == [0, 0]
    rods = potentials.doi_onsager()
    state = proofs.state(rods, [0, 0.6, 0, 0.27], repr(1.2 * rods.onset_coupling(2)))
    assert state.certified
    assert state.interval("free_energy")[1] == pytest.approx(-0.04388473527467433, abs=1e-15)


def test_the_index_of_a_saddle_and_of_the_uniform_state():
    t4 = potentials.noisy_transformer(4)
    assert proofs.state(t4, [0.25, 0.04], "0.4").proved["index"] == [1, 0]
    assert proofs.state(t4, [0.74, 0.5, 0.3], "0.4").proved["index"] == [0, 0]
    assert proofs.state(t4, [0.0], "0.4098").proved["index"] == [0, 0]
    assert proofs.state(t4, [0.0], "0.4099").proved["index"] == [1, 1]


def test_weights_of_both_signs():
    potential = potentials.harmonics({1: 1.0, 2: -0.5})
    state = proofs.state(potential, [0.63, 0.2], 3)
    assert state.certified
    assert state.proved["index"] == [0, 0]


def test_random_states_agree_with_the_floats_of_the_package():
    from branches.states.at_coupling import state_at

    rng = np.random.default_rng(3)
    proved = 0
    for _ in range(6):
        g = np.append(1.0, rng.uniform(-0.6, 0.8, 3))
        potential = potentials.from_weights(g)
        kappa = float(rng.uniform(2.2, 4.0))
        found = state_at(potential, Dihedral(1), 0.6 ** np.arange(1.0, 25.0) ** 1.3, kappa)
        if found.residual > 1e-12 or abs(found.a[0]) < 1e-3:
            continue
        certificate = proofs.state(potential, found.a, kappa)
        if not certificate.certified:
            continue
        proved += 1
        low, high = certificate.interval("free_energy")
        assert low - 1e-13 <= found.free_energy <= high + 1e-13
        assert certificate.proved["index"] == list(found.index)
    assert proved >= 3


def test_the_same_decimals_as_the_float_names():
    assert proofs.state(potentials.kuramoto(), [0.8], 4.0).given == {"kappa": "4"}
    assert proofs.state(potentials.kuramoto(), [0.8], "9/2").given == {"kappa": "9/2"}


FOLDS = [
    (potentials.noisy_transformer(4), "0.38706899595204", [0.547, 0.34, 0.18], 24),
    (potentials.noisy_transformer(3), "0.75026010610281", [0.39, 0.16, 0.06], 24),
    (potentials.noisy_transformer(5), "0.184300682955606", [0.614, 0.44, 0.28], 22),
    (potentials.bimodal(0.6), "1.97666262196633", [0.33, 0.12], 24),
    (potentials.bimodal(1), "1.72846021877044", [0.44, 0.34], 24),
]


@pytest.mark.parametrize(("potential", "kappa", "a", "least"), FOLDS, ids=lambda v: getattr(v, "label", None))
def test_folds(potential, kappa, a, least):
    fold = proofs.fold(potential, a, kappa)
    assert fold.certified
    assert fold.proved["turn"] == "minimum"
    assert fold.interval("kappa")[0] == pytest.approx(float(kappa), rel=1e-13)
    assert digits(fold.proved["kappa"]) > least - 4
    assert digits(proofs.fold(potential, a, kappa, n_modes=40).proved["kappa"]) > least
    assert fold.check().ok


def test_no_fold_where_there_is_none():
    assert not proofs.fold(potentials.kuramoto(), [0.8, 0.5], 4)


def test_a_branch_of_hegselmann_krause():
    fold = proofs.fold(potentials.hegselmann_krause(2), [0.33, 0.11, 0.03], "1.4329", n_modes=64)
    assert fold.certified
    assert encloses(fold.proved["kappa"], "1.432910466697438")


def test_onsets():
    assert proofs.onset(potentials.noisy_transformer(4)).proved["shape"] == "subcritical"
    assert proofs.onset(potentials.noisy_transformer(2)).proved["shape"] == "supercritical"
    assert proofs.onset(potentials.doi_onsager(), 2).proved["shape"] == "supercritical"
    kuramoto = proofs.onset(potentials.kuramoto())
    assert kuramoto.proved["kappa"] == ["2", "2"]
    assert kuramoto.proved["c_2"] == ["0.5", "0.5"]
    assert encloses(kuramoto.proved["c_4"], "0.41666666666666666666666666666666666666667")
    assert "g_kn is not g_n" in proofs.onset(potentials.bimodal(1)).undecided


@pytest.mark.parametrize(
    ("family", "bracket", "mode", "value"),
    [
        (potentials.noisy_transformer, (1, 4), 1, "2.44691831128904613090394836490777870607248393746553"),
        (potentials.hegselmann_krause, ("0.5", "3.14"), 1, "2.13918217377311332337636230572727380628690642292228"),
        (potentials.bimodal, (0, 1), 1, "0.5"),
    ],
)
def test_tricritical_points(family, bracket, mode, value):
    point = proofs.tricritical(family, bracket, mode, digits=50)
    assert point.certified
    assert point.proved["kind"] == "tricritical"
    with mpmath.workdps(80):
        low, high = map(mpmath.mpf, point.proved["value"])
        assert abs(low - mpmath.mpf(value)) < mpmath.mpf("1e-49")
        assert high - low < mpmath.mpf("1e-50")
    assert point.check().ok


def test_higher_modes_of_the_transformer():
    for mode, bracket, value in ((2, (2, 36), 8.96678), (3, (3, 36), 19.78569)):
        assert proofs.tricritical(potentials.noisy_transformer, bracket, mode).interval("value")[0] == pytest.approx(
            value, abs=1e-5
        )


def test_a_bracket_without_the_point_is_undecided():
    assert "one zero" in proofs.tricritical(potentials.noisy_transformer, (3, 5)).undecided


def test_pitchforks_off_the_branch_of_two_clusters():
    """Bimodal m = 2: κ = 2/(1 + a₂), a₂ = I₁(z)/I₀(z), z = 2 κ a₂."""
    with mpmath.workdps(40):
        def ratio(z):
            return mpmath.besseli(1, z) / mpmath.besseli(0, z)

        a2 = ratio(mpmath.findroot(lambda z: z * (1 + ratio(z)) - 4 * ratio(z), 1.5))
        kappa = 2 / (1 + a2)
        certificate = proofs.pitchfork(potentials.bimodal(2), [0, 0.6, 0, 0.2], float(kappa), 2, 1)
        low, high = map(mpmath.mpf, certificate.given["kappa"])
        assert certificate.certified
        assert low < kappa < high
        assert high - low < mpmath.mpf("1e-11")
        assert encloses(certificate.proved["a"][0], a2)
    assert certificate.proved["breaks_to"] == 1
    assert certificate.check().ok


def test_no_pitchfork_away_from_it():
    certificate = proofs.pitchfork(potentials.bimodal(2), [0, 0.62, 0, 0.2], (1.27, 1.2700001), 2, 1)
    assert "residue 1 alone changes" in certificate.undecided


def test_false_statements_about_a_state_are_refused(kuramoto):
    low, _ = kuramoto.proved["a"][0]
    wrong = low[:11] + str((int(low[11]) + 1) % 10) + low[12:]
    others = kuramoto.proved["a"][1:]
    assert refused(forged(kuramoto, proved={"a": [[wrong, wrong], *others]}), "a in")
    assert refused(forged(kuramoto, proved={"index": [1, 0]}), "index")
    assert refused(forged(kuramoto, proved={"index": [0, False]}), "index")
    assert refused(forged(kuramoto, proved={"R": ["9", "10"]}), "R in")
    assert refused(forged(kuramoto, proved={"r": ["0", "0"]}), "r in")
    assert refused(forged(kuramoto, given={"kappa": "4.0000000001"}))
    assert refused(forged(kuramoto, potential={"parameters": {"g1": "1.0000000001"}}))
    assert refused(forged(kuramoto, n_modes=2))
    assert refused(forged(kuramoto, precision=2), "64 <= 2")
    truncated = {"a": kuramoto.witness["a"][:2]}
    assert refused(forged(kuramoto, n_modes=2, witness=truncated))


def test_bad_input_says_what_is_allowed():
    t4 = potentials.noisy_transformer(4)
    for arguments, message in (
        ((t4, [0.5], 0), "kappa = 0 is not allowed"),
        ((t4, [0.5], float("nan")), "kappa"),
        ((t4, [0.5], "0x1"), "kappa"),
        ((t4, [2.0], 1), "between −1 and 1"),
        ((t4, [], 1), "give moments"),
        ((potentials.log_gas(1.0), [0.5], 1), "the sum of |g_n| is infinite"),
        ((potentials.from_function(np.cos), [0.5], 1), "no exact description"),
    ):
        with pytest.raises(ValueError, match=message.replace("|", r"\|").replace("(", r"\(")):
            proofs.state(*arguments)
    with pytest.raises(TypeError, match="is not a Potential"):
        proofs.state("kuramoto", [0.5], 1)
    with pytest.raises(TypeError, match="kappa"):
        proofs.state(t4, [0.5], None)
    with pytest.raises(ValueError, match="exactly one parameter"):
        proofs.tricritical(lambda b: potentials.noisy_transformer(2 * b), (1, 2))
    with pytest.raises(ValueError, match="residue"):
        proofs.pitchfork(t4, [0, 0.5], 0.4, 2, 2)
