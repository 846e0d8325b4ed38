"""The machine a measurement was made on, without names of hosts or paths."""

from __future__ import annotations

import os
import platform
from pathlib import Path


def describe() -> dict[str, str]:
    """Return processor model, number of cores, operating system and Python version."""
    facts = [line.split(":", 1) for line in _lines("/proc/cpuinfo") if ":" in line]
    model = next((value.strip() for key, value in facts if key.strip() == "model name"), platform.machine())
    return {
        "processor": model,
        "cores": str(os.cpu_count()),
        "system": f"{platform.system()} {platform.machine()}",
        "python": platform.python_version(),
    }


def _lines(path: str) -> list[str]:
    file = Path(path)
    return file.read_text().splitlines() if file.exists() else []
