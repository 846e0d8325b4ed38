"""``mvcont certify`` and ``mvcont verify``: theorems about a potential, and certificates proved again."""

from collections.abc import Callable
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from branches.cli.arguments import AsJson, takes_potential, whole
from branches.cli.console import print_json, progress_bar, say

if TYPE_CHECKING:
    from branches.potentials.potential import Potential
    from branches.proofs.certificate import Certificate

Progress = Callable[[str, int, int], None]

__all__ = ["certify", "verify"]

Option = typer.Option
NOT_PROVED = 1  # exit code where nothing, or not all, is proved
AT_KAPPA = ("state", "states", "uniform-only", "diagram", "branches")
THEOREMS = ("transition", "onset", "fold", "tricritical", *AT_KAPPA)
REACH = 1.25  # of the branch that is followed to a state or a fold, times its onset


@takes_potential
def certify(
    potential: "Potential",
    *,
    theorem: Annotated[
        str, Option("--theorem", "-t", metavar="|".join(THEOREMS), help="What to prove; the transition by default.")
    ] = "transition",
    kappa: Annotated[
        str | None, Option("--kappa", metavar="DECIMAL", help=f"The coupling, of {', '.join(AT_KAPPA)}.")
    ] = None,
    mode: Annotated[int, whole("--mode", help="Mode n of the onset, transition or branch.")] = 1,
    bracket: Annotated[
        tuple[str, str] | None, Option("--bracket", metavar="A B", help="Values of the parameter, of tricritical.")
    ] = None,
    digits: Annotated[int, whole("--digits", help="Digits of the parameter, of tricritical.")] = 25,
    output: Annotated[Path, Option("--output", "-o", metavar="DIR", help="Folder of the certificate.")] = Path("."),
    as_json: AsJson = False,
) -> int:
    """Prove a theorem, print it in words, write the certificate and its statement in LaTeX.

    A state or fold is one of the branch of a mode; the parameter of the potential varies for tricritical.
    The exit code is 1 where an inequality does not close; the certificate then says which.
    """
    from continuation import writable_folder

    folder = writable_folder(output)
    _complete(theorem, kappa, bracket)
    if theorem == "tricritical":
        found = [(theorem, _tricritical(potential, bracket, mode, digits))]
    else:
        with progress_bar() as progress:
            found = _proved(potential, theorem, str(kappa), mode, progress)
    written = [(certificate, _write(folder, name, certificate)) for name, certificate in found]
    if as_json:
        print_json([certificate.to_dict() | {"file": str(path)} for certificate, path in written])
    else:
        for certificate, path in written:
            say(f"{certificate.verdict.upper()} ({certificate.seconds:.1f} s): {certificate.statement}")
            say(f"  {path}, {path.with_suffix('.tex')}")
    return 0 if written and all(certificate for certificate, _ in written) else NOT_PROVED


def verify(
    files: Annotated[list[Path], typer.Argument(metavar="FILE...", help="Certificates.")], as_json: AsJson = False
) -> int:
    """Prove certificates anew, from the files alone; exit code 1 if one of them fails."""
    from branches.proofs import check

    results = {str(path): check(path) for path in files}
    if as_json:
        print_json({path: vars(result) for path, result in results.items()})
    else:
        for path, result in results.items():
            say(f"{path}: {'True' if result.ok else 'False'}, {result.reason}")
            if result.ok:
                say(f"  {result.statement}")
    return 0 if all(result.ok for result in results.values()) else NOT_PROVED


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
    potential: "Potential", theorem: str, kappa: str, mode: int, progress: "Progress | None"
) -> "list[tuple[str, Certificate]]":
    """Return the certificates that a theorem asks for, with names for their files."""
    from branches import proofs

    def of_cells(done: float, end: float) -> None:
        if progress is not None:
            progress(f"a up to {end:.4f}", round(1000 * done / end), 1000)

    prove: dict[str, Callable[[], Any]] = {
        "transition": lambda: [(theorem, _transition(potential, mode))],
        "onset": lambda: [(f"onset-{mode}", proofs.onset(potential, mode))],
        "fold": lambda: _folds(potential, mode),
        "state": lambda: _states(potential, kappa, mode),
        "states": lambda: [(theorem, proofs.states_at(potential, kappa))],
        "uniform-only": lambda: [(theorem, proofs.uniform_only(potential, kappa))],
        "diagram": lambda: [(theorem, proofs.diagram(potential, kappa, progress=of_cells))],
        "branches": lambda: _of_branches(potential, kappa, progress),
    }
    if progress is not None:
        progress(theorem, 0, 1000)
    return list(prove[theorem]())


def _folds(potential: "Potential", mode: int) -> "list[tuple[str, Certificate]]":
    from branches import proofs
    from branches.diagrams.trace import trace

    branch = trace(potential, mode, kappa_max=REACH * potential.onset_coupling(mode))
    if not branch.folds:
        raise ValueError(f"--mode = {mode} is not allowed: its branch has no fold up to {REACH} times its onset")
    folds = enumerate(branch.folds, 1)
    return [(f"fold-{number}", proofs.fold(potential, point.a, point.kappa)) for number, point in folds]


def _states(potential: "Potential", kappa: str, mode: int) -> "list[tuple[str, Certificate]]":
    from branches import proofs
    from branches.diagrams.trace import trace
    from branches.proofs.potentials import coupling

    at = float(Fraction(coupling(kappa)))
    found = trace(potential, mode, kappa_max=max(REACH * potential.onset_coupling(mode), REACH * at)).at_kappa(at)
    if not found:
        raise ValueError(f"--kappa = {kappa} is not allowed: the branch of mode {mode} has no state there")
    return [(f"state-{number}", proofs.state(potential, state.a, kappa)) for number, state in enumerate(found, 1)]


def _tricritical(
    potential: "Potential", bracket: tuple[str, str] | None, mode: int, digits: int
) -> "Certificate":
    from branches import proofs
    from branches.potentials import by_name

    name, parameters = potential.name, dict(potential.parameters)
    free = [key for key in ("beta", "R", "m", "g2") if key in parameters]
    if not free:
        raise ValueError(f"POTENTIAL = {name} is not allowed: it has no parameter to vary")
    family = lambda value: by_name(name, **{**parameters, free[0]: value})  # noqa: E731
    certificate: Certificate = proofs.tricritical(family, bracket or (), mode, digits)
    return certificate


def _transition(potential: "Potential", mode: int) -> "Certificate":
    from branches.landscapes.coexistence import coexistence

    certificate: Certificate = coexistence(potential, mode, certify=True).certificate
    return certificate


def _of_branches(potential: "Potential", kappa: Any, progress: "Progress | None") -> "list[tuple[str, Certificate]]":
    """Return the certificates of the onsets and special points of the diagram up to a coupling."""
    from branches.diagrams.build import diagram
    from branches.proofs.potentials import coupling

    proofs = diagram(potential, kappa_max=float(Fraction(coupling(kappa)))).certify(progress)
    if proofs.message:
        say(proofs.message)
    return list(zip(proofs.names, proofs.certificates, strict=True))


def _write(folder: Path, name: str, certificate: "Certificate") -> Path:
    from branches.proofs.latex import latex
    from continuation import replacing

    stem = f"{certificate.potential['name']}-{name}".replace(", ", "-").replace(" ", "-")
    with replacing(folder / f"{stem}.tex") as temporary:
        temporary.write_text(latex(certificate), encoding="utf-8")
    return certificate.save(folder / f"{stem}.json")
