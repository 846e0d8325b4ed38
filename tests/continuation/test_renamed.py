"""An argument that has a new name is taken by its old one for a release, and the caller is told."""

import inspect

import pytest

from branches import potentials, search_states, with_disconnected
from branches.landscapes.barriers import barriers
from continuation.renamed import renamed


@renamed(old="new")
def doubled(new, other=1):
    """Return twice the argument, times another."""
    return 2 * new * other


def test_the_new_name_is_silent(recwarn):
    assert doubled(new=3) == doubled(3) == 6
    assert not recwarn.list


def test_the_old_name_is_taken_and_told_where_it_was_used():
    with pytest.warns(DeprecationWarning, match="'old' is now called 'new'") as told:
        assert doubled(old=3, other=2) == 12
    assert told[0].filename == __file__


def test_both_names_are_refused():
    with pytest.raises(TypeError, match="'old' and 'new' are one argument"):
        doubled(old=1, new=1)
    with pytest.raises(TypeError, match="multiple values"), pytest.warns(DeprecationWarning, match="now called"):
        doubled(1, old=1)


@pytest.mark.parametrize(
    ("function", "old", "new"),
    [
        (search_states, "random_seed", "seed"),
        (search_states, "seeds", "starts"),
        (with_disconnected, "random_seed", "seed"),
        (barriers, "random_seed", "seed"),
    ],
)
def test_the_signature_has_the_new_name_alone(function, old, new):
    parameters = inspect.signature(function).parameters
    assert new in parameters
    assert old not in parameters


def test_a_search_by_old_names_is_the_same_search():
    potential, start = potentials.kuramoto(), [0.8, 0.4]
    now = search_states(potential, 4.0, starts=[start], random_starts=1, seed=5, peaks=1)
    with pytest.warns(DeprecationWarning, match="search_states") as told:
        then = search_states(potential, 4.0, seeds=[start], random_starts=1, random_seed=5, peaks=1)
    assert len(told) == 2
    assert then == now
