"""``mvcont certify`` and ``mvcont verify``: theorems about a potential, and certificates proved again."""

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from branches.cli.arguments import AsJson, takes_potential, whole
from branches.cli.console import print_json, progress_bar, say

if TYPE_CHECKING:
    from branches.potentials.potential import Potential
    from branches.proofs.certificate import Certificate

__all__ = ["certify", "verify"]

Option = typer.Option
NOT_PROVED = 1  # exit code where nothing, or not all, is proved
AT_KAPPA = ("uniform-only", "states", "diagram", "branches")
THEOREMS = ("transition", "onset", *AT_KAPPA)


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
    mode: Annotated[int, whole("--mode", help="Mode n of the onset or transition.")] = 1,
    output: Annotated[Path, Option("--output", "-o", metavar="DIR", help="Folder of the certificate.")] = Path("."),
    as_json: AsJson = False,
) -> int:
    """Prove a theorem, print it in words, write the certificate and its statement in LaTeX.

    The exit code is 1 where an inequality does not close; the certificate then says which.
    """
    from continuation import writable_folder

    folder = writable_folder(output)
    found = _proved(potential, theorem, kappa, mode)
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


def _proved(potential: "Potential", theorem: str, kappa: str | None, mode: int) -> "list[tuple[str, Certificate]]":
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
        return [(f"onset-{mode}", proofs.onset(potential, mode))]
    if theorem == "branches":
        return _of_branches(potential, kappa)
    prove: Callable[..., Certificate] = {
        "uniform-only": proofs.uniform_only, "states": proofs.states_at, "diagram": proofs.diagram,
    }[theorem]  # fmt: skip
    return [(theorem, prove(potential, kappa))]


def _transition(potential: "Potential", mode: int) -> "Certificate":
    from branches.landscapes.coexistence import coexistence

    certificate: Certificate = coexistence(potential, mode, certify=True).certificate
    return certificate


def _of_branches(potential: "Potential", kappa: Any) -> "list[tuple[str, Certificate]]":
    """Return the certificates of the onsets and special points of the diagram up to a coupling."""
    from branches.diagrams.build import diagram
    from branches.proofs.potentials import coupling

    found = diagram(potential, kappa_max=float(coupling(kappa)))
    with progress_bar() as progress:
        proofs = found.certify(progress)
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
