"""``mvcont certify``: theorems about a potential, with certificates."""

from __future__ import annotations

from collections.abc import Callable
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

EXAMPLES = ("certify noisy-transformer --beta 4", "certify kuramoto --theorem states --kappa 4")
Option = typer.Option
AT_KAPPA = ("uniform-only", "states", "diagram", "branches")
THEOREMS = ("transition", "onset", *AT_KAPPA)


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
        int | None, whole("--mode", help="Mode n of the onset or transition; by default the first that attracts.")
    ] = None,
) -> int:
    """Prove a theorem; write its certificate and LaTeX.

    The exit code is 1 where an inequality does not close; the certificate then says which.
    """
    place = output.place(default_folder(potential, "certify"))
    found = _proved(potential, screen, theorem, kappa, mode)
    names = {name: f"{_stem(certificate)}-{name}" for name, certificate in found}
    folder = place.settled("finished", *(f"{stem}.json" for stem in names.values())).made().folder
    written = [(certificate, _write(folder / names[name], certificate)) for name, certificate in found]
    certificates = [certificate.to_dict() | {"file": str(path)} for certificate, path in written]
    screen.show(document("certificates", {"certificates": certificates}))
    for certificate, path in written:
        screen.say(f"{certificate.verdict.upper()} ({certificate.seconds:.1f} s): {certificate.statement}")
        screen.say(f"  {path}, {path.with_suffix('.tex')}")
    return DONE if written and all(certificate for certificate, _ in written) else NOT_PROVED


def _proved(
    potential: Potential, screen: Screen, theorem: str, kappa: str | None, mode: int | None
) -> list[tuple[str, Certificate]]:
    """Return the certificates that a theorem asks for, with names for their files."""
    from branches import proofs

    if theorem not in THEOREMS:
        raise ValueError(f"--theorem = {theorem!r} is not allowed: it is one of {', '.join(THEOREMS)}")
    if (theorem in AT_KAPPA) != (kappa is not None):
        needed = "needs" if theorem in AT_KAPPA else "does not take"
        raise ValueError(f"--theorem {theorem} {needed} --kappa: give it with {', '.join(AT_KAPPA)} alone")
    if theorem == "transition":
        return [(theorem, _transition(potential, mode))]
    if theorem == "onset":
        from branches.landscapes.coexistence import first_mode

        mode = first_mode(potential) if mode is None else mode
        return [(f"onset-{mode}", proofs.onset(potential, mode))]
    if theorem == "branches":
        return _of_branches(potential, screen, kappa)
    prove: Callable[..., Certificate] = {
        "uniform-only": proofs.uniform_only, "states": proofs.states_at, "diagram": proofs.diagram,
    }[theorem]  # fmt: skip
    return [(theorem, prove(potential, kappa))]


def _transition(potential: Potential, mode: int | None) -> Certificate:
    from branches.landscapes.coexistence import coexistence

    certificate: Certificate = coexistence(potential, mode, certify=True).certificate
    return certificate


def _of_branches(potential: Potential, screen: Screen, kappa: Any) -> list[tuple[str, Certificate]]:
    """Return the certificates of the onsets and special points of the diagram up to a coupling."""
    from branches.diagrams.build import diagram
    from branches.proofs.potentials import coupling

    found = diagram(potential, kappa_max=float(coupling(kappa)))
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
