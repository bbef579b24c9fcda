"""The quarantine: kept as received, durable before the answer, listed, released, deleted."""

from __future__ import annotations

import json
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from pydicom import dcmread
from pydicom.dataset import Dataset
from pydicom.uid import ExplicitVRLittleEndian

from simulator.archive import quarantine as module
from simulator.network.dimse import encode_dataset
from tests.archive.support import Lab, image, raw_store, store_on
from tests.archive.support import lab as run_lab
from tests.archive.test_admin import Api

NOISE = b"Once upon a time there was a modality " * 30


def send(lab: Lab, ds: Dataset, data: bytes | None = None) -> Any:
    with lab.open() as association:
        return raw_store(association, ds, data)


def entries(lab: Lab) -> list[dict[str, Any]]:
    return lab.archive.quarantine.all()


def test_a_data_set_that_cannot_be_read_is_kept_as_it_came(lab: Lab) -> None:
    answer = send(lab, image(SOPInstanceUID="1.2.3.4"), NOISE)
    assert answer["Status"] >> 12 == 0xC
    (entry,) = entries(lab)
    assert entry["number"] == "q000001"
    assert entry["form"] == "Part 10"
    assert (entry["source"], entry["sop_instance"]) == ("CT1", "1.2.3.4")
    assert entry["status"] == f"0x{answer['Status']:04X}"
    assert entry["reason"].startswith("cannot parse") and entry["received"]
    data = lab.archive.quarantine.data("q000001")
    assert data[entry["offset"] :] == NOISE
    assert data[:132] == bytes(128) + b"DICM"
    (told,) = lab.told("quarantine.kept")
    assert "kept as q000001" in told.text


def test_uids_that_are_missing(lab: Lab) -> None:
    assert send(lab, image(StudyInstanceUID=None))["Status"] == 0xA900
    (entry,) = entries(lab)
    assert entry["reason"] == "StudyInstanceUID is missing or not a valid UID"
    assert entry["shown"]["PatientID"] == "T1"
    ds = dcmread(BytesIO(lab.archive.quarantine.data(entry["number"])))
    assert ds.PatientName == "Test^Anna" and "StudyInstanceUID" not in ds


def test_no_name_comes_from_the_wire(lab: Lab) -> None:
    named = Dataset()
    named.SOPClassUID = image().SOPClassUID
    named.add_new(0x00080018, "LO", "../../../../tmp/evil")
    assert send(lab, named, encode_dataset(image(), ExplicitVRLittleEndian))["Status"] == 0x0117
    (entry,) = entries(lab)
    assert entry["form"] == "bare data set" and entry["sop_instance"] == "../../../../tmp/evil"
    names = sorted(path.name for path in lab.archive.quarantine.folder.iterdir())
    assert names == ["last.json", "put-by", "q000001.bin", "q000001.json"]


def test_it_is_durable_before_the_answer(lab: Lab, monkeypatch: pytest.MonkeyPatch) -> None:
    order: list[str] = []
    for name in ("write_atomically", "write_json", "sync_folder"):
        call = getattr(module, name)

        def noting(*given: Any, call: Any = call, name: str = name) -> Any:
            order.append(name)
            return call(*given)

        monkeypatch.setattr(module, name, noting)
    with lab.open() as association:
        assert raw_store(association, image(StudyInstanceUID=None))["Status"] == 0xA900
        assert order == ["write_json", "write_atomically", "write_json", "sync_folder"]
        assert store_on(association, image()) == 0


def test_switched_off_nothing_is_kept(lab: Lab) -> None:
    lab.set("quarantine.keep", False)
    assert send(lab, image(), NOISE)["Status"] >> 12 == 0xC
    assert entries(lab) == []


def test_a_warning_instead_of_a_failure(lab: Lab) -> None:
    lab.set("quarantine.answer", "warning")
    answer = send(lab, image(StudyInstanceUID=None))
    assert answer["Status"] == 0xB007
    assert answer["ErrorComment"].startswith("in quarantine as q000001: StudyInstanceUID is")
    assert len(entries(lab)) == 1 and lab.archive.index.counts()["instances"] == 0


