"""``mvcont certify``: theorems about a potential, with certificates."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from branches.cli.arguments import whole
from branches.cli.codes import DONE, NOT_PROVED
from branches.cli.groups import takes
from branches.cli.output import FOLDER, Output
from branches.cli.potential import POTENTIAL, default_folder
from branches.cli.progress import progress_bar
from branches.cli.screen import SCREEN, Screen
from branches.cli.typed import document

if TYPE_CHECKING:
    from branches.potentials.potential import Potential
    from branches.proofs.certificate import Certificate

__all__ = ["EXAMPLES", "certify"]

Progress = Callable[[str, int, int], None]

EXAMPLES = (
    "certify noisy-transformer --beta 4",
    "certify kuramoto --theorem states --kappa 4",
    "certify noisy-transformer --beta 2 --theorem tricritical --bracket 1 4",
)
Option = typer.Option
AT_KAPPA = ("state", "states", "uniform-only", "diagram", "branches")
THEOREMS = ("transition", "onset", "fold", "tricritical", *AT_KAPPA)
REACH = 1.25  # of the branch that is followed to a state or a fold, times its onset


@takes(POTENTIAL, FOLDER, SCREEN)
def certify(
    potential: Potential,
    output: Output,
    screen: Screen,
    theorem: Annotated[
        str, Option("--theorem", "-t", metavar="|".join(THEOREMS), help="What to prove; the transition by default.")
    ] = "transition",
    kappa: Annotated[
        str | None, Option("--kappa", metavar="DECIMAL", help=f"The coupling, of {', '.join(AT_KAPPA)}.")
    ] = None,
    mode: Annotated[
        int | None, whole("--mode", help="Mode n of onset, transition or branch; by default the first that attracts.")
    ] = None,
    bracket: Annotated[
        tuple[str, str] | None, Option("--bracket", metavar="A B", help="Values of the parameter, of tricritical.")
    ] = None,
    digits: Annotated[int, whole("--digits", help="Digits of the parameter, of tricritical.")] = 25,
) -> int:
    """Prove a theorem; write its certificate and LaTeX.

    A state or fold is one of the branch of a mode; the parameter of the potential varies for tricritical.
    The exit code is 1 where an inequality does not close; the certificate then says which.
    """
    place = output.place(default_folder(potential, "certify"))
    _complete(theorem, kappa, bracket)
    found = _proved(potential, screen, theorem, str(kappa), mode, bracket, digits)
    names = {name: f"{_stem(certificate)}-{name}" for name, certificate in found}
    folder = place.settled("finished", *(f"{stem}.json" for stem in names.values())).made().folder
    written = [(certificate, _write(folder / names[name], certificate)) for name, certificate in found]
    certificates = [certificate.to_dict() | {"file": str(path)} for certificate, path in written]
    screen.show(document("certificates", {"certificates": certificates}))
    for certificate, path in written:
        screen.say(f"{certificate.verdict.upper()} ({certificate.seconds:.1f} s): {certificate.statement}")
        screen.say(f"  {path}, {path.with_suffix('.tex')}")
    return DONE if written and all(certificate for certificate, _ in written) else NOT_PROVED


def _complete(theorem: str, kappa: str | None, bracket: tuple[str, str] | None) -> None:
    """Refuse a theorem whose arguments are missing, or that does not take them."""
    if theorem not in THEOREMS:
        raise ValueError(f"--theorem = {theorem!r} is not allowed: it is one of {', '.join(THEOREMS)}")
    if (theorem in AT_KAPPA) != (kappa is not None):
        needed = "needs" if theorem in AT_KAPPA else "does not take"
        raise ValueError(f"--theorem {theorem} {needed} --kappa: give it with {', '.join(AT_KAPPA)} alone")
    if (theorem == "tricritical") != (bracket is not None):
        raise ValueError("--bracket is needed for --theorem tricritical, and for nothing else: give two values")


def _proved(
    potential: Potential,
    screen: Screen,
    theorem: str,
    kappa: str,
    mode: int | None,
    bracket: tuple[str, str] | None,
    digits: int,
) -> list[tuple[str, Certificate]]:
    """Return the certificates that a theorem asks for, with names for their files."""
    from branches import proofs
    from branches.landscapes.coexistence import first_mode

    n = first_mode(potential) if mode is None else mode
    if theorem == "tricritical":
        return [(theorem, _tricritical(potential, bracket, n, digits))]
    if theorem == "branches":
        return _of_branches(potential, screen, kappa)
    with progress_bar("proving", screen) as progress:

        def of_cells(done: float, end: float) -> None:
            if progress is not None:
                progress(f"a up to {end:.4f}", round(1000 * done / end), 1000)

        prove: dict[str, Callable[[], Any]] = {
            "transition": lambda: [(theorem, _transition(potential, mode))],
            "onset": lambda: [(f"onset-{n}", proofs.onset(potential, n))],
            "fold": lambda: _folds(potential, n),
            "state": lambda: _states(potential, kappa, n),
            "states": lambda: [(theorem, proofs.states_at(potential, kappa))],
            "uniform-only": lambda: [(theorem, proofs.uniform_only(potential, kappa))],
            "diagram": lambda: [(theorem, proofs.diagram(potential, kappa, progress=of_cells))],
        }
        if progress is not None:
            progress(theorem, 0, 1000)
        return list(prove[theorem]())


def _folds(potential: Potential, mode: int) -> list[tuple[str, Certificate]]:
    from branches import proofs
    from branches.diagrams.trace import trace

    branch = trace(potential, mode, kappa_max=REACH * potential.onset_coupling(mode))
    if not branch.folds:
        raise ValueError(f"--mode = {mode} is not allowed: its branch has no fold up to {REACH} times its onset")
    folds = enumerate(branch.folds, 1)
    return [(f"fold-{number}", proofs.fold(potential, point.a, point.kappa)) for number, point in folds]


def _states(potential: Potential, kappa: str, mode: int) -> list[tuple[str, Certificate]]:
    from branches import proofs
    from branches.diagrams.trace import trace
    from branches.proofs.potentials import coupling

    at = float(Fraction(coupling(kappa)))
    found = trace(potential, mode, kappa_max=max(REACH * potential.onset_coupling(mode), REACH * at)).at_kappa(at)
    if not found:
        raise ValueError(f"--kappa = {kappa} is not allowed: the branch of mode {mode} has no state there")
    return [(f"state-{number}", proofs.state(potential, state.a, kappa)) for number, state in enumerate(found, 1)]


def _tricritical(
    potential: Potential, bracket: tuple[str, str] | None, mode: int, digits: int
) -> Certificate:
    from branches import proofs
    from branches.potentials import by_name

    name, parameters = potential.name, dict(potential.parameters)
    free = [key for key in ("beta", "R", "m", "g2") if key in parameters]
    if not free:
        raise ValueError(f"POTENTIAL = {name} is not allowed: it has no parameter to vary")
    family = lambda value: by_name(name, **{**parameters, free[0]: value})  # noqa: E731
    certificate: Certificate = proofs.tricritical(family, bracket or (), mode, digits)
    return certificate


def _transition(potential: Potential, mode: int | None) -> Certificate:
    from branches.landscapes.coexistence import coexistence

    certificate: Certificate = coexistence(potential, mode, certify=True).certificate
    return certificate


def _of_branches(potential: Potential, screen: Screen, kappa: Any) -> list[tuple[str, Certificate]]:
    """Return the certificates of the onsets and special points of the diagram up to a coupling."""
    from branches.diagrams.build import diagram
    from branches.proofs.potentials import coupling

    found = diagram(potential, kappa_max=float(Fraction(coupling(kappa))))
    with progress_bar("proving", screen) as progress:
        proofs = found.certify(progress)
    if proofs.message:
        screen.say(proofs.message)
    return list(zip(proofs.names, proofs.certificates, strict=True))


def _stem(certificate: Certificate) -> str:
    return str(certificate.potential["name"]).replace(", ", "-").replace(" ", "-")


def _write(stem: Path, certificate: Certificate) -> Path:
    from branches.proofs.latex import latex
    from continuation import replacing

    with replacing(f"{stem}.tex") as temporary:
        temporary.write_text(latex(certificate), encoding="utf-8")
    return certificate.save(f"{stem}.json")
