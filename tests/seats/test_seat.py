"""A seat: its folder, its processes, and what a crash or a second start does to it."""

from __future__ import annotations

import json
import os
import signal
import socket
import stat
import subprocess
import sys
import time
from pathlib import Path

import pytest

from simulator import system
from simulator.client import Client, connect
from simulator.errors import CannotError, RefusedError, UsageError
from simulator.ports import default_plan
from simulator.seat import Options, Seat, copy_lessons


def test_seat_json_holds_what_others_rely_on(seat: Seat) -> None:
    facts = json.loads((seat.folder / "seat.json").read_text("utf-8"))
    assert facts["format"] == 1 and facts["seed"] == 5 and facts["backend"] == "embedded"
    assert facts["dicom"]["archive"]["ae"] == "PACSLAB" and facts["dicom"]["ris"]["ae"] == "RISLAB"
    assert all(system.is_running(facts["pids"][name]) for name in ("archive", "hospital"))
    assert facts["urls"]["api"].endswith("/api") and facts["urls"]["hospital"].endswith("/api")


@pytest.mark.skipif(os.name == "nt", reason="Windows has no file modes")
def test_secrets_are_for_their_owner_only(seat: Seat) -> None:
    path = seat.folder / "secrets.json"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert set(seat.secrets) == {"admin", "instructor"}


def test_everything_answers_a_c_echo(seat: Seat) -> None:
    state = seat.status()
    assert state["up"] and {node["ae"] for node in state["nodes"]} >= {"PACSLAB", "RISLAB", "CT1"}
    assert all(node["answers"] for node in state["nodes"])


def test_the_baseline_is_there_and_matched(hospital: Client) -> None:
    studies = hospital.archive.studies()
    assert len(studies) == 8
    assert {study["order_state"] for study in studies} == {"matched"}


def test_a_second_up_says_so(seat: Seat) -> None:
    with pytest.raises(RefusedError, match="is up already"):
        Seat(seat.folder).up(Options(ports="auto", lab=False))


def test_another_seed_for_the_same_seat_is_refused(seat: Seat) -> None:
    with pytest.raises(UsageError, match="made with seed 5, not 6"):
        Seat(seat.folder)._write_config(Options(seed=6))


def test_killing_either_process_loses_nothing(hospital: Client) -> None:
    seat = hospital.seat
    before = {study["study_uid"]: study["instances"] for study in hospital.archive.studies()}
    orders = {order["accession"]: order["status"] for order in hospital.ris.orders()}
    for name in ("archive", "hospital"):
        os.kill(seat.facts["pids"][name], signal.SIGKILL)
        _wait_until_down(seat, name)
        assert not seat.is_up(name)
        seat.service("start", name)
    after = {study["study_uid"]: study["instances"] for study in hospital.archive.studies()}
    assert after == before
    assert {order["accession"]: order["status"] for order in hospital.ris.orders()} == orders


def test_a_service_can_be_stopped_and_started(hospital: Client) -> None:
    seat = hospital.seat
    seat.service("stop", "archive")
    outcome = hospital.modality("CT1").echo()
    assert not outcome and outcome.kind == "nobody answered"
    with pytest.raises(CannotError, match="does not answer"):
        hospital.archive.studies()
    with pytest.raises(RefusedError, match="does not run"):
        seat.service("stop", "archive")
    seat.service("start", "archive")
    assert hospital.modality("CT1").echo()


def test_reset_is_exact(hospital: Client) -> None:
    users, nodes = _users(hospital), list(hospital.archive.nodes())
    studies, settings = list(hospital.archive.studies()), list(hospital.archive.settings())
    orders = list(hospital.ris.orders())
    hospital.archive.delete(studies[0]["study_uid"])
    hospital.archive.remove_node("CT1")
    hospital.archive.set("dicom.check_calling_ae", False)
    hospital.users.add("new.person", password="a long password")
    hospital.modality("MR1").set("archive.ae", "WRONG")
    hospital.ris.place(code=orders[0]["code"])
    hospital.seat.reset()
    assert _users(hospital) == users and list(hospital.archive.nodes()) == nodes
    assert list(hospital.archive.studies()) == studies
    assert list(hospital.archive.settings()) == settings
    assert list(hospital.ris.orders()) == orders
    assert hospital.modality("MR1").settings["archive.ae"] == "PACSLAB"
    tree = hospital.archive.study(studies[0]["study_uid"])["tree"]
    assert hospital.archive.instance(tree[0]["instances"][0]["sop_uid"]).PatientName


def test_the_journal_outlives_a_reset(hospital: Client) -> None:
    hospital.archive.set("query.limit", 7)
    hospital.seat.reset()
    assert hospital.journal.entries(kind="setting.changed")


