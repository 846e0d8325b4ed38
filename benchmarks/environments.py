"""One virtual environment a tool, built on first use; a tool that does not install says why in one line."""

from __future__ import annotations

import hashlib
import json
import shutil
import subprocess
import sys
from pathlib import Path

__all__ = ["OURS", "NotInstalled", "interpreter", "versions"]

OURS = ("ours", "adaptive", "plain")
COMPILERS = {"bifpy": "gfortran"}  # what an installation needs beside pip
PATIENCE = 900.0  # seconds for one installation


class NotInstalled(Exception):
    """The tool did not install; the text is one line of its own reason."""


def interpreter(tool: str, package: str, root: Path, source: Path) -> Path:
    """Return the Python of the tool's environment, which is built if it is not there yet.

    The toolkit itself is installed afresh at every run, as a copy: what is measured cannot change on the way.
    """
    home = root / ("ours" if tool in OURS else tool)
    python = home / "bin" / "python"
    done = home / "installed"
    if tool in OURS:
        wanted, stamp = f"{source}[fast]", _fingerprint(source)
    else:
        wanted, stamp = package, package
    if done.exists() and done.read_text() == stamp:
        return python
    missing = COMPILERS.get(tool)
    if missing and not shutil.which(missing):
        raise NotInstalled(f"needs {missing}, which is not on this machine")
    print(f"installing {tool}", flush=True)
    _run([sys.executable, "-m", "venv", str(home)])
    _run([str(python), "-m", "pip", "install", "--quiet", "--upgrade", wanted])
    done.write_text(stamp)
    return python


def versions(python: Path, packages: list[str]) -> dict[str, str]:
    """Return the installed versions of those packages that are there."""
    code = (
        "import json, importlib.metadata as metadata\n"
        "print(json.dumps({found.name: found.version for found in metadata.distributions()}))"
    )
    answer = subprocess.run([str(python), "-c", code], capture_output=True, text=True, check=True)
    installed: dict[str, str] = json.loads(answer.stdout)
    return {name: installed[name] for name in packages if name in installed}


def _run(command: list[str]) -> None:
    try:
        outcome = subprocess.run(command, capture_output=True, text=True, timeout=PATIENCE, check=False)
    except subprocess.TimeoutExpired:
        raise NotInstalled(f"not installed after {PATIENCE:.0f} s") from None
    if outcome.returncode:
        lines = [line.strip() for line in outcome.stderr.splitlines()]
        errors = [line for line in lines if line.lower().startswith("error")] or lines[-1:] or ["no message"]
        raise NotInstalled(errors[-1][:200])


def _fingerprint(source: Path) -> str:
    """Return what identifies the sources to install."""
    digest = hashlib.sha256()
    for folder in ("continuation", "branches"):
        for path in sorted((source / folder).rglob("*")):
            if path.suffix in (".py", ".json"):
                digest.update(path.read_bytes())
    return digest.hexdigest()
