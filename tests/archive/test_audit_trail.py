"""The audit trail: valid messages, a chain that gives every change away, and gaps that show."""

from __future__ import annotations

import json
import sqlite3
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path

import pytest
from lxml import etree
from sqlalchemy.exc import IntegrityError, OperationalError

from simulator.archive.audit import codes as c
from simulator.archive.audit.follow import anchors
from simulator.archive.audit.message import AuditMessage, Participant, Thing, facts_of, to_xml
from simulator.archive.audit.trail import Trail, sealed
from simulator.errors import NetworkError, RefusedError, RejectedError
from simulator.network import scu
from simulator.network.associate import Caller, Peer, associate, plain_context
from tests.archive.support import CALLER, Lab, store_on, study
from tests.archive.support import lab as run_lab

CT = "1.2.840.10008.5.1.4.1.1.2"
SCHEMA = etree.RelaxNG(etree.parse(str(Path(__file__).parent / "audit-message.rng")))
EVIL = '<!ENTITY x "y">]]>&\x00\x1b\u202e' + "x" * 50


def message(number: int = 1, **facts: object) -> AuditMessage:
    values = {
        "event": c.AUTHENTICATION, "type": c.LOGIN, "at": f"2026-03-02T07:00:{number:02d}.000",
        "real": f"2026-01-01T00:00:{number:02d}.000", "said": f"number {number}",
        "people": (Participant(user="eva", is_requestor=True),), "entries": (f"archive-{number}",),
    }  # fmt: skip
    return AuditMessage(**{**values, **facts})  # type: ignore[arg-type]


def is_valid(xml: str) -> bool:
    assert SCHEMA.validate(etree.fromstring(xml)), SCHEMA.error_log
    return True


@pytest.fixture
def trail(tmp_path: Path) -> Iterator[Trail]:
    made = Trail(tmp_path / "audit.db", "PACSLAB")
    made.append([message(n) for n in range(1, 21)])
    yield made
    made.close()


# --- messages -------------------------------------------------------------------------------------


@pytest.mark.parametrize("event", c.EVENTS)
@pytest.mark.parametrize("action", "CRUDE")
def test_every_event_is_a_valid_message(event: str, action: str) -> None:
    things = (
        Thing(id="1.2.3", kind="study", role="3", life_cycle="1", accessions=("A1",),
              classes=(("1.2.840.1", ("1.2.3.4",), 1),)),
        Thing(id="T1", kind="patient", type="1", role="1", name="Test^Anna"),
        Thing(id="1.2.840", kind="class", role="24", query=b"\x08\x00\x05\x00"),
        Thing(id="eva", kind="user", details=(("Alert Description", "x"),)),
    )  # fmt: skip
    people = tuple(
        Participant(user="CT1", is_requestor=True, roles=(role,), host="127.0.0.1", other="A")
        for role in (c.SOURCE, c.DESTINATION, c.APPLICATION)
    )
    for outcome in (0, 4, 8, 12):
        made = message(event=event, type="", action=action, outcome=outcome, things=things,
                       people=people)  # fmt: skip
        assert is_valid(to_xml(made, "PACSLAB"))


def test_what_came_over_the_wire_stays_text() -> None:
    made = message(
        said=EVIL,
        people=(Participant(user=EVIL, is_requestor=True, name=EVIL, host=EVIL),),
        things=(Thing(id=EVIL, kind="patient", name=EVIL, details=((EVIL[:5], EVIL),)),),
    )
    xml = to_xml(made, "PACSLAB")
    assert "<!ENTITY" not in xml
    assert facts_of(xml)["things"][0]["name"].startswith("<!ENTITY")
    etree.fromstring(xml)


# --- the chain ------------------------------------------------------------------------------------


def test_an_untouched_chain_is_whole(trail: Trail) -> None:
    assert trail.verify() == [] and trail.count() == 20
    trail.append([message(n) for n in range(21, 24)])
    assert trail.verify() == []


def test_the_table_itself_only_grows(trail: Trail) -> None:
    for statement in ("update records set user = 'adam'", "delete from records"):
        refused = pytest.raises((IntegrityError, OperationalError), match="only grows")
        with refused, trail.database.write() as db:
            db.exec_driver_sql(statement)
    assert trail.verify() == []


