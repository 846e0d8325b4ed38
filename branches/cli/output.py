"""Where the files of a command go: nothing is overwritten silently, and nothing partial replaces a whole result."""

from __future__ import annotations

import csv
import itertools
import json
import os
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from branches.cli.groups import Group

if TYPE_CHECKING:
    from matplotlib.figure import Figure

__all__ = ["FILES", "FOLDER", "FORMATS", "Output", "Place"]

Option = typer.Option
FORMATS = ("png", "pdf", "svg")
KNOWN = (*FORMATS, "eps", "pgf")
PARTIAL = {"interrupted", "stopped"}


def _folder(text: str) -> Path:
    """Return the folder that an option names, or refuse an empty name."""
    if not text.strip():
        raise typer.BadParameter("the name of the folder is empty; '.' is this folder")
    return Path(text)


FILES_OPTIONS: dict[str, Any] = {
    "output": Annotated[
        Path | None,
        Option("--output", "-o", metavar="DIR", parser=_folder, help="Folder; named after the result by default."),
    ],
    "force": Annotated[bool, Option("--force", help="Replace an earlier result instead of numbering the folder.")],
    "formats": Annotated[
        str | None, Option("--format", metavar="png,pdf", help=f"Formats of the figure, of {', '.join(KNOWN)}.")
    ],
    "no_figure": Annotated[bool, Option("--no-figure", help="Draw nothing: tables and JSON alone.")],
}


@dataclass(frozen=True)
class Output:
    """What the user asked for: a folder (None: named after the result), whether to replace, formats of the figure."""

    folder: Path | None = None
    force: bool = False
    formats: tuple[str, ...] = FORMATS

    def place(self, default: str, stem: str = "", *more: str) -> Place:
        """Return where the files of a result go; checked before any work, and made when there is something to write.

        Parameters
        ----------
        default
            The folder where none was given.
        stem
            Of the files, such as 'flow'.
        *more
            Other files that the command writes.

        Raises
        ------
        OSError
            If files cannot be written there.
        """
        wanted = self.folder or Path(default)
        names = (f"{stem}.json", f"{stem}.csv", *more) if stem else ()
        place = Place(wanted, wanted, names, stem, self.formats, self.force)
        place = replace(place, folder=place.free(self.force))
        _check_writable(place.folder)
        place.tell()
        return place


@dataclass(frozen=True)
class Place:
    """A folder for the files of one result; `wanted` is the one asked for, `folder` the one that is free."""

    wanted: Path
    folder: Path
    names: tuple[str, ...]
    stem: str
    formats: tuple[str, ...]
    force: bool

    def tell(self) -> None:
        """Say on stderr if the folder is not the one asked for."""
        if self.folder != self.wanted:
            reason = "holds a whole result, which a part does not replace" if self.force else "holds a result already"
            remedy = "" if self.force else " (--force replaces it)"
            note = f"{self.wanted} {reason}: the files go to {self.folder}{remedy}"
            print(f"mvcont: note: {note}", file=sys.stderr)

    def free(self, force: bool) -> Path:
        """Return the folder asked for, or the next one with a number whose result it would not replace.

        Raises
        ------
        OSError
            If the folder has no name that could take a number.
        """
        if force or not self._taken(self.wanted):
            return self.wanted
        if self.wanted.name in ("", ".."):
            raise FileExistsError(
                f"the folder {str(self.wanted)!r} holds a result already ({self._taken(self.wanted)}): choose another "
                "one, or replace it with --force"
            )
        numbered = (self.wanted.with_name(f"{self.wanted.name}-{k}") for k in itertools.count(2))
        return next(folder for folder in numbered if not self._taken(folder))

    def settled(self, status: str, *more: str) -> Place:
        """Return the place for a result that has ended thus, and whose files are more than was known before.

        It is another one where a whole result is in the way of a part, or a result came since the work began.
        """
        place = replace(self, names=(*self.names, *more))
        if not place._taken(place.folder):
            return place
        if place.force and not (status in PARTIAL and _is_whole(place.folder / place.names[0])):
            return place
        place = replace(place, folder=place.free(False))
        place.tell()
        return place

    def made(self) -> Place:
        """Return the place, its folder made."""
        from continuation import writable_folder

        writable_folder(self.folder)
        return self

    def _taken(self, folder: Path) -> str:
        """Return the name of a file of such a result that is in a folder, '' if there is none."""
        return next((name for name in self.names if (folder / name).exists()), "")

    def write(
        self,
        header: Sequence[str],
        rows: Iterable[Sequence[object]],
        document: Mapping[str, Any],
        draw: Callable[[], Figure] | None,
    ) -> dict[str, Path]:
        """Write table, JSON and figure, each at once, and return where they are by their endings; the figure last."""
        from branches.files.plain import plain
        from continuation import replacing

        place = self.settled(str(document.get("status", "finished"))).made()
        files = {kind: place.folder / f"{self.stem}.{kind}" for kind in ("csv", "json")}
        with replacing(files["csv"]) as temporary, temporary.open("w", newline="", encoding="utf-8") as stream:
            writer = csv.writer(stream, lineterminator="\n")
            writer.writerow(header)
            writer.writerows(rows)
        with replacing(files["json"]) as temporary:
            text = json.dumps(plain(document), allow_nan=False, ensure_ascii=False, indent=2)
            temporary.write_text(text + "\n", encoding="utf-8")
        return files | dict(place._drawn(draw))

    def _drawn(self, draw: Callable[[], Figure] | None) -> Iterator[tuple[str, Path]]:
        if draw is None or not self.formats:
            return
        from branches.figures.page import save_page

        page = draw()
        for kind in self.formats:
            yield kind, save_page(page, self.folder / f"{self.stem}.{kind}")


def _check_writable(folder: Path) -> None:
    """Raise an OSError if a folder could not be made or written."""
    there = next(path for path in (folder, *folder.absolute().parents) if path.exists())
    if not there.is_dir():
        raise NotADirectoryError(f"cannot write into the folder {str(folder)!r}: {there} is a file")
    if not os.access(there, os.W_OK):
        raise PermissionError(f"cannot write into the folder {str(folder)!r}: {there} is not writable")


def _is_whole(path: Path) -> bool:
    """Whether a result that is there has ended as it should; one that cannot be read counts as whole."""
    try:
        return json.loads(path.read_text(encoding="utf-8")).get("status") not in PARTIAL
    except (OSError, ValueError, AttributeError):
        return True


def _output(output: Path | None, force: bool, formats: str | None, no_figure: bool) -> Output:
    if formats is not None and no_figure:
        raise ValueError("--no-figure draws nothing: leave it out with --format")
    asked = FORMATS if formats is None else tuple(part.strip().lower().lstrip(".") for part in formats.split(","))
    unknown = [kind for kind in asked if kind not in KNOWN]
    if unknown:
        raise ValueError(f"--format = {formats!r} is not allowed: it is a list of {', '.join(KNOWN)}")
    return Output(output, force, () if no_figure else tuple(dict.fromkeys(asked)))


def _folder_alone(output: Path | None, force: bool) -> Output:
    return Output(output, force, ())


FILES = Group("output", FILES_OPTIONS, _output, {"force": False, "no_figure": False})
FOLDER = Group(
    "output", {key: FILES_OPTIONS[key] for key in ("output", "force")}, _folder_alone, {"force": False}
)
