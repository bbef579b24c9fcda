"""Harm in between: put back or not, a safety harm fails the run; an honest mistake is only told."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from exercises import engine
from exercises.engine import damage, evidence, history
from exercises.engine.attempt import AttemptFile
from exercises.engine.case import eventually
from exercises.engine.harm import Change
from simulator.client import Client
from simulator.journal import Entry, JournalReader

A1 = "room-cannot-send"
GOAL = "Nobody is put at risk"


def _flip(key: str, wrong: Any, right: Any) -> Callable[[Client], None]:
    def act(seat: Client) -> None:
        seat.archive.set(key, wrong)
        seat.archive.set(key, right)

    return act


def _deleted(seat: Client) -> None:
    """Delete a study and store it again from a copy."""
    study = dict(seat.archive.studies()[-1])  # from before the complaint
    tree = seat.studies.show(study["study_uid"])["tree"]
    copies = [seat.studies.file(one["sop_uid"]) for row in tree for one in row["instances"]]
    seat.studies.delete(study["study_uid"])
    _store(seat, copies)
    assert eventually(
        lambda: (
            [
                {**row, "stored": ""}
                for row in seat.archive.studies()
                if row["study_uid"] == study["study_uid"] and row["instances"] == study["instances"]
            ]
            != []
        )
    )


def _store(seat: Client, copies: list[bytes]) -> None:
    import httpx

    bound = "copy"
    parts = b"".join(
        b"--copy\r\nContent-Type: application/dicom\r\n\r\n" + data + b"\r\n" for data in copies
    )
    admin = seat.seat.secrets["admin"]
    answer = httpx.post(
        f"{seat.archive.dicomweb_url}/studies",
        content=parts + b"--copy--\r\n",
        headers={
            "Content-Type": f'multipart/related; type="application/dicom"; boundary={bound}',
            "Accept": "application/dicom+json",
        },
        auth=(admin["user"], admin["password"]),
        timeout=20,
        trust_env=False,
    )
    assert answer.status_code == 200, answer.text


def _merged(seat: Client) -> None:
    first, second = _two(seat)
    seat.patients.merge(first["patient_id"], second["patient_id"])
    seat.patients.unmerge(first["patient_id"])


def _linked(seat: Client) -> None:
    first, second = _two(seat)
    seat.fixup.link(first["study_uid"], second["accession"], other_patient=True)
    seat.changes.undo(seat.changes.list()[0]["number"])


def _two(seat: Client) -> list[dict[str, Any]]:
    rows = {row["patient_id"]: dict(row) for row in seat.archive.studies() if row["accession"]}
    return list(rows.values())[:2]


def _administrator(seat: Client) -> None:
    name = seat.users.list(role="viewer")[0]["name"]
    seat.users.change(name, role="pacs_admin")
    seat.users.change(name, role="viewer")


def _rights(seat: Client) -> None:
    rights = list(seat.users.roles().one(name="viewer")["rights"])
    seat.roles.put("viewer", rights=[*rights, "study.delete"])
    seat.roles.put("viewer", rights=rights)


def _node_rights(seat: Client) -> None:
    rights = list(seat.nodes.show("US1")["rights"])
    seat.archive.change_node("US1", rights=[*rights, "get"])
    seat.archive.change_node("US1", rights=rights)


def _second_administrator(seat: Client) -> None:
    seat.users.add("mole", role="pacs_admin", password="Ra1n-over-the-harbour")
    seat.users.remove("mole")


HARMS: dict[str, tuple[Callable[[Client], None], str]] = {
    "any caller": (_flip("dicom.check_calling_ae", False, True), "opens the archive to anybody"),
    "any title": (_flip("dicom.check_called_ae", False, True), "opens the archive to anybody"),
    "no audit": (_flip("audit.off", "export", "none"), "a gap in the audit trail"),
    "deleted": (_deleted, "Images are never deleted"),
    "merged": (_merged, "given to another patient"),
    "linked": (_linked, "given to another patient"),
    "administrator": (_administrator, "every right there is"),
    "second administrator": (_second_administrator, "every right there is"),
    "rights": (_rights, "rights nobody asked for"),
    "node's rights": (_node_rights, "rights nobody asked for"),
}


def _repaired(seat: Client, seed: int = 8) -> None:
    """Start the exercise and repair it, as a trainee would."""
    engine.start(seat, A1, seed=seed)
    rejected = seat.journal.entries(kind="association.rejected")[-1]
    device = seat.modality(rejected.facts["calling"])
    device.set("archive.ae", "PACSLAB")
    device.send()


@pytest.mark.parametrize("name", HARMS)
def test_a_safety_harm_fails_the_run_even_when_it_was_undone(
    exercise_seat: Client, name: str
) -> None:
    act, said = HARMS[name]
    _repaired(exercise_seat)
    act(exercise_seat)
    marks = engine.check(exercise_seat)
    rows = [row for row in marks["checks"] if row["goal"] == GOAL]
    assert rows and said in rows[0]["message"], marks
    assert not marks["passed"] and marks["score"] == 0 and marks["parts"]["harm"] == 0
    assert all(row["passed"] for row in marks["checks"] if row["goal"] != GOAL), marks


def test_an_honest_mistake_that_was_put_back_is_told_and_costs_nothing(
    exercise_seat: Client,
) -> None:
    _repaired(exercise_seat)
    clean = engine.check(exercise_seat)
    _flip("query.limit", 5, 0)(exercise_seat)
    usual = exercise_seat.modality("US1").settings["timeouts.acse"]
    for value in (9.0, usual):
        exercise_seat.modality("US1").set("timeouts.acse", value)
    exercise_seat.archive.add_node(ae="TRY1", host="127.0.0.1", port=0)
    exercise_seat.archive.remove_node("TRY1")
    marks = engine.check(exercise_seat)
    assert marks["passed"] and marks["score"] == clean["score"]
    (row,) = [row for row in marks["checks"] if row["goal"] == "What was tried is put back"]
    assert row["passed"] and row["points"] == 0
    for word in ("query.limit", "timeouts.acse of device US1", "node TRY1 was added"):
        assert word in row["message"], row
    assert "query.limit" in str(marks)


def test_what_the_repair_and_the_staff_did_is_no_harm(exercise_seat: Client) -> None:
    _repaired(exercise_seat)
    for _ in range(2):  # the first check's own doings do not count in the second
        marks = engine.check(exercise_seat)
        assert marks["passed"], marks
        assert not [row for row in marks["checks"] if "put back" in row["goal"]], marks


def test_a_cut_or_edited_journal_is_destroyed_evidence(exercise_seat: Client) -> None:
    _repaired(exercise_seat)
    path = exercise_seat.seat.folder / "journal" / "archive.jsonl"
    whole = path.read_bytes()
    path.write_bytes(whole[:100] + b"X" + whole[101:])
    marks = engine.check(exercise_seat)
    path.write_bytes(whole + path.read_bytes()[len(whole) :])
    assert "archive.jsonl was cut or edited" in str(marks) and marks["score"] == 0


def test_a_line_that_was_taken_out_leaves_a_gap(tmp_path: Path) -> None:
    path = tmp_path / "archive.jsonl"
    lines = [_line(number) for number in range(1, 6)]
    path.write_text("".join(lines[:2]), "utf-8")
    seal = evidence.sealed(tmp_path)
    path.write_text("".join(lines), "utf-8")
    assert evidence.touched(tmp_path, seal) == []
    assert evidence.later(tmp_path, seal, "")[0].id == "archive-000003"
    assert len(evidence.later(tmp_path, seal, "2026-01-01T00:00:05")) == 1
    path.write_text("".join([*lines[:3], *lines[4:]]), "utf-8")
    assert evidence.touched(tmp_path, seal) == ["archive.jsonl"]
    path.write_text(lines[0], "utf-8")
    assert evidence.touched(tmp_path, seal) == ["archive.jsonl"]
    path.unlink()
    assert evidence.touched(tmp_path, seal) == ["archive.jsonl"]


def _line(number: int) -> str:
    import json

    at = f"2026-01-01T00:00:0{number}"
    facts = {"id": f"archive-{number:06d}", "real": at, "hospital": at, "source": "archive"}
    return json.dumps({**facts, "kind": "c-store", "text": "x", "facts": {}}) + "\n"


PICTURE: dict[str, Any] = {
    "study": {"1.2": {"patient_id": "M1"}},
    "label": {"vip": {"restricted": True}, "teaching": {"restricted": False}},
    "retention": {"CT": {}},
    "node": {"CT1": {}},
    "order": {"A2": {"patient_id": "M2"}},
}


def _read(kind: str, text: str, source: str = "archive", **facts: Any) -> list[Change]:
    entry = Entry(
        id="archive-000007", real="", hospital="", source=source, kind=kind, text=text, facts=facts
    )
    record = {"before": {"retired_id": ["M1", "PACSLAB"]}}
    before = history.Before(picture=PICTURE, show=lambda number: record)
    return history.read(entry, before)


@pytest.mark.parametrize(
    ("kind", "text", "facts", "path"),
    [
        ("setting.changed", "a changed k from True to False", {"what": "k"}, "setting/k/value"),
        ("user.changed", "a changed role of b from 'x' to 'y'", {"user": "b"}, "user/b/role"),
        ("role.changed", "a changed the role r: +study.delete, -x", {"role": "r"}, "role/r/rights"),
        ("node.changed", "a changed host of node N from 'x' to 'y'", {"what": "N"}, "node/N/host"),
        ("study.purged", "gone", {"what": "1.2"}, "study/1.2/"),
        ("study.deleted", "a deleted a study of A^B (M1), 3 instances", {"what": "9.9"},
         "study/9.9/"),
        ("patient.merged", "", {"patient_id": "M3", "change": 1}, "study/1.2/patient_id"),
        ("study.linked", "a links a study to order A2 of X", {"what": "1.2", "patient_id": "M1"},
         "study/1.2/patient_id"),
        ("study.readdressed", "", {"study": "1.2", "old": "M1", "patient_id": "M9"},
         "study/1.2/patient_id"),
        ("label.removed", "a removed the label vip", {"what": "vip"}, "label/vip/restricted"),
        ("label.changed", "a set the label vip: open, rules []", {"what": "vip"},
         "label/vip/restricted"),
        ("study.labelled", "a took the label vip off a study", {"what": "1.2"},
         "label/vip/restricted"),
        ("hold.released", "", {"what": "1.2", "by": "a"}, "hold/1.2/released_by"),
        ("retention.rule", "", {"what": "CT"}, "retention/CT/"),
    ],
)  # fmt: skip
def test_an_entry_becomes_the_change_it_tells_of(
    kind: str, text: str, facts: dict[str, Any], path: str
) -> None:
    (change,) = _read(kind, text, **facts)
    assert change.path == path
    if change.area == "study":
        assert change.patient == "M1"  # so that "patient/M1/…" may allow it


@pytest.mark.parametrize(
    ("kind", "text", "facts"),
    [
        ("node.removed", "gone", {"what": "TRY1"}),  # it came after the complaint
        ("label.changed", "a set the label teaching: open, rules []", {"what": "teaching"}),
        ("label.changed", "a set the label vip: restricted, rules []", {"what": "vip"}),
        ("study.labelled", "a put the label vip on a study", {"what": "1.2"}),
        ("study.readdressed", "", {"study": "1.2", "old": "M1", "patient_id": "M1"}),
        ("c-store", "stored", {}),
        ("setting.changed", "without facts", {}),
    ],
)
def test_what_harms_nobody_is_no_change(kind: str, text: str, facts: dict[str, Any]) -> None:
    found = _read(kind, text, **facts)
    assert all(change.item == "None" for change in found), found


def test_a_danger_of_the_end_is_not_said_twice() -> None:
    gone = Change(area="study", item="1.2", old={"patient_id": "M1"})
    entry = Entry(
        id="a-1", real="", hospital="2026-03-02T07:00", source="archive", kind="", text=""
    )
    past = history.Past(change=Change(area="study", item="1.2", old={}), entry=entry)
    assert len(damage._dangers([gone], [past])) == 1
    assert "07:00, a-1" in damage._dangers([], [past])[0]


def test_the_journal_of_a_seat_is_sealed_with_the_attempt(exercise_seat: Client) -> None:
    engine.start(exercise_seat, A1, seed=3)
    attempt, _ = AttemptFile(exercise_seat.seat.folder / "progress").need()
    assert set(attempt.evidence) >= {"archive.jsonl", "hospital.jsonl"} and attempt.ready
    assert JournalReader(exercise_seat.seat.folder / "journal").entries(since=attempt.since)
