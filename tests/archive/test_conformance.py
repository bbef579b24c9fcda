"""docs/conformance.md is what the code's tables say, and the tables are what the code does."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

from simulator.archive import conformance
from simulator.archive.statement.classes import SERVICES, STORAGE
from simulator.archive.statement.statuses import STATUSES
from simulator.network import dimse, rejections
from tests.archive.support import Lab

ROOT = Path(__file__).parent.parent.parent
PAGE = ROOT / "docs" / "conformance.md"


def test_the_file_is_current() -> None:
    how = "run 'python -m simulator.archive.conformance docs/conformance.md'"
    assert PAGE.read_text("utf-8") == conformance.statement(), how


def test_it_can_be_written_and_printed(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert conformance.main([str(tmp_path / "a.md")]) == 0 == conformance.main([])
    assert capsys.readouterr().out == (tmp_path / "a.md").read_text("utf-8")


def test_what_is_declared_is_what_is_offered(lab: Lab) -> None:
    offered = {str(context.abstract_syntax) for context in lab.archive.services.contexts()}
    declared = {role.uid for role in SERVICES if "SCP" in role.roles} | set(STORAGE)
    assert offered <= declared
    extra = {conformance.UID(uid).name for uid in declared - offered}
    assert extra == {
        "Storage Commitment Push Model SOP Class",
        "Modality Performed Procedure Step SOP Class",
    }, "what other rooms of the archive offer"


def named(path: Path) -> set[str]:
    """Return the names of `dimse` statuses that a module's code uses."""
    tree = ast.parse(path.read_text("utf-8"))
    used = {
        node.attr
        for node in ast.walk(tree)
        if isinstance(node, ast.Attribute)
        and isinstance(node.value, ast.Name)
        and node.value.id == "dimse"
    }
    imported = {
        alias.name
        for node in ast.walk(tree)
        if isinstance(node, ast.ImportFrom) and node.module == "simulator.network.dimse"
        for alias in node.names
    }
    return {name for name in used | imported if isinstance(getattr(dimse, name, None), int)}


def test_every_status_the_archive_names_is_declared() -> None:
    declared = {one.status for answers in STATUSES.values() for one in answers}
    network = [ROOT / "simulator/network" / name for name in ("commitment.py", "mpps_rules.py")]
    for path in (*sorted((ROOT / "simulator" / "archive").glob("*.py")), *network):
        for name in named(path):
            assert getattr(dimse, name) in declared, f"{path.name} uses {name}"


def test_every_status_has_words() -> None:
    for answers in STATUSES.values():
        assert all(one.status in dimse.MEANINGS and one.when for one in answers)


def test_every_reason_is_there() -> None:
    text = PAGE.read_text("utf-8")
    assert all(words in text for words in rejections._REASONS.values())
