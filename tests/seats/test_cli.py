"""The `pacslab` command: exit statuses, one sentence on standard error, JSON."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from simulator import __version__
from simulator.cli import run
from simulator.client import Client

Command = Callable[..., tuple[int, str, str]]


def test_status_of_a_running_seat(command: Command) -> None:
    status, out, err = command("status", "--json")
    assert status == 0 and json.loads(out)["up"] and not err


def test_no_seat_is_exit_3_and_one_sentence(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["status", "--seat", str(tmp_path / "none")]) == 3
    said = capsys.readouterr()
    assert (
        said.out == "" and said.err.count("\n") == 1 and "Start one with 'pacslab up'" in said.err
    )


@pytest.mark.parametrize(
    "words",
    [
        ["up", "--nonsense"],
        ["frobnicate"],
        ["up", "--ports", "all"],
        ["up", "--backend", "vendor"],
        ["up", "--seed", "many"],
        ["fleet", "set", "CT1", "archive.ae"],
    ],
)
def test_wrong_usage_is_exit_2_and_one_sentence(
    words: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str], hospital: Client
) -> None:
    seat = hospital.seat.folder if words[0] == "fleet" else tmp_path / "seat"
    assert run([*words, "--seat", str(seat)]) == 2
    said = capsys.readouterr().err
    assert said.count("\n") == 1 and said.startswith("pacslab: ")


@pytest.mark.parametrize("word", ["version", "--version"])
def test_python_m_simulator_is_the_command(word: str) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "simulator", word], capture_output=True, text=True, check=True
    )
    assert done.stdout == f"pacslab {__version__}\n"


def test_studies_users_nodes_settings_as_json(command: Command, hospital: Client) -> None:
    for words, key in (
        (("archive", "study", "list"), "study_uid"),
        (("archive", "user", "list"), "name"),
        (("archive", "role", "list"), "rights"),
        (("archive", "node", "list"), "ae"),
        (("archive", "setting", "list"), "allowed"),
        (("archive", "audit", "list"), "kind"),
        (("fleet", "list"), "name"),
        (("ris", "orders"), "accession"),
        (("ris", "mapping"), "code"),
    ):
        status, out, err = command(*words, "--json")
        rows = json.loads(out)
        assert status == 0 and not err and key in rows[0], words
        status, out, _ = command(*words)
        headings, *lines = out.splitlines()
        assert status == 0 and lines and set(headings.split()) <= set(rows[0]), words


def test_a_node_is_added_changed_and_removed(command: Command, hospital: Client) -> None:
    assert (
        command("archive", "node", "add", "CT9", "127.0.1.9", "11129", "--rights", "echo,store")[0]
        == 0
    )
    assert command("archive", "node", "change", "CT9", "port=11130")[0] == 0
    assert hospital.archive.nodes().one(ae="CT9")["port"] == 11130
    status, _, err = command("archive", "node", "add", "CT9", "127.0.1.9", "11129")
    assert status == 1 and "There is a node 'CT9' already." in err
    assert command("archive", "node", "remove", "CT9")[0] == 0
    status, _, err = command("archive", "node", "show", "CT9")
    assert status == 1 and "There is no node 'CT9'." in err
    status, _, err = command("archive", "node", "add", "A" * 17, "127.0.0.1", "1")
    assert status == 2 and "is not an AE title" in err


def test_settings_are_read_and_changed(command: Command, hospital: Client) -> None:
    assert command("archive", "setting", "set", "query.limit", "12")[0] == 0
    status, out, _ = command("archive", "setting", "get", "query.limit", "--json")
    assert status == 0 and json.loads(out) == {"key": "query.limit", "value": 12}
    status, _, err = command("archive", "setting", "set", "query.limit", "lots")
    assert status == 2 and "'lots' is no value for query.limit." in err
    status, _, err = command("archive", "setting", "get", "query.nothing")
    assert status == 2 and "There is no setting 'query.nothing'." in err


def test_a_users_life(command: Command, hospital: Client) -> None:
    password = "correct horse"
    words = ("archive", "user", "add", "j.doe", "--role", "viewer", "--new-password", password)
    assert command(*words)[0] == 0
    assert command("archive", "user", "login", "j.doe", "--password", password)[0] == 0
    status, _, err = command(
        "archive", "study", "delete", "1.2.3", "--user", "j.doe", "--password", password
    )
    assert status == 1 and "the right 'study.delete' is missing" in err
    for _ in range(5):
        status, _, err = command("archive", "user", "login", "j.doe", "--password", "wrong one")
        assert status == 1 and "User name or password is wrong." in err
    status, _, err = command("archive", "user", "login", "j.doe", "--password", password)
    assert status == 1 and "The account j.doe is locked." in err
    assert command("archive", "user", "unlock", "j.doe")[0] == 0
    assert command("archive", "user", "login", "j.doe", "--password", password)[0] == 0
    assert command("archive", "user", "disable", "j.doe", "--note", "left in May")[0] == 0
    status, _, err = command("archive", "user", "login", "j.doe", "--password", password)
    assert status == 1 and "The account j.doe is disabled." in err
    kinds = {entry.kind for entry in hospital.journal.entries(kind="login")}
    assert {"login", "login.failed", "login.refused"} <= kinds
    assert hospital.journal.entries(kind="user.locked")


def test_a_device_is_set_and_asked(command: Command, hospital: Client) -> None:
    assert command("fleet", "set", "CT1", "archive.ae", "PACSLAP")[0] == 0
    status, _, err = command("fleet", "echo", "CT1")
    assert status == 1 and "the peer refused" in err and "called AE title not recognised" in err
    assert command("fleet", "set", "CT1", "archive.ae=PACSLAB")[0] == 0
    assert command("fleet", "echo", "CT1")[0] == 0
    status, _, err = command("fleet", "set", "CT1", "archive.ae", "A" * 17)
    assert status == 2 and err.count("\n") == 1
    status, _, err = command("fleet", "show", "CT99")
    assert status in (1, 2) and "CT99" in err


def test_the_clock_is_paused_jumped_and_stepped(command: Command, hospital: Client) -> None:
    assert command("clock", "pause")[0] == 0
    before = hospital.clock.now()
    status, out, _ = command("clock", "step", "30", "--json")
    assert status == 0 and json.loads(out)["mode"] == "stepped"
    assert (hospital.clock.now() - before).total_seconds() == 1800
    status, _, err = command("clock", "jump", "2020-01-01T00:00")
    assert status == 2 and "jump back" in err
    assert command("clock", "resume")[0] == 0
    status, _, err = command("clock", "speed", "0")
    assert status == 2 and err.count("\n") == 1


def test_doctor_finds_nothing_bad_on_a_healthy_seat(command: Command) -> None:
    status, out, _ = command("doctor", "--json")
    bad = [row for row in json.loads(out) if row["state"] == "bad"]
    assert status == 0 and not bad