TAMPER: dict[str, tuple[str, int, str]] = {
    "edit": ("update records set user = 'adam' where number = 7", 7, "was edited"),
    "edit xml": ("update records set message = '<x/>' where number = 9", 9, "was edited"),
    "outcome": ("update records set outcome = 0, text = 'fine' where number = 1", 1, "was edited"),
    "delete": ("delete from records where number = 5", 6, "missing before it: 5"),
    "delete some": ("delete from records where number between 5 and 8", 9, "5 to 8"),
    "first": ("delete from records where number = 1", 2, "missing before it: 1"),
    "end": ("delete from records where number > 17", 18, "the end is missing: 18 to 20"),
    "all": ("delete from records", 1, "the end is missing: 1 to 20"),
    "swap": (
        "update records set number = -1 where number = 3; update records set number = 3 where "
        "number = 4; update records set number = 4 where number = -1", 3, "reordered",
    ),
    "insert": (
        "insert into records select 21, real, hospital, event, type, action, outcome, user, host, "
        "patient_id, study_uid, text, entries, message, previous, seal from records where "
        "number = 20", 21, "does not follow",
    ),
}  # fmt: skip


def tampered(path: Path, statements: str) -> None:
    with sqlite3.connect(path) as db:
        db.execute("drop trigger records_update")
        db.execute("drop trigger records_delete")
        db.executescript(statements)
    db.close()


@pytest.mark.parametrize("how", TAMPER)
def test_every_change_is_found_and_located(trail: Trail, how: str, tmp_path: Path) -> None:
    statement, number, what = TAMPER[how]
    tampered(tmp_path / "audit.db", statement)
    found = trail.verify()
    assert any(row["number"] == number and what in row["what"] for row in found), found


def test_sealing_anew_is_given_away_by_an_anchor(trail: Trail, tmp_path: Path) -> None:
    head = trail.remembered("head", None)
    with sqlite3.connect(tmp_path / "audit.db") as db:
        db.row_factory = sqlite3.Row
        db.execute("drop trigger records_update")
        db.execute("update records set user = 'adam' where number = 7")
        previous = "0" * 64
        for row in db.execute("select * from records order by number").fetchall():
            seal = sealed(dict(row), previous)
            db.execute("update records set previous = ?, seal = ? where number = ?",
                       (previous, seal, row["number"]))  # fmt: skip
            previous = seal
        db.execute("update state set value = ? where name = 'head'", (json.dumps([20, previous]),))
    db.close()
    assert trail.verify() == []  # the chain alone is deceived
    (found,) = trail.verify([(20, head[1])])
    assert "sealed anew" in found["what"]


def test_an_end_that_was_cut_off_is_not_continued_in_silence(trail: Trail, tmp_path: Path) -> None:
    tampered(tmp_path / "audit.db", "delete from records where number > 15")
    trail.append([message(21)])
    assert any("16 to 20" in row["what"] for row in trail.verify())


# --- from the journal -----------------------------------------------------------------------------


def rows(lab: Lab, event: str = "") -> list[dict[str, object]]:
    lab.archive.audit.settle()
    found = lab.archive.audit.trail.after(0, 10_000)
    assert all(is_valid(str(row["message"])) for row in found)
    return [row for row in found if event in ("", row["event"])]


def test_one_message_tells_of_all_instances_of_a_study(lab: Lab) -> None:
    lab.store(*study(1, 5), *study(2, 3))
    first, second = rows(lab, "DICOM Instances Transferred")
    assert (first["user"], first["action"], first["patient_id"], first["study_uid"]) == (
        "CT1", "C", "T1", "1.2.3.1",
    )  # fmt: skip
    assert second["study_uid"] == "1.2.3.2"
    facts = facts_of(str(first["message"]))
    assert [who["UserID"] for who in facts["people"]] == ["CT1", "PACSLAB"]
    assert 'NumberOfInstances="5"' in str(first["message"])


def test_queries_and_retrievals_say_whose_record(lab: Lab) -> None:
    lab.store(*study(1, 2))
    lab.find("STUDY", PatientID="T1", StudyInstanceUID=None)
    lab.get("STUDY", StudyInstanceUID="1.2.3.1")
    (query,) = rows(lab, "Query")
    assert query["patient_id"] == "T1" and "ParticipantObjectQuery" in str(query["message"])
    got = rows(lab, "DICOM Instances Transferred")[-1]
    assert (got["action"], got["patient_id"], got["outcome"]) == ("R", "T1", 0)


