"""Records: a repr is one short line, == and hash go by content, arrays are read-only."""

import dataclasses
import importlib
import pickle
import pkgutil

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import branches
import continuation
from branches import potentials
from branches.dynamics.metastable import metastable_table
from branches.landscapes.barriers import barriers
from branches.onsets.classify import onsets
from branches.onsets.continuous import continuous_transition
from branches.onsets.exact.coefficients import kappa_coefficient
from branches.onsets.exact.landau import reduce
from continuation.record import Record, brief, same_content

LONGEST = 200
CUBE = continuation.Problem.from_function(lambda u, p: p - u**3 + u)


def curve():
    return continuation.follow(CUBE, [1.2], 1.2**3 - 1.2, direction=-1, p_max=1.0, p_min=-1.0)


def a_diagram():
    return branches.diagram(potentials.noisy_transformer(4), kappa_max=0.5)


# One way to make each kind of result; every one is made twice, independently, and compared.
MAKERS = {
    "engine branch": curve,
    "engine fold": lambda: curve().folds[0],
    "step": lambda: next(iter(continuation.steps(CUBE, [1.2], 1.2**3 - 1.2, direction=-1))),
    "branch": lambda: branches.trace(potentials.noisy_transformer(4), kappa_max=0.5),
    "fold": lambda: branches.trace(potentials.noisy_transformer(4), kappa_max=0.5).folds[0],
    "state": lambda: branches.trace(potentials.noisy_transformer(4), kappa_max=0.5).at(0.3),
    "Morse index": lambda: branches.trace(potentials.noisy_transformer(4), kappa_max=0.5).morse,
    "diagram": a_diagram,
    "node": lambda: a_diagram().nodes[0],
    "half-branch": lambda: a_diagram().completeness.half_branches[0],
    "landscape": lambda: branches.landscape(a_diagram()),
    "transition": lambda: branches.coexistence(potentials.noisy_transformer(4)),
    "barriers": lambda: barriers(branches.trace(potentials.noisy_transformer(4), kappa_max=0.5).at_kappa(0.391)),
    "search": lambda: branches.search_states(potentials.kuramoto(), 4.0, random_starts=1, peaks=1),
    "onset": lambda: branches.onset(potentials.bimodal(1.0)),
    "onsets": lambda: onsets(potentials.hegselmann_krause(1.0), kappa_max=8.0),
    "ray": lambda: branches.onset(potentials.bimodal(1.0)).rays[0],
    "criterion": lambda: continuous_transition(potentials.noisy_transformer(2)),
    "reduction": lambda: reduce((1,), 6),
    "coefficient": lambda: kappa_coefficient(4),
    "tricritical point": lambda: branches.tricritical_point(potentials.bimodal, (0.4, 0.6)),
    "multi-peak table": lambda: metastable_table(potentials.noisy_transformer, (3.0, 5.0), peaks=2),
    "phase diagram": lambda: branches.phase_diagram(potentials.bimodal, (0.4, 0.6), workers=1),
    "potential": lambda: potentials.harmonics({n: 1.0 / n for n in range(1, 80)}),
    "table": lambda: potentials.from_weights([1.0 / n for n in range(1, 80)], name="a name " * 40),
    "account": lambda: a_diagram().completeness,
    "curves": lambda: branches.curves(potentials.bimodal, 0.45, 0.6, seeds=(0.55,), modes=(1,)),
    "line": lambda: branches.curves(potentials.bimodal, 0.45, 0.6, seeds=(), modes=(1,)).lines[0],
    "pitchfork tricritical": lambda: branches.pitchfork_tricritical_point(potentials.bimodal, (1.5, 1.8)),
    "flow": lambda: branches.flow(potentials.kuramoto(), 3.0, [0.3], 1.0),
    "decay rates": lambda: branches.decay_rates(branches.trace(potentials.kuramoto(), kappa_max=3).at_kappa(2.5)[0]),
    "settings": continuation.Settings,
    "counters": continuation.Counters,
}


@pytest.fixture(scope="module")
def made():
    """Each result, made twice on first use."""
    known = {}

    def make(name):
        if name not in known:
            known[name] = (MAKERS[name](), MAKERS[name]())
        return known[name]

    return make


@pytest.mark.parametrize("name", MAKERS)
def test_a_repr_is_one_short_line(made, name):
    text = repr(made(name)[0])
    assert "\n" not in text
    assert "array(" not in text
    assert len(text) < LONGEST or isinstance(made(name)[0], tuple), text


@pytest.mark.parametrize("name", MAKERS)
def test_what_is_made_twice_is_equal(made, name):
    one, other = made(name)
    if isinstance(one, Record | potentials.Potential):
        assert one == other
        assert hash(one) == hash(other)
        assert len({one, other}) == 1
    else:
        assert same_content(one, other)
    assert one != "something else"


