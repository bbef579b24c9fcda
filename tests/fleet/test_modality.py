"""A modality's work on the wire: worklist, exam, queue, reports, and every way it fails."""

from __future__ import annotations

import io
from pathlib import Path

import pytest
from pydicom import dcmread

from simulator import system
from simulator.errors import LocalError, NoAnswerError, RejectedError, UsageError
from simulator.network import scu
from simulator.network.associate import Caller, Peer
from tests import peers
from tests.fleet.conftest import Ward, build
from tests.net import free_port, no_thread_left, wait_for

DOE = {"patient_name": "DOE^JANE", "patient_id": "X1", "birth_date": "19700101", "sex": "F"}


def test_from_the_worklist_to_the_archive(ward: Ward) -> None:
    device = ward.fleet.modality("CT1")
    order, other = ward.order("CT1"), ward.order("MR1")
    (item,) = device.query_worklist()
    assert (item.accession, item.patient_name) == (order.accession, order.patient.name)
    assert other.accession not in item.accession
    done = device.perform(item)
    assert done.error is None and done.images == done.sent == len(ward.shelf.stored) > 0
    assert ward.ris.book.get(order.accession).status == "completed"
    assert device.queue() == [] and device.query_worklist() == []
    ds = dcmread(io.BytesIO(next(iter(ward.shelf.stored.values()))), force=True)
    assert (ds.AccessionNumber, ds.StudyInstanceUID) == (order.accession, order.study_uid)
    assert ds.SyntheticData == "YES"
    own = device.host if system.has_loopback_network() else "127.0.0.1"
    assert set(ward.shelf.calling) == {("CT1", own)}
    (step,) = ward.ris.steps.all()
    assert step["instances"] == done.images and step["uid"] == done.pps_uid


def test_the_same_item_twice_gives_other_objects(ward: Ward) -> None:
    device = ward.fleet.modality("US1")
    ward.order("US1")
    (item,) = device.query_worklist()
    first, second = device.perform(item), device.perform(item)
    assert first.pps_uid != second.pps_uid
    assert len(ward.shelf.stored) == first.images + second.images


def test_names_beyond_latin_1_come_through(ward: Ward) -> None:
    order = ward.order("DX1")
    ward.ris.book.edit(order.accession, {"patient_name": "ŽIŽKA^山田"})
    device = ward.fleet.modality("DX1")
    (item,) = device.query_worklist()
    assert (item.patient_name, item.character_set) == ("ŽIŽKA^山田", "ISO_IR 192")
    assert device.perform(item).error is None
    ds = dcmread(io.BytesIO(next(iter(ward.shelf.stored.values()))), force=True)
    assert str(ds.PatientName) == "ŽIŽKA^山田"
    assert ward.ris.steps.all()[0]["patient_name"] == "ŽIŽKA^山田"


def test_by_hand(ward: Ward) -> None:
    done = ward.fleet.modality("DX1").perform_unscheduled(**DOE, accession="A?")
    assert done.error is None and len(ward.shelf.stored) == done.images
    assert ward.ris.steps.all()[0]["accessions"] == []
    with pytest.raises(LocalError, match="no protocol 'none'"):
        ward.fleet.modality("DX1").perform_unscheduled(**DOE, protocol="none")


def test_who_erred_is_told_apart(ward: Ward) -> None:
    device = ward.fleet.modality("CT1")
    device.echo("archive")
    device.echo("ris")
    device.change({"ris.ae": "WRONG"})
    with pytest.raises(RejectedError):
        device.echo("ris")
    device.change({"archive.port": free_port()})
    with pytest.raises(NoAnswerError):
        device.echo("archive")
    device.change({"online": "off"})
    with pytest.raises(LocalError, match="offline"):
        device.echo("archive")
    kinds = [entry.facts["error"] for entry in ward.events.entries(kind="device.echo.failed")]
    assert kinds == ["the peer refused", "nobody answered", "we erred"]
    with pytest.raises(UsageError):
        device.echo("everybody")


def test_what_cannot_be_sent_waits_and_is_sent_later(ward: Ward) -> None:
    device = ward.fleet.modality("CT1")
    order = ward.order("CT1")
    (item,) = device.query_worklist()
    device.change({"archive.port": free_port(), "ris.ae": "WRONG"}, "mia")
    done = device.perform(item)
    assert isinstance(done.error, NoAnswerError) and (done.sent, done.queued) == (0, done.images)
    (row,) = device.queue()
    assert (row["queued"], row["owed"]) == (done.images, ["create", "set"])
    assert ward.ris.book.get(order.accession).status == "scheduled"
    assert device.send_queue()["ok"] is False
    device.change({"archive.port": ward.shelf.peer.port, "ris.ae": "RISLAB"}, "mia")
    assert device.send_queue() == {"sent": done.images, "queued": 0, "exams": 0, "ok": True}
    assert len(ward.shelf.stored) == done.images and device.queue() == []
    assert ward.ris.book.get(order.accession).status == "completed"
    (entry, *_) = ward.events.entries(kind="device.send.failed")
    assert entry.facts["device"] == "CT1" and entry.facts["error"] == "nobody answered"


