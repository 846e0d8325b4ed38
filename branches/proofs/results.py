"""The certificates that suit a result of the toolkit: a state, a transition, a branch, a diagram."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

from branches.diagrams.diagram import Diagram
from branches.diagrams.records import Branch, SpecialPoint
from branches.landscapes.transitions import Transition
from branches.onsets.classify import Onset
from branches.potentials.potential import Potential
from branches.proofs.certificate import Certificate
from branches.proofs.folds import fold
from branches.proofs.graph import diagram
from branches.proofs.onsets import onset
from branches.proofs.pitchforks import pitchfork
from branches.proofs.potentials import attractive, describe
from branches.proofs.states import state
from branches.proofs.transitions import continuous, sharpened, transition
from branches.spaces.cyclic import Cyclic
from branches.states.state import State
from continuation import writable_folder

__all__ = ["Proofs", "certify"]

Progress = Callable[[str, int, int], None]
Job = tuple[str, Callable[[], Certificate]]


@dataclass(frozen=True, repr=False)
class Proofs:
    """Certificates of one result, certified or undecided.

    Parameters
    ----------
    names : tuple of str
        What each certificate is about, such as 'fold at 0.387069'.
    certificates : tuple of Certificate
    message : str
        What no certificate is about, and why.
    interrupted : bool
        Whether the user stopped it: what was proved till then is here.
    """

    names: tuple[str, ...]
    certificates: tuple[Certificate, ...]
    message: str = ""
    interrupted: bool = False

    @property
    def certified(self) -> bool:
        """Whether every certificate is certified and none is missing."""
        return bool(self.certificates) and all(self.certificates) and not self.interrupted

    def __iter__(self) -> Iterator[Certificate]:
        return iter(self.certificates)

    def __len__(self) -> int:
        return len(self.certificates)

    def __repr__(self) -> str:
        proved = sum(map(bool, self.certificates))
        return f"<Proofs: {proved} of {len(self)} certified{', interrupted' if self.interrupted else ''}>"

    def save(self, folder: str | os.PathLike[str]) -> list[Path]:
        """Write one file a certificate, named after what it is about, and return the paths.

        Raises
        ------
        OSError
            If the folder cannot be written.
        """
        into = writable_folder(folder)
        pairs = zip(self.names, self.certificates, strict=True)
        return [certificate.save(into / f"{name.replace(' ', '-')}.json") for name, certificate in pairs]


def certify(result: Any, progress: Progress | None = None) -> Any:
    """Prove what can be proved of a result.

    Parameters
    ----------
    result : State, Transition, Branch or Diagram
    progress
        Called with what comes next, how many are done, and of how many; for a Branch or Diagram.

    Returns
    -------
    Certificate
        Of a State: it exists, alone, with its index.  Of a Transition: where it is and of which kind.
    Proofs
        Of a Branch: its folds, its pitchforks and its last state.  Of a Diagram: the onsets, the folds and
        pitchforks of all branches, and where all g_n ≥ 0 everything there is up to κ_max.

    Raises
    ------
    TypeError
        If it is none of these.
    ValueError
        If the weights of the potential are not known exactly.

    Notes
    -----
    Where the inequalities do not close, the certificate is undecided and says which one fails.

    Examples
    --------
    >>> import branches
    >>> from branches import potentials
    >>> branch = branches.trace(potentials.bimodal(0.6), kappa_max=2.2)
    >>> proofs = branches.certify(branch)
    >>> proofs, proofs.certificates[0].proved["turn"]
    (<Proofs: 2 of 2 certified>, 'minimum')
    """
    if isinstance(result, State):
        return state(result.potential, result.a, result.kappa)
    if isinstance(result, Transition):
        return _transition(result)
    if isinstance(result, Branch):
        describe(result.potential)
        jobs, missing = _of_branch(result)
        return _run([*jobs, *_last(result)], missing, progress)
    if isinstance(result, Diagram):
        return _run(*_of_diagram(result), progress)
    hint = "; for an Onset use proofs.onset(potential, mode)" if isinstance(result, Onset) else ""
    raise TypeError(f"result = {result!r} is not a State, Transition, Branch or Diagram{hint}")


def _transition(found: Transition) -> Certificate:
    above = found.states[1]
    if found.kind == "continuous":
        return continuous(above.potential, found.mode or None)
    attractive(above.potential)
    return transition(above.potential, *sharpened(above.potential, found.kappa, above.a))


def _of_branch(branch: Branch) -> tuple[list[Job], list[str]]:
    """Return what can be proved of the special points of a branch, and what there is no theorem for."""
    jobs: list[Job] = []
    if isinstance(branch.isotropy, Cyclic):
        return [], ["states without a mirror axis"]
    missing: list[str] = []
    for point in branch.special_points:
        name = f"{point.kind} at {point.kappa:.9g}"
        if point.kind == "fold":
            jobs.append((name, partial(fold, branch.potential, point.a, point.kappa)))
        elif point.kind == "pitchfork" and point.sector == "even" and point.n_fold > 1:
            jobs.append((name, partial(_pitchfork, branch.potential, point)))
        else:
            missing.append(name)
    return jobs, missing


def _pitchfork(potential: Potential, point: SpecialPoint) -> Certificate:
    residue = min(point.residue, point.n_fold - point.residue)
    return pitchfork(potential, point.a, point.kappa, point.n_fold, residue)


def _last(branch: Branch) -> list[Job]:
    if not branch.kappa.size or isinstance(branch.isotropy, Cyclic):
        return []
    kappa = float(branch.kappa[-1])
    return [(f"state at {kappa:.9g}", partial(state, branch.potential, branch.a[-1], kappa))]


def _of_diagram(found: Diagram) -> tuple[list[Job], list[str]]:
    potential = found.potential
    describe(potential)
    jobs: list[Job] = []
    missing: list[str] = []
    even = [branch for branch in found.branches if not isinstance(branch.isotropy, Cyclic)]
    modes = {b.n_fold: b for b in even if b.kappa.size and potential.weight(b.n_fold) > 0}
    for n in sorted(modes):
        jobs.append((f"onset {n}", partial(onset, potential, n)))
    for number, branch in enumerate(found.branches):
        own, without = _of_branch(branch)
        jobs += [(f"branch {number}, {name}", job) for name, job in own]
        missing += [f"branch {number}, {name}" for name in without]
    try:
        attractive(potential)
    except ValueError as error:
        missing.append(f"all states there are ({error})")
    else:
        jobs.append(("all states", partial(diagram, potential, found.kappa_max)))
    return jobs, missing


def _run(jobs: list[Job], missing: list[str], progress: Progress | None) -> Proofs:
    """Return the certificates of all jobs, or of those done when the user interrupts."""
    done: list[tuple[str, Certificate]] = []
    interrupted, missing = False, list(missing)
    for number, (name, job) in enumerate(jobs):
        if progress is not None:
            progress(name, number, len(jobs))
        try:
            done.append((name, job()))
        except ValueError as error:
            missing.append(f"{name} ({error})")
        except KeyboardInterrupt:
            interrupted = True
            break
    message = f"no theorem for: {'; '.join(missing)}" if missing else ""
    names, certificates = zip(*done, strict=True) if done else ((), ())
    return Proofs(tuple(names), tuple(certificates), message, interrupted)
