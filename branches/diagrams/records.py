"""The frozen records of a stationary branch: State, SpecialPoint, Branch."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

import continuation
from branches.model.energy import density, free_energy
from branches.model.potential import Potential
from branches.model.quadratic import QuadraticSystem
from branches.model.stability import MorseIndex, morse_index
from branches.model.symmetry import expanded
from continuation import Counters, Status
from continuation.corrector import correct, residual_norm

if TYPE_CHECKING:
    from branches.proofs.results import Proofs

__all__ = ["Branch", "SpecialPoint", "State", "twin_name"]

Array = NDArray[np.float64]


def twin_name(period: int) -> str:
    """Say which rotation maps an even state of period 2π/n to its even twin."""
    angle = "π" if period == 1 else f"π/{period}"
    sign = "a_k → (−1)^k a_k" if period == 1 else f"a_{period}k → (−1)^k a_{period}k"
    return f"rotation by {angle}: {sign}"


@dataclass(frozen=True)
class State:
    """One even stationary state.

    Parameters
    ----------
    potential, kappa
        The model.
    a
        Cosine moments a_1 … a_N, shape (N,).
    period
        n: the state has period 2π/n.
    residual
        Max-norm of F, re-evaluated.
    free_energy
        F, 0 at the uniform state.
    index
        Morse index (even, odd).
    undecided
        Eigenvalues that are zero within their error; with any, stability is not decided.
    """

    potential: Potential
    kappa: float
    a: Array
    period: int
    residual: float
    free_energy: float
    index: tuple[int, int]
    undecided: int

    @property
    def stable(self) -> bool:
        """Whether no direction is unstable and none undecided."""
        return self.index == (0, 0) and self.undecided == 0

    def __repr__(self) -> str:
        return (
            f"<State of {self.potential.label} at κ = {self.kappa:.12g}: period 2π/{self.period or 1}, "
            f"F = {self.free_energy:.6g}, index {self.index}, residual {self.residual:.1e}>"
        )

    def density(self, theta: Array) -> Array:
        """Return ρ(θ), shape of theta."""
        return density(self.a, np.asarray(theta, dtype=float))


@dataclass(frozen=True)
class SpecialPoint:
    """A special point of a branch, located to round-off and re-evaluated.

    Parameters
    ----------
    kind
        'fold', 'pitchfork', 'transcritical', 'branch point' (kind undecided), 'reflection-breaking', 'undecided',
        or the name of a user event.
    kappa, a
        Where; a of shape (N,).
    period
        n: the state has period 2π/n.
    arclength
        Place on the branch.
    residual
        Max-norm of F.
    bracket
        Arclengths between which the event was first seen.
    coefficients
        The numbers that decided the kind.
    sector, residue, breaks_to
        The isotropy type that becomes neutral: 'even' or 'odd', modes ≡ ±residue modulo n; the branches that leave
        have period 2π/breaks_to.
    index_before, index_after
        Morse index (even, odd) on the two sides.
    twin
        The rotation that gives the same point on the twin branch (the same orbit, reported once).
    """

    kind: str
    kappa: float
    a: Array
    period: int
    arclength: float
    residual: float
    bracket: tuple[float, float]
    coefficients: Mapping[str, float] = field(default_factory=dict)
    sector: str = "even"
    residue: int = 0
    breaks_to: int = 0
    index_before: tuple[int, int] | None = None
    index_after: tuple[int, int] | None = None
    twin: str = ""


@dataclass(frozen=True)
class Branch:
    """A branch of even stationary states of period 2π/n, in the order of its arclength.

    Parameters
    ----------
    potential
        The interaction.
    period
        n.
    curve
        The followed curve of the reduced unknowns a_n, a_2n, …
    origin
        Where it starts, in words.
    adaptive
        Whether the truncation followed the state.

    Notes
    -----
    ``index``, ``free_energy`` and ``special_points`` are computed on first use. Each branch stands for its whole
    symmetry orbit; :attr:`twin` names the even twin.

    Examples
    --------
    >>> import branches
    >>> from branches import potentials
    >>> branch = branches.trace(potentials.kuramoto(), kappa_max=4)
    >>> f"{branch.kappa[-1]:.1f} {branch.a[-1, 0]:.12f} {branch.free_energy[-1]:.12f}"
    '4.0 0.831462024754 -0.470215442331'
    >>> bool(branch.stable[1:].all())
    True
    """

    potential: Potential
    period: int
    curve: continuation.Branch
    origin: str
    adaptive: bool = True

    @property
    def kappa(self) -> Array:
        """Couplings, shape (P,)."""
        return self.curve.p

    @property
    def arclength(self) -> Array:
        """Arclength, shape (P,), κ in units of the onset coupling."""
        return self.curve.arclength

    @cached_property
    def a(self) -> Array:
        """Cosine moments a_1 … a_N, shape (P, N)."""
        return expanded(self.curve.u, self.period)

    @property
    def residual(self) -> Array:
        """Max-norm of F, re-evaluated at each point, shape (P,)."""
        return self.curve.residual

    @property
    def n_modes(self) -> NDArray[np.int64]:
        """Largest mode of the truncation used at each point, shape (P,)."""
        return self.curve.sizes * self.period

    @property
    def status(self) -> Status:
        """How the branch ended."""
        return self.curve.status

    @property
    def message(self) -> str:
        """What was noticed."""
        return self.curve.message.replace("p = ", "κ = ")

    def __repr__(self) -> str:
        if not self.kappa.size:
            return f"<Branch {self.potential.label}: {self.origin}, empty, {self.status.name}>"
        return (
            f"<Branch {self.potential.label}: {self.origin}, period 2π/{self.period}, {self.kappa.size} points, "
            f"κ from {self.kappa[0]:.6g} to {self.kappa[-1]:.6g}, {self.status.name}>"
        )

    @property
    def counters(self) -> Counters:
        """Operations spent on following it."""
        return self.curve.counters

    @property
    def weights(self) -> Array:
        """The weights g_n, g_2n, … that the reduced unknowns see, shape (N/n,)."""
        size = self.curve.u.shape[1]
        return self.potential.weights(size * self.period)[self.period - 1 :: self.period]

    @cached_property
    def free_energy(self) -> Array:
        """Free energy F, 0 at the uniform state, shape (P,)."""
        return free_energy(self.weights, self.curve.u, self.kappa)

    @cached_property
    def morse(self) -> MorseIndex:
        """Morse index of every point, with the undecided eigenvalues."""
        return morse_index(self.potential, self.period, self.curve.u, self.kappa)

    @property
    def index(self) -> NDArray[np.int64]:
        """Morse index in the even and the odd sector, shape (P, 2)."""
        return np.column_stack([self.morse.even, self.morse.odd])

    @property
    def stable(self) -> NDArray[np.bool_]:
        """Whether no direction is unstable and none undecided, shape (P,)."""
        stable: NDArray[np.bool_] = (self.morse.even + self.morse.odd + self.morse.undecided) == 0
        return stable

    @cached_property
    def special_points(self) -> tuple[SpecialPoint, ...]:
        """Folds, branch points by isotropy block, and user events, in the order of arclength."""
        from branches.diagrams.secondary import special_points

        return special_points(self)

    @cached_property
    def folds(self) -> tuple[SpecialPoint, ...]:
        """The folds alone; no stability is computed for them."""
        return tuple(self.point(found) for found in self.curve.folds)

    def unexamined(self) -> Branch:
        """Return the branch as an interrupt leaves it: its folds alone, its index not computed (−1, undecided)."""
        branch = replace(self)
        unknown = np.full(self.kappa.size, -1)
        vars(branch)["special_points"] = branch.folds
        vars(branch)["morse"] = MorseIndex(unknown, unknown, np.ones_like(unknown))
        return branch

    def point(self, found: continuation.SpecialPoint) -> SpecialPoint:
        """Return the record of a special point of the curve in this model's terms."""
        return SpecialPoint(
            kind=found.kind,
            kappa=found.p,
            a=expanded(found.u, self.period),
            period=self.period,
            arclength=found.arclength,
            residual=found.residual,
            bracket=found.bracket,
            coefficients=found.coefficients,
            breaks_to=self.period,
            twin=twin_name(self.period),
        )

    def certify(self, progress: Callable[[str, int, int], None] | None = None) -> Proofs:
        """Prove its folds, its pitchforks and its last state, as :func:`branches.certify` does.

        Raises
        ------
        ImportError
            If python-flint is missing; the message names the extra.
        ValueError
            If the weights of the potential are not known exactly.
        """
        from branches.proofs import certify

        proofs: Proofs = certify(self, progress)
        return proofs

    @property
    def twin(self) -> str:
        """The rotation that gives the twin branch, which is the same solution and is not traced."""
        return twin_name(self.period)

    def at(self, s: float) -> State:
        """Return the state at arclength s.

        Raises
        ------
        ValueError
            If s is outside the branch.
        """
        u, kappa = self.curve.at(s)
        return self._state(u, kappa)

    def at_kappa(self, kappa: float) -> list[State]:
        """Return the states of the branch at a coupling, in the order of arclength; empty if there is none.

        Each is corrected by Newton's iteration at fixed κ.

        Raises
        ------
        ValueError
            If kappa is not one finite number.
        """
        if np.ndim(kappa) or not np.isfinite(kappa):
            raise ValueError(f"kappa = {kappa!r} is not allowed: give one finite coupling")
        states = []
        for s in self.curve.crossings(kappa):
            u, _ = self.curve.at(min(max(s, 0.0), float(self.arclength[-1])))
            x = np.append(u, kappa / self.curve.parameter_scale)
            row = np.zeros(x.size)
            row[-1] = 1.0
            corrected = correct(self.system(u.size).suited_to(u, kappa), x, row, 1e-15)
            states.append(self._state((corrected.x if corrected.converged else x)[:-1], kappa))
        return states

    def system(self, size: int) -> QuadraticSystem:
        """Return the quadratic system of this branch with a given number of unknowns."""
        return QuadraticSystem(self.potential, self.period, size, kappa_scale=self.curve.parameter_scale)

    def _state(self, u: Array, kappa: float) -> State:
        couplings = np.array([kappa])
        system = self.system(u.size)
        index = morse_index(self.potential, self.period, u[None], couplings)
        return State(
            potential=self.potential,
            kappa=kappa,
            a=expanded(u, self.period),
            period=self.period,
            residual=residual_norm(system, np.append(u, kappa / system.parameter_scale)),
            free_energy=float(free_energy(system.g, u[None], couplings)[0]),
            index=(int(index.even[0]), int(index.odd[0])),
            undecided=int(index.undecided[0]),
        )
