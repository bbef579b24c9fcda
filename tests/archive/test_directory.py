"""The directory, a process of its own: log-ins, groups, claims, sync; failing on either side."""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from simulator.archive.directory import Directory
from simulator.errors import CannotError, RefusedError, UsageError
from simulator.files import read_json
from simulator.http import request
from tests.archive.support import Lab

PASSWORD = "kept in the directory"


class People:
    """A running directory, and its administrator."""

    def __init__(self, folder: Path) -> None:
        command = [sys.executable, "-m", "simulator.directory", str(folder)]
        self.process = subprocess.Popen(command)
        self.file = folder / "directory" / "directory.json"
        deadline = time.monotonic() + 20
        while not self.file.exists():
            assert time.monotonic() < deadline and self.process.poll() is None
            time.sleep(0.05)
        self.facts = read_json(self.file, "directory")
        self.url = self.facts["url"]

    def put(self, user: str, **facts: Any) -> None:
        request("PUT", f"{self.url}/people/{user}", facts, token=self.facts["token"])

    def stop(self) -> None:
        self.process.terminate()
        self.process.wait(10)


@pytest.fixture
def people(tmp_path: Path) -> Iterator[People]:
    made = People(tmp_path / "seat")
    made.put("ida", full_name="Ida Group", groups=["RAD-QC"], password=PASSWORD)
    made.put("olaf", full_name="Olaf Nogroup", groups=["GARDEN"], password=PASSWORD)
    yield made
    made.stop()


@pytest.fixture
def directory(lab: Lab, people: People) -> Directory:
    lab.set("directory.url", people.url)
    lab.archive.directory.assign("group", "RAD-QC", "qc", "test")
    return lab.archive.directory


def rights(lab: Lab, user: str) -> frozenset[str]:
    users = lab.archive.users
    return users.principal(users.login(user, PASSWORD)).rights


def test_a_group_gives_a_role_at_the_first_log_in(directory: Directory, lab: Lab) -> None:
    assert "study.edit" in rights(lab, "ida")
    account = lab.archive.users.get("ida")
    assert (account["origin"], account["full_name"], account["has_password"]) == (
        "directory", "Ida Group", False,
    )  # fmt: skip
    with pytest.raises(RefusedError, match="kept by the directory"):
        lab.archive.users.set_password("ida", "a local one 1", "test")


def test_without_a_mapped_group_one_gets_in_and_may_do_nothing(
    directory: Directory, lab: Lab
) -> None:
    """Catalogue H8; a default role mends it for all, a mapping for one group."""
    assert rights(lab, "olaf") == frozenset()
    directory.assign("group", "GARDEN", "viewer", "test")
    assert rights(lab, "olaf") == {"study.read"}
    directory.forget("group", "GARDEN", "test")
    lab.set("directory.default_role", "technologist")
    assert "study.store" in rights(lab, "olaf")


def test_a_claim_gives_a_right_beside_the_role(
    directory: Directory, lab: Lab, people: People
) -> None:
    """Catalogue H7: the right is known here, the claim is missing there."""
    directory.assign("claim", "pacs-delete", "study.delete", "test")
    assert "study.delete" not in rights(lab, "ida")
    people.put("ida", claims=["pacs-delete", "unknown"])
    assert "study.delete" in rights(lab, "ida")
    people.put("ida", claims=[])
    assert "study.delete" not in rights(lab, "ida")


def test_access_fails_on_either_side(directory: Directory, lab: Lab, people: People) -> None:
    users = lab.archive.users
    users.login("ida", PASSWORD)
    people.put("ida", enabled=False)
    with pytest.raises(RefusedError, match="wrong"):
        users.login("ida", PASSWORD)
    people.put("ida", enabled=True)
    users.change("ida", {"status": "disabled"}, "test")
    with pytest.raises(RefusedError, match="ida is disabled"):
        users.login("ida", PASSWORD)
    with pytest.raises(RefusedError, match="wrong"):
        users.login("olaf", "not the one")


def test_a_directory_that_is_down_stops_its_people_only(
    directory: Directory, lab: Lab, people: People
) -> None:
    users = lab.archive.users
    users.add({"name": "local"}, PASSWORD, "test")
    users.login("ida", PASSWORD)
    people.stop()
    with pytest.raises(CannotError, match="directory does not answer"):
        users.login("ida", PASSWORD)
    users.login("local", PASSWORD)
    with pytest.raises(RefusedError, match="wrong"):
        users.login("nobody", PASSWORD)
    assert lab.told("directory.unreachable")
    with pytest.raises(CannotError):
        directory.sync("test", dry_run=True)


def test_sync_reports_and_then_does(directory: Directory, lab: Lab, people: People) -> None:
    users = lab.archive.users
    users.add({"name": "eva"}, PASSWORD, "test")
    people.put("eva", full_name="Eva Other", groups=["RAD-QC"])
    report = {row["user"]: row for row in directory.sync("test", dry_run=True)["lines"]}
    assert report["ida"]["changed"] == "would be opened as qc"
    assert "no group is mapped" in report["olaf"]["problem"]
    assert "stays local" in report["eva"]["problem"]
    assert not users.find("ida")
    directory.sync("test", dry_run=False)
    assert users.get("ida")["role"] == "qc" and users.get("eva")["origin"] == "local"
    request("DELETE", f"{people.url}/people/ida", token=people.facts["token"])
    people.put("olaf", enabled=False)
    directory.sync("test", dry_run=False)
    assert (users.get("ida")["status"], users.get("olaf")["status"]) == ("disabled", "disabled")


def test_several_groups_mean_the_role_with_most_rights(directory: Directory) -> None:
    directory.assign("group", "ALL", "viewer", "test")
    assert directory.role_of(["ALL", "RAD-QC"]) == ("qc", "group RAD-QC of several that are mapped")


def test_what_cannot_be_mapped(directory: Directory) -> None:
    for kind, name, value in (("group", "A", "king"), ("claim", "A", "fly"), ("group", "", "qc")):
        with pytest.raises(UsageError):
            directory.assign(kind, name, value, "test")
    with pytest.raises(RefusedError):
        directory.forget("group", "NOPE", "test")


def test_only_its_administrator_changes_the_directory(people: People) -> None:
    for token in ("", "wrong"):
        with pytest.raises(RefusedError):
            request("PUT", f"{people.url}/people/eve", {"groups": ["RAD-QC"]}, token=token)
    shown = request("GET", f"{people.url}/people")
    assert {row["user"] for row in shown} == {"ida", "olaf"} and "argon2" not in str(shown)
    for bad in ({"groups": "A"}, {"enabled": 1}, {"full_name": None}, {"size": "x"}):
        with pytest.raises(UsageError):
            request("PUT", f"{people.url}/people/eve", bad, token=people.facts["token"])


def test_a_directory_elsewhere_is_refused(lab: Lab) -> None:
    for url in ("http://example.org", "file:///etc/passwd", "http://127.0.0.1:1/../x", "x"):
        with pytest.raises(UsageError):
            lab.set("directory.url", url)