# --- starting and failing ---------------------------------------------------------------------


def test_a_taken_port_names_port_and_remedy(tmp_path: Path) -> None:
    seat = Seat(tmp_path / "seat")
    plan = default_plan({})
    with socket.create_server(("127.0.0.1", 0)) as busy:
        port = busy.getsockname()[1]
        (seat.folder / "run").mkdir(parents=True)
        facts = {**plan.facts(), "archive": port}
        (seat.folder / "run" / "plan.json").write_text(json.dumps(facts), "utf-8")
        with pytest.raises(CannotError, match=rf"port {port} for the archive's DICOM listener"):
            seat.up(Options(lab=False))
    assert not seat.is_up()


def test_a_file_in_the_way_is_one_sentence(tmp_path: Path) -> None:
    (tmp_path / "seat").write_text("not a folder", "utf-8")
    with pytest.raises(CannotError, match="cannot be written"):
        Seat(tmp_path / "seat").up(Options(ports="auto", lab=False))


def test_a_wrong_key_in_config_toml_is_named(tmp_path: Path) -> None:
    (tmp_path / "config.toml").write_text("sead = 3\n", "utf-8")
    with pytest.raises(UsageError, match=r"config\.toml has an unknown key 'sead'"):
        Seat(tmp_path).up(Options(ports="auto", lab=False))


def test_no_seat_is_one_sentence(tmp_path: Path) -> None:
    with pytest.raises(CannotError, match="There is no seat at"):
        connect(tmp_path / "nowhere")


def test_a_stale_seat_starts_again(tmp_path: Path) -> None:
    """After a power cut seat.json and pid files name processes that are long gone."""
    seat = Seat(tmp_path / "seat")
    seat.folder.mkdir()
    (seat.folder / "config.toml").write_text("baseline_studies = 2\n", "utf-8")
    facts = seat.up(Options(ports="auto", lab=False))
    for name in ("archive", "hospital"):
        os.kill(facts["pids"][name], signal.SIGKILL)
        _wait_until_down(seat, name)
    assert not seat.is_up() and (seat.folder / "seat.json").exists()
    try:
        again = seat.up(Options(ports="auto", lab=False))
        assert again["pids"] != facts["pids"] and again["dicom"] == facts["dicom"]
        assert len(connect(seat.folder).archive.studies()) == 2
    finally:
        stopped = seat.down()
    assert sorted(stopped) == ["archive", "hospital"]
    assert not any(system.is_running(pid) for pid in again["pids"].values() if pid)


@pytest.mark.skipif(os.name == "nt", reason="Windows sends no such signals")
@pytest.mark.parametrize("number", ["SIGINT", "SIGTERM", "SIGHUP"])
def test_ctrl_c_leaves_no_process_behind(tmp_path: Path, number: str) -> None:
    seat = Seat(tmp_path / "seat")
    seat.folder.mkdir()
    (seat.folder / "config.toml").write_text("baseline_studies = 1\n", "utf-8")
    words = [sys.executable, "-m", "simulator", "up", "--ports", "auto", "--no-lab"]
    with subprocess.Popen([*words, "--seat", str(seat.folder)], stdout=subprocess.PIPE) as running:
        assert running.stdout is not None
        while b"Press Ctrl-C" not in (line := running.stdout.readline()):
            assert line, "pacslab up ended by itself"
        pids = [pid for pid in seat.facts["pids"].values() if pid]
        running.send_signal(getattr(signal, number))
        rest = running.stdout.read()
    assert running.returncode == 0 and b"The hospital was stopped." in rest
    assert len(pids) == 2 and not any(system.is_running(pid) for pid in pids)


def test_lessons_are_copied_but_never_over_an_edit(tmp_path: Path) -> None:
    copied = copy_lessons(tmp_path)
    assert {"00-start-here.ipynb", "glossary.md"} <= set(copied)
    for name in ("00-start-here.ipynb", "glossary.md"):
        (tmp_path / name).write_text("my notes", "utf-8")
    assert copy_lessons(tmp_path) == []
    for name in ("00-start-here.ipynb", "glossary.md"):
        assert (tmp_path / name).read_text("utf-8") == "my notes"


def _users(hospital: Client) -> list[dict[str, object]]:
    """Return the accounts but for the log-ins, of which looking is one."""
    looking = {"last_login": "", "last_used": ""}
    return [{**user, **looking} for user in hospital.users.list()]


def _wait_until_down(seat: Seat, name: str) -> None:
    deadline = time.monotonic() + 10
    pid = seat.facts["pids"][name]
    while (seat.is_up(name) or system.is_running(pid)) and time.monotonic() < deadline:
        time.sleep(0.02)
