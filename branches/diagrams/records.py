"""The frozen records of a stationary branch: State, SpecialPoint, Branch."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any, overload

import numpy as np
from numpy.typing import NDArray

import continuation
from branches.diagrams.outlets import Drawn, Exported, Provable
from branches.potentials.potential import Potential
from branches.spaces.isotropy import Isotropy, Symmetric
from branches.states.at_coupling import judged, solve, state_at
from branches.states.energy import free_energy
from branches.states.equations import StateEquations, state_equations
from branches.states.morse_index import MorseIndex, morse_index
from branches.states.selfconsistent import SelfConsistentSystem
from branches.states.stability import Stability, stability_of
from branches.states.state import State
from branches.states.truncation import truncation_note
from continuation import Counters, Record, Status, read_only, shortened

__all__ = ["Branch", "SpecialPoint", "State"]

Array = NDArray[np.float64]


@dataclass(frozen=True, eq=False, repr=False)
class SpecialPoint(Symmetric, Record):
    """A special point of a branch, located to round-off and re-evaluated.

    Parameters
    ----------
    kind
        'fold', 'pitchfork', 'transcritical', 'branch point' (kind undecided), 'reflection-breaking', 'undecided',
        or the name of a user event.
    kappa, a
        Where; a of shape (N,).
    isotropy
        The symmetry class of the state.
    arclength
        Place on the branch.
    residual
        max |a − T(a, κ)|, re-evaluated.
    bracket
        Arclengths between which the event was first seen.
    coefficients
        The numbers that decided the kind.
    sector, residue, breaks_to
        The isotropy type that becomes neutral; on the circle 'even' or 'odd', modes ≡ ±residue modulo n. The branches
        that leave have the n-fold symmetry of ``breaks_to``.
    index_before, index_after
        Morse index (even, odd) on the two sides.
    undecided_before, undecided_after
        Eigenvalues there that are zero within their error.
    twin
        The rotation that gives the same point on the twin branch (the same orbit, reported once).
    error
        Bound, to first order, of its distance from the exact branch: where along the branch it lies has the error
        that ``coefficients`` tell.
    """

    kind: str
    kappa: float
    a: Array
    isotropy: Isotropy
    arclength: float
    residual: float
    bracket: tuple[float, float]
    coefficients: Mapping[str, float] = field(default_factory=dict)
    sector: str = "even"
    residue: int = 0
    breaks_to: int = 0
    index_before: tuple[int, int] | None = None
    index_after: tuple[int, int] | None = None
    undecided_before: int = 0
    undecided_after: int = 0
    twin: str = ""
    error: float = float("nan")


@dataclass(frozen=True, eq=False, repr=False)
class Branch(Exported, Drawn, Provable, Symmetric, Record):
    """A branch of stationary states of one symmetry class, in the order of its arclength.

    Parameters
    ----------
    potential
        The interaction.
    isotropy
        The class: on the circle, of even states of period 2π/n.
    curve
        The followed curve of the unknowns of the class, a_n, a_2n, …
    origin
        Where it starts, in words.
    adaptive
        Whether the truncation followed the state.

    Notes
    -----
    ``index``, ``free_energy`` and ``special_points`` are computed on first use. Each branch stands for its whole
    symmetry orbit; :attr:`twin` names another member in its class.

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
    isotropy: Isotropy
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
        """Moments a_1 … a_N, shape (P, N)."""
        return read_only(self.isotropy.expanded(self.curve.u))

    @property
    def c(self) -> NDArray[np.complex128]:
        """On the circle, E[e^{−inθ}] for n = 1, 2, …, a row a point: real for even states."""
        return self.isotropy.complex_moments(self.a)

    @cached_property
    def residual(self) -> Array:
        """Max |a − T(a, κ)| at each point, shape (P,), whatever equations the branch was followed with."""
        system = SelfConsistentSystem(self.potential, self.isotropy, max(1, self.curve.u.shape[1]))
        residual: Array = np.max(np.abs(system.residuals(self.curve.u, self.kappa)), axis=1, initial=0.0)
        return read_only(residual)

    @cached_property
    def error(self) -> Array:
        """Bound, to first order, of the distance of each point from the exact branch, shape (P,)."""
        return read_only(np.array([self._judged(u[:size], kappa, s)[1] for u, size, kappa, s in self._points()]))

    def _points(self) -> Iterator[tuple[Array, int, float, float]]:
        return zip(self.curve.u, self.curve.sizes.tolist(), self.kappa.tolist(), self.arclength.tolist(), strict=True)

    def _judged(self, u: Array, kappa: float, s: float) -> tuple[float, float]:
        """Return residual and error of a point of the branch, which is fixed across its tangent."""
        tangent = self.curve.tangent(s)
        row = np.append(self.system(u.size).transfer(tangent[:-1], u.size), tangent[-1])
        return judged(self.potential, self.isotropy, u, kappa, row)

    @property
    def n_modes(self) -> NDArray[np.int64]:
        """Largest mode of the truncation used at each point, shape (P,)."""
        largest: NDArray[np.int64] = self.isotropy.largest_degree(self.curve.sizes)
        return largest

    @property
    def status(self) -> Status:
        """How the branch ended."""
        return self.curve.status

    @property
    def message(self) -> str:
        """What was noticed."""
        noticed = self.curve.message.replace("p = ", "κ = ")
        return "; ".join(part for part in (noticed, self.truncation) if part)

    @cached_property
    def truncation(self) -> str:
        """What a fixed truncation leaves out where that is more than the tolerance of a point; '' if nothing."""
        if self.adaptive or not self.kappa.size:
            return ""
        return truncation_note(self.system(self.curve.u.shape[1]), self.curve.u, self.kappa)

    def __repr__(self) -> str:
        named = f"<Branch {shortened(self.potential.label)}: {shortened(self.origin)}"
        if not self.kappa.size:
            return f"{named}, empty, {self.status.name}>"
        return (
            f"{named}, {self.isotropy.name}, {self.kappa.size} points, "
            f"κ from {self.kappa[0]:.6g} to {self.kappa[-1]:.6g}, {self.status.name}>"
        )

    @property
    def counters(self) -> Counters:
        """Operations spent on following it."""
        return self.curve.counters

    @property
    def weights(self) -> Array:
        """The weights g_n, g_2n, … that the unknowns see, shape (N/n,)."""
        return self.isotropy.weights(self.potential, self.curve.u.shape[1])

    @cached_property
    def free_energy(self) -> Array:
        """Free energy F, 0 at the uniform state, shape (P,)."""
        return read_only(free_energy(self.potential, self.isotropy, self.curve.u, self.kappa))

    @cached_property
    def morse(self) -> MorseIndex:
        """Morse index of every point, with the undecided eigenvalues."""
        return morse_index(self.potential, self.isotropy, self.curve.u, self.kappa)

    @property
    def index(self) -> NDArray[np.int64]:
        """Morse index within and beside the functions of its kind: on the circle even and odd, shape (P, 2)."""
        return np.column_stack([self.morse.even, self.morse.odd])

    @property
    def stability(self) -> tuple[Stability, ...]:
        """For each point: stable, unstable or not decided."""
        counts = zip(*(count.tolist() for count in vars(self.morse).values()), strict=True)
        return tuple(stability_of((even, odd), undecided) for even, odd, undecided in counts)

    @property
    def stable(self) -> NDArray[np.bool_]:
        """Whether no direction is unstable and none undecided, shape (P,)."""
        return np.array([each is Stability.STABLE for each in self.stability], dtype=bool)

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
        return self.special_point(
            found.kind, found.u, found.p, found.arclength, found.bracket, coefficients=found.coefficients
        )

    def special_point(
        self,
        kind: str,
        u: Array,
        kappa: float,
        arclength: float,
        bracket: tuple[float, float],
        **what: Any,
    ) -> SpecialPoint:
        """Return the record of a point of this branch, judged by a − T(a, κ)."""
        residual, error = self._judged(u, kappa, arclength)
        return SpecialPoint(
            kind=kind,
            kappa=kappa,
            a=self.isotropy.expanded(u),
            isotropy=self.isotropy,
            arclength=arclength,
            residual=residual,
            bracket=bracket,
            breaks_to=what.pop("breaks_to", self.n_fold),
            sector=what.pop("sector", self.isotropy.own_sector),
            twin=self.twin,
            error=error,
            **what,
        )

    @property
    def twin(self) -> str:
        """The motion that gives the twin branch, the same solution and not traced; '' if there is none."""
        return self.isotropy.twin_name

    def __len__(self) -> int:
        return self.kappa.size

    def __iter__(self) -> Iterator[State]:
        """Go through the states at the computed points."""
        return (self[k] for k in range(len(self)))

    def __getitem__(self, k: int) -> State:
        """Return the state at a computed point."""
        return State(
            potential=self.potential,
            kappa=float(self.kappa[k]),
            a=self.a[k, : self.n_modes[k]],
            isotropy=self.isotropy,
            residual=float(self.residual[k]),
            free_energy=float(self.free_energy[k]),
            index=(int(self.morse.even[k]), int(self.morse.odd[k])),
            undecided=int(self.morse.undecided[k]),
            error=float(self.error[k]),
        )

    @overload
    def at(self, s: float) -> State: ...

    @overload
    def at(self, s: Sequence[float] | Array) -> tuple[State, ...]: ...

    def at(self, s: float | Sequence[float] | Array) -> State | tuple[State, ...]:
        """Return the state at arclength s; of an array of arclengths, the states.

        Raises
        ------
        ValueError
            If s is outside the branch.
        """
        if np.ndim(s):
            return tuple(self.at(float(each)) for each in np.ravel(s))
        place = float(np.asarray(s))
        u, kappa = self.curve.at(place)
        return self._state(u, kappa, place)

    def at_kappa(self, kappa: float) -> list[State]:
        """Return the states of the branch at a coupling, in the order of arclength; empty if there is none.

        Each is corrected by Newton's iteration at fixed κ.

        Raises
        ------
        ValueError
            If kappa is not one finite number.
        """
        return [state_at(self.potential, self.isotropy, u, kappa) for u in self._crossings(kappa)]

    def moments_at(self, kappa: float) -> list[Array]:
        """Return the moments a_1 … of the states of :meth:`at_kappa` alone, which costs less than their index.

        Raises
        ------
        ValueError
            If kappa is not one finite number.
        """
        found = [solve(self.potential, self.isotropy, u, kappa) for u in self._crossings(kappa)]
        return [self.isotropy.expanded(one.u) for one in found]

    def _crossings(self, kappa: float) -> Iterator[Array]:
        if np.ndim(kappa) or not np.isfinite(kappa):
            raise ValueError(f"kappa = {kappa!r} is not allowed: give one finite coupling")
        for s in self.curve.crossings(kappa):
            yield self.curve.at(min(max(s, 0.0), float(self.arclength[-1])))[0]

    def system(self, size: int) -> StateEquations:
        """Return the equations of this branch with a given number of unknowns."""
        return state_equations(self.potential, self.isotropy, size, kappa_scale=self.curve.parameter_scale)

    def _state(self, u: Array, kappa: float, s: float) -> State:
        couplings = np.array([kappa])
        index = morse_index(self.potential, self.isotropy, u[None], couplings)
        residual, error = self._judged(u, kappa, s)
        return State(
            potential=self.potential,
            kappa=kappa,
            a=self.isotropy.expanded(u),
            isotropy=self.isotropy,
            residual=residual,
            free_energy=float(free_energy(self.potential, self.isotropy, u[None], couplings)[0]),
            index=(int(index.even[0]), int(index.odd[0])),
            undecided=int(index.undecided[0]),
            error=error,
        )
