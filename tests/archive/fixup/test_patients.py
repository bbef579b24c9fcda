"""Merging, unmerging and renaming patients: direction, exactness, messages."""

from __future__ import annotations

import pytest

from simulator.archive.fixup.acting import Done
from simulator.archive.fixup.patients import Identifier
from simulator.errors import RefusedError, UsageError
from simulator.network.hl7_orders import Identity
from simulator.network.mllp import Piece
from tests.archive.fixup.desk import HAND, do, edit, everything, stored, study_of
from tests.archive.support import Lab, study, until
from tests.hl7_support import message

A, B = Identifier(patient_id="A"), Identifier(patient_id="B")


def fill(lab: Lab) -> None:
    """Store one study of A and two of B."""
    lab.store(
        *study(1, 1, PatientID="A", PatientName="Alt^Anna"),
        *study(2, 2, PatientID="B", PatientName="Bolt^Bea", PatientSex="M"),
        *study(3, 1, PatientID="B", PatientName="Bolt^Bea", PatientSex="M"),
    )
    until(lambda: not [s for s in lab.archive.index.studies() if s["order_state"] == "new"])


def merge(lab: Lab, gone: Identifier = B, stays: Identifier = A) -> Done:
    return do(lab, lambda: lab.archive.fixup.patients.merge(gone, stays, HAND))


def test_the_direction_is_said_before_and_after(lab: Lab) -> None:
    fill(lab)
    before = everything(lab)
    plan = lab.archive.fixup.patients.merge(B, A, HAND)
    said = "Bolt^Bea (B) disappears into Alt^Anna (A): 2 studies move from B to A"
    shown = lab.archive.fixup.preview(plan)
    assert (shown["text"], shown["objects"]) == (said, 3)
    rows = {(r["study"], r["attribute"], r["before"], r["after"]) for r in shown["changes"]}
    assert ("1.2.3.2", "PatientID", "B", "A") in rows
    assert ("1.2.3.3", "PatientSex", "M", "F") in rows
    assert everything(lab) == before
    done = merge(lab)
    assert done.plan.text == said
    assert said in lab.told("patient.merged")[0].text


def test_a_merge_moves_all_and_an_unmerge_puts_back_exactly_that(lab: Lab) -> None:
    fill(lab)
    before, facts = everything(lab), lab.archive.index.studies()
    number = merge(lab).number
    assert [p["patient_id"] for p in lab.archive.fixup.patients.all()] == ["A"]
    assert len(lab.find(PatientID="A", StudyInstanceUID="")) == 3
    ds = stored(lab, "1.2.3.2.1.2")
    assert (ds.PatientName, ds.PatientID, ds.PatientSex) == ("Alt^Anna", "A", "F")
    lab.store(*study(4, 1, PatientID="A", PatientName="Alt^Anna"))  # A's own, since
    lab.archive.fixup.undo(number, "eva")
    assert {uid: place for uid, place in everything(lab).items() if "1.2.3.4" not in uid} == before
    mine = [s for s in lab.archive.index.studies() if s["study_uid"] != "1.2.3.4"]
    assert sorted(map(str, mine)) == sorted(map(str, facts))
    assert [str(d.StudyInstanceUID) for d in lab.find(PatientID="B", StudyInstanceUID="")] == [
        "1.2.3.2", "1.2.3.3"
    ]  # fmt: skip
    (told,) = lab.told("patient.unmerged")
    assert "eva undid change" in told.text


def test_what_comes_under_the_retired_identifier_goes_to_the_survivor(lab: Lab) -> None:
    fill(lab)
    number = merge(lab).number
    lab.store(*study(5, 1, PatientID="B", PatientName="Bolt^Bea"))
    until(lambda: study_of(lab, "1.2.3.5")["patient_id"] == "A")
    lab.archive.fixup.undo(number, "eva")
    lab.store(*study(6, 1, PatientID="B", PatientName="Bolt^Bea"))
    until(lambda: study_of(lab, "1.2.3.6")["order_state"] == "unmatched")
    assert study_of(lab, "1.2.3.6")["patient_id"] == "B"


def test_a_study_of_two_identities_moves_whole(lab: Lab) -> None:
    """An image that says the new identifier already must not keep its study where it was."""
    lab.store(*study(2, 1, PatientID="B", PatientName="Bolt^Bea"))
    lab.store(
        *study(2, 2, PatientID="C", PatientName="Bolt^Bea")[1:],
    )
    until(lambda: not [s for s in lab.archive.index.studies() if s["order_state"] == "new"])
    before = everything(lab)
    c = Identifier(patient_id="C")
    number = do(lab, lambda: lab.archive.fixup.patients.change_id(B, c, HAND)).number
    assert [p["patient_id"] for p in lab.archive.fixup.patients.all()] == ["C"]
    assert {s["patient_id"] for s in lab.archive.index.studies()} == {"C"}
    assert {stored(lab, f"1.2.3.2.1.{n}").PatientID for n in (1, 2)} == {"C"}
    lab.archive.fixup.undo(number, "eva")
    assert everything(lab) == before