def test_failures_are_told_as_such(lab: Lab) -> None:
    with pytest.raises(RefusedError):
        lab.archive.users.login("pacsadmin", "wrong", "127.0.0.9")
    with pytest.raises(RejectedError):
        scu.echo(lab.peer, Caller(ae="STRANGER"))
    (login,) = rows(lab, "User Authentication")
    assert (login["outcome"], login["host"], login["user"]) == (4, "127.0.0.9", "pacsadmin")
    (alert,) = [row for row in rows(lab, "Security Alert") if row["type"] == "Node Authentication"]
    assert (alert["outcome"], alert["user"]) == (4, "STRANGER")


def test_what_is_switched_off_shows_as_a_gap(lab: Lab) -> None:
    """Catalogue H11."""
    lab.set("audit.off", "query export")
    lab.set("audit.off_nodes", "WS1")
    lab.find("STUDY", PatientID="T1")
    lab.find("STUDY", PatientID="T2")
    assert rows(lab, "Query") == []
    (gap,) = lab.archive.audit.trail.gaps()
    assert gap["why"] == "audit.off has 'query'" and gap["count"] == 2
    lab.set("audit.off", "none")
    lab.find("STUDY", PatientID="T1")
    assert len(rows(lab, "Query")) == 1
    for bad in ("everything", "query, export", ""):
        with pytest.raises(Exception, match="is no value"):
            lab.set("audit.off", bad)


def test_lines_missing_from_the_journal_show_as_a_gap(lab: Lab) -> None:
    rows(lab)
    with lab.archive.audit.follower._lock:
        for _ in range(6):
            lab.journal.write("login", "somebody logged in", user="x", by="x")
        path = lab.journal.path
        lines = path.read_bytes().splitlines(keepends=True)
        cut = [line for line in lines if b'-000004"' not in line and b'-000005"' not in line]
        path.write_bytes(b"".join(cut))
    rows(lab)
    gaps = lab.archive.audit.trail.gaps()
    assert [(gap["first"], gap["last"], gap["count"]) for gap in gaps] == [
        ("archive-000004", "archive-000005", 2)
    ]


def test_a_restart_neither_loses_nor_repeats(tmp_path: Path) -> None:
    with run_lab(tmp_path) as lab:
        lab.store(*study(1, 3))
        before = rows(lab)
    with run_lab(tmp_path) as lab:
        after = rows(lab)
        assert after[: len(before)] == before and len(after) == len(before)
        verified = lab.archive.audit.verify()
        assert verified["whole"] and verified["anchors"] >= 1
        entries = lab.reader.entries("audit.anchor")
        assert anchors(entries)[-1][0] == len(before)


def test_kill_9_in_an_open_association_loses_and_repeats_nothing(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "tests.archive.runner", str(tmp_path)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        peer = Peer(ae="PACSLAB", host="127.0.0.1", port=int(process.stdout.readline()))
        with suppress(NetworkError), associate(peer, [plain_context(CT)], CALLER) as association:
            for ds in study(1, 4):
                store_on(association, ds, syntax=association.contexts[1].transfer_syntax)
            time.sleep(1.5)  # the follower has been there once
            process.kill()
    with run_lab(tmp_path) as lab:
        lab.journal.write("archive.started", "again")
        (told,) = rows(lab, "DICOM Instances Transferred")
        assert told["text"] == "CT1 sent 4 instances" and told["patient_id"] == "T1"
        assert lab.archive.audit.verify()["whole"]


def test_a_reset_rewinds_nothing(lab: Lab) -> None:
    lab.archive.save_baseline()
    lab.store(*study(1, 2))
    lab.archive.reset()
    assert len(rows(lab, "DICOM Instances Transferred")) == 1
    assert lab.archive.audit.verify()["whole"]


def test_the_trail_is_not_on_the_way_of_a_store(lab: Lab, monkeypatch: pytest.MonkeyPatch) -> None:
    """Not one statement of the trail runs in the thread that answers a C-STORE."""
    seen: set[str] = set()
    real: Callable[..., object] = Trail.append

    def watched(self: Trail, *args: object, **states: object) -> object:
        seen.add(threading.current_thread().name)
        return real(self, *args, **states)

    monkeypatch.setattr(Trail, "append", watched)
    lab.store(*study(1, 20))
    lab.archive.audit.settle()
    assert seen <= {"audit", "MainThread", "syslog"}
