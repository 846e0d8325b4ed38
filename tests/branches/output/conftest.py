"""Diagrams that the tests of this folder share; nothing changes them."""

import pytest

import branches
from branches import potentials


@pytest.fixture(scope="session")
def transformer():
    """Two branches, one with a fold and bistability."""
    return branches.diagram(potentials.noisy_transformer(4), kappa_max=0.82)


@pytest.fixture(scope="session")
def bimodal():
    """A secondary branch that leaves a twin."""
    return branches.diagram(potentials.bimodal(0.6), kappa_max=4.5)


@pytest.fixture(scope="session")
def uniform_only():
    """No branch at all."""
    return branches.diagram(potentials.kuramoto(), kappa_max=1.0)
