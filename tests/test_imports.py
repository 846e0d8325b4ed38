"""What importing costs and what it must not pull in."""

import subprocess
import sys

HEAVY = ("sympy", "networkx", "matplotlib", "mpmath", "rich", "typer")


def loaded_by(code):
    script = f"{code}\nimport sys\nprint([name for name in {HEAVY!r} if name in sys.modules])"
    return subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True).stdout.strip()


def test_branches_is_light():
    assert loaded_by("import branches") == "[]"


def test_tracing_needs_no_heavy_library():
    code = (
        "import branches\nfrom branches import potentials\n"
        "branches.trace(potentials.noisy_transformer(4), kappa_max=0.8).index"
    )
    assert loaded_by(code) == "[]"


def test_every_public_name_resolves():
    import branches
    import continuation

    for module in (branches, continuation):
        for name in module.__all__:
            assert getattr(module, name) is not None


def test_an_unknown_name_is_told():
    import pytest

    import branches

    with pytest.raises(AttributeError, match=r"has no attribute .bifurcate.; it offers .*diagram"):
        branches.bifurcate  # noqa: B018


def test_the_engine_does_not_know_the_physics():
    assert loaded_by("import continuation, sys\nassert 'branches' not in sys.modules") == "[]"


def test_branches_uses_only_public_names_of_the_engine():
    import ast
    from pathlib import Path

    import branches
    import continuation

    private = []
    for file in Path(branches.__file__).parent.rglob("*.py"):
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if isinstance(node, ast.ImportFrom) and (node.module or "").split(".")[0] == "continuation":
                wanted = [alias.name for alias in node.names]
                if node.module != "continuation" or not set(wanted) <= set(continuation.__all__):
                    private.append(f"{file.name}: from {node.module} import {', '.join(wanted)}")
    assert private == []


def test_steps_is_the_iterator_whatever_was_imported():
    code = (
        "import continuation.stepping.stepper, continuation, branches\n"
        "from continuation.stepping.corrector import correct\nassert callable(continuation.steps)"
    )
    assert loaded_by(code) == "[]"
