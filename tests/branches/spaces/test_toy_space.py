"""The seam of spaces: a space made up here is traced, counted and drawn, and no other room is told of it."""

from dataclasses import dataclass
from functools import lru_cache

import matplotlib.pyplot as plt
import numpy as np
from helpers import digits
from scipy.special import ive, roots_legendre

import branches
from branches.potentials.tables import Table
from branches.spaces.basis import DenseBasis
from branches.spaces.isotropy import Block, Isotropy
from branches.spaces.space import Space

# ---- the space, in forty lines: states on S² with an axis, by Legendre polynomials -------------------------------


@lru_cache
def legendre(size):
    t, w = roots_legendre(2 * size + 8)
    return DenseBasis(np.polynomial.legendre.legvander(t, size + size // 8).T[1:], np.log(w / 2), size)


@dataclass(frozen=True)
class Axial(Isotropy):
    name, group, twin_name = "axial", "O(2)", "reflection: a_l → (−1)^l a_l"

    def basis(self, size):
        return legendre(size)

    def multiplicity(self, degrees):
        return 2.0 * degrees + 1.0

    def blocks(self, largest):
        return (AxialBlock(self),)

    def leaving_block(self, block):
        return block

    def block_towards(self, other):
        return AxialBlock(self)

    def density(self, a, points):
        k = np.arange(1, a.size + 1)
        return (1 + np.polynomial.legendre.legval(np.cos(points), np.append(0, (2 * k + 1) * a))) / (4 * np.pi)


@dataclass(frozen=True)
class AxialBlock(Block):
    name, copies, order, sector = "axial", (1, 0), 1, "even"
    breaks_to = property(lambda self: self.isotropy)

    def modes(self, largest):
        return np.arange(1, largest + 1)

    def covariance(self, rows, columns, u, field):
        basis = legendre(int(max(rows.max(), columns.max(), u.shape[1])))
        rho = basis.mass * np.exp(basis.synthesis(field))
        return np.array([basis.covariance(one, basis.size)[np.ix_(rows - 1, columns - 1)] for one in rho])

    def rotation(self, degrees, u):
        return None


class Sphere(Space):
    def isotropy(self, n_fold):
        return Axial(n_fold)


@dataclass(frozen=True)
class Tokens(Table):
    """A potential of which the toolkit knows the weights alone, and where it lives."""

    space = Sphere(0)


# ---- what the other rooms make of it ----------------------------------------------------------------------------


def tokens(beta=3.0, size=80):
    """W = −e^{βt}/β: g_l = (2l + 1) i_l(β)/β, i_l the modified spherical Bessel functions."""
    l = np.arange(1, size + 1)
    g = (2 * l + 1) * np.sqrt(np.pi / (2 * beta)) * np.exp(beta) * ive(l + 0.5, beta) / beta
    return Tokens("tokens", tuple(g.tolist()), (0.0,) * size, dimension=3)


def test_a_branch_its_fold_and_its_index():
    potential = tokens()
    assert digits(potential.onset_coupling(1), 1.337619590987) >= 11
    branch = branches.trace(potential, kappa_max=2.0)
    (fold,) = branch.special_points
    assert digits(fold.kappa, 1.20844752878) >= 11
    assert digits(fold.a[0], 0.637903490301) >= 11
    assert branch.status.name == "BOUND"
    assert branch.residual.max() < 1e-12
    assert fold.kind == "fold"
    assert (fold.index_before, fold.index_after) == ((1, 0), (0, 0))
    (state,) = [one for one in branch.at_kappa(potential.onset_coupling(1)) if one.a[0] > 0.1]
    assert digits(state.a[0], 0.864507805075) >= 11
    assert digits(state.free_energy, -0.131937103970) >= 11


def test_a_diagram_and_its_figure():
    found = branches.diagram(tokens(), 2.0)
    assert [node.kind for node in found.nodes if node.kind != "end"] == ["onset", "fold"]
    figure = found.figure()
    assert len(figure.axes) >= 3
    plt.close(figure)


def test_the_density_is_a_probability():
    state = branches.trace(tokens(), kappa_max=2.0).at_kappa(2.0)[0]
    t, w = roots_legendre(200)
    assert abs(2 * np.pi * w @ state.density(np.arccos(t)) - 1.0) < 1e-12