def test_a_refused_image_stays_and_names_the_status(ward: Ward) -> None:
    device = ward.fleet.modality("DX1")
    ward.shelf.status = 0xA700
    facts = device.perform_unscheduled(**DOE).facts()
    assert (facts["ok"], facts["kind"], facts["status"]) == (False, "the peer refused", "0xA700")
    assert facts["queued"] == facts["images"]
    ward.shelf.status = 0
    assert device.send_queue()["ok"] is True


def test_syntaxes_the_archive_does_not_take(ward: Ward) -> None:
    device = ward.fleet.modality("DX1")
    device.change({"syntaxes": "HEVCMP51"})
    facts = device.perform_unscheduled(**DOE).facts()
    assert "no presentation context" in facts["error"]
    device.change({"syntaxes": "ImplicitVRLittleEndian"})
    assert device.send_queue()["ok"] is True  # explicit on the disk, implicit on the wire
    ds = dcmread(io.BytesIO(next(iter(ward.shelf.stored.values()))), force=True)
    assert ds.PatientID == "X1"


def test_an_exam_outlives_a_crash(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    ward = build(tmp_path)
    device = ward.fleet.modality("CT1")
    order = ward.order("CT1")
    (item,) = device.query_worklist()
    with monkeypatch.context() as patch:
        patch.setattr(device, "finish", lambda job: (_ for _ in ()).throw(SystemExit))
        with pytest.raises(SystemExit):
            device.perform(item)  # killed after the exam began
    ward.close()  # type: ignore[attr-defined]
    again = build(tmp_path)
    device = again.fleet.modality("CT1")
    assert device.queue()[0]["acquired"] is False
    assert device.send_queue()["ok"] is True
    assert again.ris.book.get(order.accession).status == "completed" and again.shelf.stored
    again.close()  # type: ignore[attr-defined]


def test_the_listener_follows_title_and_switch(ward: Ward) -> None:
    with no_thread_left():
        device = ward.fleet.modality("CT1")
        device.start()
        peer = Peer(ae="CT1", host=device.host, port=device.port)
        scu.echo(peer)
        device.change({"ae_title": "CT1A"})
        with pytest.raises(RejectedError):
            scu.echo(peer)
        device.change({"online": False})
        with pytest.raises(NoAnswerError):
            scu.echo(peer, Caller(connect_timeout=1))
        device.change({"online": True, "ae_title": "CT1"})
        scu.echo(peer)
        device.stop()


def test_changes_are_journalled_and_stored(ward: Ward, tmp_path: Path) -> None:
    device = ward.fleet.modality("CT1")
    with pytest.raises(UsageError):
        device.change({"archive.ae": "PACS", "archive.port": 0})
    assert device.settings == device.defaults  # all or none
    device.change({"archive.ae": "PACS"}, "mia")
    (entry,) = ward.events.entries(kind="device.setting.changed")
    facts = {key: entry.facts[key] for key in ("device", "key", "old", "new", "actor")}
    assert facts == {
        "device": "CT1", "key": "archive.ae", "old": "PACSLAB", "new": "PACS", "actor": "mia",
    }  # fmt: skip
    assert '"archive.ae": "PACS"' in (tmp_path / "hospital" / "fleet.json").read_text("utf-8")
    assert any(line["kind"] == "device.setting.changed" for line in device.log())


@pytest.mark.peer("storescu")
def test_storescu_sends_to_a_device(ward: Ward, tmp_path: Path) -> None:
    ward.fleet.modality("DX1").perform_unscheduled(**DOE)
    uid, data = next(iter(ward.shelf.stored.items()))
    ds = dcmread(io.BytesIO(data), force=True)
    ds.save_as(tmp_path / "one.dcm", implicit_vr=False, little_endian=True)
    device = ward.fleet.modality("CT1")
    device.start()
    done = peers.run(
        peers.peer("storescu"), "-aec", "CT1", device.host, device.port, tmp_path / "one.dcm"
    )
    assert done.returncode == 0, done.stdout
    wait_for(lambda: device.inbox.received())
    (row,) = device.inbox.received()
    assert row["sop_instance_uid"] == uid
    assert dcmread(device.folder / "received" / row["file"]).PatientID == "X1"