def test_there_and_back_again(lab: Lab) -> None:
    """B into A, then A into B: an identifier that lives is not retired."""
    fill(lab)
    merge(lab)
    do(lab, lambda: lab.archive.fixup.patients.change_id(A, B, HAND))
    assert {s["patient_id"] for s in lab.archive.index.studies()} == {"B"}
    merged_into = lab.archive.interfaces.identities.merged_into
    assert (merged_into("A", ""), merged_into("B", "")) == (("B", ""), None)


def test_an_unmerge_is_refused_where_something_newer_touched_what_moved(lab: Lab) -> None:
    fill(lab)
    number = merge(lab).number
    later = edit(lab, "1.2.3.2", StudyDescription="X").number
    now = everything(lab)
    with pytest.raises(RefusedError, match=f"change {later} has changed 2 of its objects"):
        lab.archive.fixup.undo(number, "eva")
    assert everything(lab) == now


def test_what_is_not_merged(lab: Lab) -> None:
    fill(lab)
    now = everything(lab)
    with pytest.raises(RefusedError, match="not merged with itself"):
        merge(lab, A, A)
    with pytest.raises(RefusedError, match="no patient C"):
        merge(lab, Identifier(patient_id="C"), A)
    with pytest.raises(RefusedError, match="no patient C"):
        merge(lab, A, Identifier(patient_id="C"))
    assert everything(lab) == now and lab.archive.fixup.record.all() == []


def test_another_identifier_and_issuer(lab: Lab) -> None:
    fill(lab)
    before = everything(lab)
    change = lab.archive.fixup.patients.change_id
    with pytest.raises(RefusedError, match="A is another patient here"):
        change(B, A, HAND)
    with pytest.raises(RefusedError, match="identifier already"):
        change(B, B, HAND)
    with pytest.raises(UsageError, match="no identifier"):
        change(B, Identifier(patient_id="x\\y"), HAND)
    new = Identifier(patient_id="C", issuer="CLINIC")
    number = do(lab, lambda: change(B, new, HAND)).number
    ds = stored(lab, "1.2.3.3.1.1")
    assert (ds.PatientID, ds.IssuerOfPatientID, ds.PatientName) == ("C", "CLINIC", "Bolt^Bea")
    old = ds.OriginalAttributesSequence[0].ModifiedAttributesSequence[0]
    assert old.PatientID == "B"
    lab.archive.fixup.undo(number, "eva")
    assert everything(lab) == before


def test_a_merge_by_message_is_undone_with_its_orders(lab: Lab) -> None:
    def hear(number: str, kind: str, body: str) -> None:
        piece = Piece(kind="message", data=message(number, kind, body, sender="RIS"))
        (ack,) = lab.archive.interfaces.receiver.receive(piece, "127.0.0.1")
        assert b"MSA|AA" in ack

    pid = "PID|1||B^^^^MR||BOLT^BEA||19700101|F"
    order = f"{pid}\nORC|NW|P1|A2||SC\nOBR|1|P1|A2|CT^CT chest||||||||||||||A2|RP1|SP1\nZDS|1.2.3.2"
    hear("M1", "ORM^O01", order)
    fill(lab)
    before, orders = everything(lab), lab.archive.orders.all()
    merging = f"{pid.replace('B^^^^MR', 'A^^^^MR')}\nMRG|B"
    hear("M2", "ADT^A40", merging)
    hear("M3", "ADT^A40", merging)  # again: no second change
    assert lab.archive.orders.all()[0]["patient_id"] == "A"
    (change,) = [row for row in lab.archive.fixup.record.all() if row["kind"] == "merge"]
    assert "ADT^A40 M2 of RIS" in change["text"]
    assert {s["patient_id"] for s in lab.archive.index.studies()} == {"A"}
    lab.archive.fixup.undo(change["number"], "eva")
    assert (everything(lab), lab.archive.orders.all()) == (before, orders)
    assert lab.archive.interfaces.identities.merged_into("B", "") is None


def test_an_update_by_message_is_undone(lab: Lab) -> None:
    fill(lab)
    before = everything(lab)
    who = Identity(patient_id="B", issuer="", name="Neu^Bea", birth_date="", sex="")
    assert lab.archive.interfaces.identities.update(who, "A08") == 2
    (change,) = lab.archive.fixup.record.all()
    assert (change["kind"], change["by"]) == ("update", "A08")
    lab.archive.fixup.undo(change["number"], "eva")
    assert everything(lab) == before
