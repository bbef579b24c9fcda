"""environment.yml (conda), apt.txt and postBuild (Binder) say the same as pyproject.toml."""

from __future__ import annotations

import os
import re
import tomllib
from pathlib import Path
from typing import Any

import pytest
import yaml
from packaging.requirements import Requirement
from packaging.specifiers import SpecifierSet
from packaging.utils import canonicalize_name

from tests.peers import PEERS

ROOT = Path(__file__).parent.parent
ENVIRONMENT: dict[str, Any] = yaml.safe_load((ROOT / "environment.yml").read_text("utf-8"))
PROJECT: dict[str, Any] = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
TOOLS = {"pip", "python"}  # what conda itself brings


def conda(environment: dict[str, Any]) -> dict[str, SpecifierSet]:
    """Return the packages conda is to install, with their bounds."""
    found: dict[str, SpecifierSet] = {}
    for line in environment["dependencies"]:
        if isinstance(line, str):
            name, _, bounds = line.partition(" ")
            found[canonicalize_name(name)] = SpecifierSet(bounds.replace(" ", ""))
    return found


def pip(environment: dict[str, Any]) -> list[str]:
    """Return the lines of the pip section."""
    sections = [line["pip"] for line in environment["dependencies"] if isinstance(line, dict)]
    return [entry for section in sections for entry in section]


def bounds(lines: list[str]) -> dict[str, SpecifierSet]:
    """Return what pyproject.toml asks for, with its bounds."""
    made = [Requirement(line) for line in lines]
    return {canonicalize_name(one.name): one.specifier for one in made}


def differences(environment: dict[str, Any], project: dict[str, Any]) -> list[str]:
    """Say in sentences where environment.yml and pyproject.toml differ."""
    wanted = bounds(project["project"]["dependencies"])
    optional = bounds(
        [line for group in project["project"]["optional-dependencies"].values() for line in group]
    )
    here = conda(environment)
    by_pip = bounds([line for line in pip(environment) if not line.startswith("-e")])
    found = []
    for name, specifier in wanted.items():
        given = here.get(name, by_pip.get(name))
        if given is None:
            found.append(f"{name} is missing in environment.yml")
        elif given != specifier:
            found.append(f"{name}: {given} in environment.yml, {specifier} in pyproject.toml")
    for name, given in {**here, **by_pip}.items():
        if name in wanted or name in TOOLS:
            continue
        if name not in optional:
            found.append(f"{name} is in environment.yml only")
        elif given != optional[name]:
            found.append(f"{name}: {given} in environment.yml, {optional[name]} in pyproject.toml")
    python = SpecifierSet(project["project"]["requires-python"])
    if here.get("python") != python:
        found.append(f"python: {here.get('python')} in environment.yml, {python} in pyproject.toml")
    return found


def test_environment_agrees_with_pyproject() -> None:
    assert differences(ENVIRONMENT, PROJECT) == []


def test_conda_installs_the_project_itself() -> None:
    assert ENVIRONMENT["name"] == "pacslab"
    assert ENVIRONMENT["channels"] == ["conda-forge"]
    assert "-e ." in pip(ENVIRONMENT)
    build = bounds(PROJECT["build-system"]["requires"])
    assert {"pip", *build} <= conda(ENVIRONMENT).keys()


@pytest.mark.parametrize(
    ("line", "instead"),
    [
        ("numpy >=2.0,<3", None),
        ("numpy >=2.0,<3", "numpy >=2.1,<3"),
        ("numpy >=2.0,<3", "numpy"),
        ("python >=3.11", "python >=3.10"),
        ("pip", "left-pad >=1"),
        ("hatchling >=1.25", "hatchling"),
    ],
)
def test_a_difference_is_found(line: str, instead: str | None) -> None:
    assert line in ENVIRONMENT["dependencies"]
    changed = [instead if entry == line else entry for entry in ENVIRONMENT["dependencies"]]
    spoilt = {**ENVIRONMENT, "dependencies": [entry for entry in changed if entry is not None]}
    assert len(differences(spoilt, PROJECT)) == 1


def test_apt_packages_are_those_of_our_peers() -> None:
    packages = (ROOT / "apt.txt").read_text("utf-8").split()
    assert packages
    assert set(packages) <= {package for peer in PEERS for package in peer.packages}


def test_binder_installs_the_package() -> None:
    script = ROOT / "postBuild"
    text = script.read_text("utf-8")
    assert text.startswith("#!/bin/sh\n")
    assert re.search(r"^pip install .* -e \.$", text, re.MULTILINE)
    assert os.name == "nt" or os.access(script, os.X_OK)