@pytest.mark.parametrize(("how", "status"), [("failure", 0xA900), ("warning", 0xA700)])
def test_it_is_bounded_and_never_forgets_what_it_has(lab: Lab, how: str, status: int) -> None:
    """A sender that would hear 'warning' deletes its copy: full means 0xA700 then."""
    lab.set("quarantine.max_megabytes", 1)
    large = image(StudyInstanceUID=None)
    large.PixelData = bytes(600_000)
    send(lab, large)
    lab.set("quarantine.answer", how)
    large.SOPInstanceUID = "1.2.3"
    assert send(lab, large)["Status"] == status
    assert [entry["number"] for entry in entries(lab)] == ["q000001"]
    assert "the quarantine is full" in lab.told("quarantine.full")[0].text


@pytest.fixture
def api(lab: Lab) -> Iterator[Api]:
    made = Api(lab)
    yield made
    made.client.close()
    made.web.stop()


def test_it_is_listed_shown_released_and_deleted_over_rest(api: Api) -> None:
    lab = api.lab
    lab.set("patient.missing_id", "quarantine")
    send(lab, image(SOPInstanceUID="1.2.3.4", PatientID=""))
    send(lab, image(), NOISE)
    rows = api.call("qc", "GET", "/api/quarantine").json()
    assert [row["number"] for row in rows] == ["q000001", "q000002"]
    one = api.call("qc", "GET", "/api/quarantine/q000001").json()
    assert one["reason"] == "it has no Patient ID"
    file = api.call("qc", "GET", "/api/quarantine/q000001/file").content
    assert dcmread(BytesIO(file)).SOPInstanceUID == "1.2.3.4"
    refused = api.call("qc", "POST", "/api/quarantine/q000001/release", {})
    assert refused.status_code == 409
    assert "it has no Patient ID" in refused.json()["error"]
    assert len(entries(lab)) == 2  # it stays, and once only
    lab.set("patient.missing_id", "accept")
    done = api.call("qc", "POST", "/api/quarantine/q000001/release", {})
    assert done.json()["ok"] and lab.archive.index.has("1.2.3.4")
    assert lab.archive.index.tree("1.2.3.1")[0]["instances"][0]["source"] == "CT1"
    assert api.call("viewer", "GET", "/api/quarantine").status_code == 403
    assert api.call("qc", "DELETE", "/api/quarantine/q000002").status_code == 403
    assert api.call("pacs_admin", "DELETE", "/api/quarantine/q000002").status_code == 200
    assert entries(lab) == []
    assert [e.kind for e in lab.told("quarantine.")][-2:] == [
        "quarantine.released",
        "quarantine.deleted",
    ]


@pytest.mark.parametrize("number", ["q000009", "last", "..%2f..%2fseat", "q1", "Q000001"])
def test_a_number_there_is_not(api: Api, number: str) -> None:
    send(api.lab, image(), NOISE)
    for method, end in (("GET", ""), ("GET", "/file"), ("POST", "/release"), ("DELETE", "")):
        answer = api.call("pacs_admin", method, f"/api/quarantine/{number}{end}")
        assert answer.status_code == 404
    assert len(entries(api.lab)) == 1


def test_numbers_are_never_given_twice(tmp_path: Path) -> None:
    with run_lab(tmp_path) as lab:
        send(lab, image(), NOISE)
        lab.archive.quarantine.remove("q000001")
    with run_lab(tmp_path) as again:
        send(again, image(), NOISE)
        assert [entry["number"] for entry in entries(again)] == ["q000002"]


def test_a_half_written_entry_is_removed_at_the_start(tmp_path: Path) -> None:
    with run_lab(tmp_path) as lab:
        send(lab, image(), NOISE)
        folder = lab.archive.quarantine.folder
    (folder / "q000002.bin").write_bytes(b"half")
    (folder / ".q000003.bin.x1y2").write_bytes(b"less")
    with run_lab(tmp_path) as again:
        assert len(entries(again)) == 1
        again.archive.integrity.wait()
        report = json.loads(again.archive.integrity.path.read_text("utf-8"))
        assert report["counts"]["half_written"] == 2
    assert sorted(path.name for path in folder.glob("*q*")) == ["q000001.bin", "q000001.json"]


def test_a_reset_puts_it_back(lab: Lab) -> None:
    send(lab, image(), NOISE)
    lab.archive.save_baseline()
    before = lab.archive.quarantine.data("q000001")
    send(lab, image(), NOISE)
    lab.archive.quarantine.remove("q000001")
    assert [entry["number"] for entry in entries(lab)] == ["q000002"]
    lab.archive.reset()
    assert [entry["number"] for entry in entries(lab)] == ["q000001"]
    assert lab.archive.quarantine.data("q000001") == before