@pytest.mark.parametrize("name", [name for name in MAKERS if name not in ("curves", "line")])  # they hold functions
def test_a_record_survives_pickling(made, name):
    one = made(name)[0]
    if isinstance(one, Record):
        again = pickle.loads(pickle.dumps(one))
        assert again == one
        assert hash(again) == hash(one)


@pytest.mark.parametrize("name", MAKERS)
def test_arrays_are_read_only(made, name):
    for record in [r for r in np.atleast_1d(np.array(made(name)[0], dtype=object)) if isinstance(r, Record)]:
        for field in dataclasses.fields(record):
            value = getattr(record, field.name)
            for array in value if isinstance(value, tuple) else (value,):
                assert not (isinstance(array, np.ndarray) and array.flags.writeable), (name, field.name)


def every_record():
    for package in (continuation, branches):
        for module in pkgutil.walk_packages(package.__path__, package.__name__ + "."):
            if not module.name.endswith("__main__"):
                importlib.import_module(module.name)
    found = [Record]
    for kind in found:
        found += [below for below in kind.__subclasses__() if below not in found]
    return [kind for kind in found[1:] if kind.__module__.split(".")[0] in ("continuation", "branches")]


def test_no_record_goes_its_own_way():
    """A record is a frozen dataclass without generated equality; what it does after it is made, the base does too."""
    kinds = every_record()
    assert len(kinds) >= 30
    for kind in kinds:
        assert dataclasses.is_dataclass(kind), kind
        assert kind.__dataclass_params__.frozen, kind
        assert kind.__eq__ is Record.__eq__, f"{kind}: give @dataclass eq=False"
        assert kind.__hash__ is Record.__hash__, kind
        assert not kind.__dataclass_params__.repr, f"{kind}: give @dataclass repr=False"


def test_public_results_are_records():
    public = [getattr(module, name) for module in (branches, continuation) for name in module.__all__]
    names = ("Counters", "Event", "Piece", "Reduction", "Settings", "SingularPoint")
    plain = {getattr(continuation, name) for name in names}
    for kind in public:
        if isinstance(kind, type) and dataclasses.is_dataclass(kind) and kind not in plain:
            assert issubclass(kind, Record), kind


@dataclasses.dataclass(frozen=True, eq=False, repr=False)
class Sample(Record):
    name: str
    values: np.ndarray
    numbers: dict
    parts: tuple = ()
    note: str = dataclasses.field(default="", compare=False)


FLOATS = st.floats(allow_nan=True, allow_infinity=True)


@given(st.text(max_size=8), st.lists(FLOATS, max_size=6), st.dictionaries(st.text(max_size=3), FLOATS, max_size=3))
def test_content_decides(name, values, numbers):
    def make():
        array = np.array(values, dtype=float)
        return Sample(name, array, dict(numbers), (array.copy(), 1.5))

    one, other = make(), make()
    assert one == other
    assert hash(one) == hash(other)
    assert one == dataclasses.replace(one, note="does not compare")
    assert one != dataclasses.replace(one, values=np.append(one.values, 0.0))
    assert one != dataclasses.replace(one, numbers={**numbers, "one more": 1.0})
    assert one != dataclasses.replace(one, parts=())
    assert len(repr(one)) < LONGEST
    assert "\n" not in repr(one)


@given(st.lists(FLOATS, min_size=1, max_size=6), st.integers(0, 5))
def test_one_changed_number_is_seen(values, where):
    array = np.array(values)
    changed = array.copy()
    k = where % array.size
    changed[k] = 1.0 if np.isnan(array[k]) or np.isinf(array[k]) else np.nextafter(array[k], 0.0) if array[k] else 1.0
    assert Sample("", array, {}) != Sample("", changed, {})


def test_zeros_of_either_sign_are_equal_and_hash_alike():
    plus, minus = (Sample("", np.array([zero]), {}) for zero in (0.0, -0.0))
    assert plus == minus
    assert hash(plus) == hash(minus)


def test_arrays_of_another_type_or_shape_differ():
    base = Sample("", np.zeros(2), {})
    for other in (np.zeros(2, dtype=int), np.zeros(2, dtype=complex), np.zeros((1, 2)), np.zeros((2, 1))):
        assert base != Sample("", other, {})


def test_whoever_gives_an_array_keeps_it():
    mine = np.zeros(3)
    record = Sample("", mine, {}, (mine,))
    mine[0] = 1.0  # still writeable
    with pytest.raises(ValueError, match="read-only"):
        record.values[0] = 2.0
    with pytest.raises(ValueError, match="read-only"):
        record.parts[0][0] = 2.0


def test_equal_only_within_a_class():
    class Other(Sample):
        pass

    assert Sample("", np.zeros(1), {}) != Other("", np.zeros(1), {})


PLAIN = FLOATS | st.text() | st.none() | st.booleans()


@given(st.recursive(PLAIN, lambda inner: st.lists(inner) | st.tuples(inner, inner)))
def test_brief_is_one_line(value):
    text = brief(value)
    assert "\n" not in text
    assert len(text) < 160
