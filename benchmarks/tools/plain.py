"""This toolkit without its extra ``fast``: NumPy alone, numba switched off."""

from __future__ import annotations

import os

os.environ["NUMBA_DISABLE_JIT"] = "1"  # read when the first loop is asked for

from tools.ours import collect, prepare

PACKAGE = ""
GIVEN = "as ours, but without numba, as installed without the extra fast"

__all__ = ["GIVEN", "PACKAGE", "collect", "prepare"]
