"""What is said twice about the distribution is said alike: recipe, workflow, metadata."""

import re
import tomllib
from pathlib import Path

import pytest

import branches

ROOT = Path(branches.__file__).parents[1]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
CONDA = {"matplotlib": "matplotlib-base"}  # names that differ there


@pytest.fixture
def recipe():
    return (ROOT / ".conda" / "recipe.yaml").read_text(encoding="utf-8")


def test_the_recipe_has_the_version_and_the_requirements_of_the_project(recipe):
    assert f'version: "{branches.__version__}"' in recipe
    run = recipe[recipe.index("  run:") : recipe.index("tests:")]
    wanted = {f"python {PROJECT['requires-python']}"}
    for requirement in PROJECT["dependencies"]:
        name, _, version = requirement.partition(">=")
        wanted.add(f"{CONDA.get(name, name)} >={version}")
    assert set(re.findall(r"- (.+)", run)) == wanted
    ((command, entry),) = PROJECT["scripts"].items()
    assert f"{command} = {entry}" in recipe


def test_the_workflow_runs_the_same_script_on_every_supported_python():
    workflow = (ROOT / ".github" / "workflows" / "test.yml").read_text(encoding="utf-8")
    supported = [line.rpartition(" ")[2] for line in PROJECT["classifiers"] if re.search(r":: 3\.\d+$", line)]
    assert re.search(r"python: \[(.*)\]", workflow)[1] == ", ".join(f'"{version}"' for version in supported)
    for script in set(re.findall(r"bash (\S+)", workflow)):
        assert (ROOT / script).stat().st_mode & 0o111


def test_the_packages_say_that_they_are_typed():
    for package in ("branches", "continuation"):
        assert (ROOT / package / "py.typed").exists()
    assert "Typing :: Typed" in PROJECT["classifiers"]


def test_type_checkers_see_every_public_name():
    text = (ROOT / "branches" / "__init__.py").read_text(encoding="utf-8")
    block = text[text.index("if TYPE_CHECKING") : text.index("__version__")]
    seen = {name: home for home, name, _ in re.findall(r"from (\S+) import (\w+) as (\w+)", block)}
    modules = {name: f"{home}.{name}" if home == "branches" else home for name, home in seen.items()}
    assert modules == branches._HOMES
