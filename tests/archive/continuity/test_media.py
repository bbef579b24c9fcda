"""CDs in and out: read by others, re-identified by a person's decision, bad ones refused."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from pydicom import dcmread
from pydicom.dataset import Dataset
from pydicom.fileset import FileSet
from pydicom.uid import ExplicitVRLittleEndian, JPEGLSLossless, RLELossless

from simulator.archive import tables as t
from simulator.archive.continuity import wholeness
from simulator.archive.continuity.media_import import Wishes
from simulator.errors import RefusedError, UsageError
from simulator.network.dimse import encode_dataset
from tests import peers
from tests.archive.support import Lab, image, save, study
from tests.archive.support import lab as run_lab


@pytest.fixture
def lab(tmp_path: Path) -> Iterator[Lab]:
    with run_lab(tmp_path / "lab") as made:
        made.archive.integrity.wait()
        yield made


def burnt(lab: Lab, *objects: Dataset, name: str = "cd") -> Path:
    """Write a CD as another hospital would, and put it into the tray."""
    folder = lab.archive.media.tray / name
    folder.mkdir(parents=True)
    media = FileSet()
    for ds in objects:
        ds.ensure_file_meta()
        ds.file_meta.TransferSyntaxUID = ExplicitVRLittleEndian
        media.add(ds)
    media.write(folder)
    media._stage["t"].cleanup()
    return folder


def plain() -> Dataset:
    """Return an image that says how it is encoded."""
    ds = image()
    ds.ensure_file_meta()
    ds.file_meta.TransferSyntaxUID = ExplicitVRLittleEndian
    return ds


def foreign(number: int, count: int = 1, **values: Any) -> list[Dataset]:
    return study(number, count, PatientID=values.pop("PatientID", "F7"), **values)


def imported(lab: Lab, name: str = "cd", **wishes: Any) -> dict[str, Any]:
    return lab.archive.media.import_(name, "test", Wishes(**wishes))


def stored(lab: Lab, sop_uid: str) -> Dataset:
    found = lab.archive.index.find_instance(sop_uid)
    assert found is not None
    return dcmread(io.BytesIO(lab.archive.store.read(found.digest)))


def test_a_foreign_patient_stays_foreign(lab: Lab) -> None:
    lab.store(*study(1))  # Test^Anna, T1, 1970
    burnt(lab, *foreign(5, 3, AccessionNumber="THEIRS"))
    report = imported(lab)
    assert report["ok"] and report["counts"] == {"imported": 3}
    (patient,) = report["patients"]
    assert (patient["state"], patient["becomes"]["issuer"]) == ("foreign", "FOREIGN")
    (candidate,) = patient["candidates"]
    assert (candidate["patient_id"], candidate["agrees"]) == ("T1", "name and birth date")
    row = lab.archive.index.study("1.2.3.5")
    assert row is not None
    assert (row["patient_id"], row["issuer"], row["accession"]) == ("F7", "FOREIGN", "")
    ds = stored(lab, "1.2.3.5.1.1")
    (original,) = ds.OriginalAttributesSequence
    assert original.ModifiedAttributesSequence[0].AccessionNumber == "THEIRS"
    assert original.ReasonForTheAttributeModification == "COERCE"
    assert ds.PixelData == foreign(5)[0].PixelData
    assert lab.archive.index.counts()["patients"] == 2
    (entry,) = lab.told("media.imported")
    assert "3 imported" in entry.text


@pytest.mark.parametrize("born", ["19800101", ""])
def test_nothing_is_merged_by_name_alone(lab: Lab, born: str) -> None:
    lab.store(*study(1))
    burnt(lab, *foreign(5, PatientBirthDate=born))
    (patient,) = imported(lab)["patients"]
    assert patient["state"] == "foreign"
    assert [one["agrees"] for one in patient["candidates"]] == ["name"]
    assert lab.archive.index.counts()["patients"] == 2


def test_the_same_number_of_another_person_is_not_merged(lab: Lab) -> None:
    lab.store(*study(1))
    burnt(lab, *foreign(5, PatientID="T1", PatientName="Other^Otto", PatientBirthDate="19500505"))
    imported(lab)
    assert lab.archive.index.counts()["patients"] == 2


def test_a_decision_makes_the_foreign_patient_ours(lab: Lab) -> None:
    lab.store(*study(1, IssuerOfPatientID="OURS"))
    burnt(lab, *foreign(5, 2, PatientName="TEST^ANNA^M", IssuerOfPatientID="THEM"))
    report = imported(lab, mapping={"F7": "T1", "X": "T1"})
    assert report["counts"] == {"imported": 2} and report["unused"] == ["X"]
    row = lab.archive.index.study("1.2.3.5")
    assert row is not None
    assert (row["patient_id"], row["issuer"], row["patient_name"]) == ("T1", "OURS", "Test^Anna")
    ds = stored(lab, "1.2.3.5.1.1")
    (other,) = ds.OtherPatientIDsSequence
    assert (other.PatientID, other.IssuerOfPatientID) == ("F7", "THEM")
    before = ds.OriginalAttributesSequence[0].ModifiedAttributesSequence[0]
    assert (before.PatientID, str(before.PatientName)) == ("F7", "TEST^ANNA^M")
    assert lab.archive.index.counts()["patients"] == 1


def test_our_own_patient_comes_back_as_ours(lab: Lab) -> None:
    lab.store(*study(1, IssuerOfPatientID="OURS"))
    burnt(lab, *foreign(5, PatientID="T1", IssuerOfPatientID="OURS", AccessionNumber=""))
    assert imported(lab)["patients"][0]["state"] == "ours"
    assert "OriginalAttributesSequence" not in stored(lab, "1.2.3.5.1.1")


def test_an_unknown_or_ambiguous_patient_is_refused_whole(lab: Lab) -> None:
    lab.store(*study(1, IssuerOfPatientID="A"), *study(2, PatientID="T1", IssuerOfPatientID="B"))
    burnt(lab, *foreign(5))
    with pytest.raises(RefusedError, match="no patient 'NOBODY'"):
        imported(lab, mapping={"F7": "NOBODY"})
    with pytest.raises(RefusedError, match="of the issuers A, B"):
        imported(lab, mapping={"F7": "T1"})
    assert lab.archive.index.counts()["instances"] == 2
    assert imported(lab, mapping={"F7": "T1^^^B"})["ok"]


def test_a_dry_run_changes_nothing_and_a_second_import_neither(lab: Lab) -> None:
    burnt(lab, *foreign(5, 3))
    assert imported(lab, dry_run=True)["counts"] == {"would be imported": 3}
    assert lab.archive.index.counts()["instances"] == 0 and lab.files() == []
    imported(lab)
    files = lab.files()
    again = imported(lab)
    assert again["counts"] == {"there": 3} and again["ok"] and lab.files() == files


def test_accession_numbers_are_kept_where_wanted(lab: Lab) -> None:
    burnt(lab, *foreign(5, AccessionNumber="THEIRS"))
    imported(lab, keep_accession=True)
    assert (lab.archive.index.study("1.2.3.5") or {})["accession"] == "THEIRS"


def test_a_study_that_is_here_under_another_patient_is_not_mixed(lab: Lab) -> None:
    lab.store(*study(5))
    burnt(lab, *foreign(5, 3))
    report = imported(lab)
    assert report["counts"] == {"there": 1, "refused": 2}
    assert "under the patient T5" in report["rows"][1]["why"]
    assert lab.archive.index.counts()["instances"] == 1


def test_one_bad_file_in_500_is_named_and_the_others_are_there(lab: Lab) -> None:
    folder = burnt(lab, *[image(SOPInstanceUID=f"1.2.3.5.1.{n}", InstanceNumber=n, PatientID="F7",
                                StudyInstanceUID="1.2.3.5", SeriesInstanceUID="1.2.3.5.1")
                          for n in range(1, 501)])  # fmt: skip
    bad = sorted(path for path in folder.rglob("*") if path.is_file())[250]
    bad.write_bytes(bad.read_bytes()[:-100])
    report = imported(lab)
    (refused,) = [row for row in report["rows"] if row["state"] == "refused"]
    assert refused["file"] == bad.relative_to(folder).as_posix()
    assert "lacks 100 bytes" in refused["why"] and not report["ok"]
    assert lab.archive.index.counts()["instances"] == len(lab.files()) == 499


@pytest.mark.parametrize(
    ("parts", "why"),
    [
        (["..", "..", "SECRET"], "leads out"),
        (["../../SECRET"], "leads out"),
        (["..\\..\\SECRET"], "leads out"),
        (["C:", "SECRET"], "leads out"),
        ([".", "SECRET"], "leads out"),
        (["LINK"], "it is a link"),
        (["LINKED", "SECRET"], "it is a link"),
        (["MISSING"], "no such file"),
        (["A" * 300], "leads out"),
        (["D"], "it is no file"),
        (["D"] * 40, "leads out"),
    ],
)
def test_file_ids_that_lead_elsewhere(lab: Lab, parts: list[str], why: str) -> None:
    folder = burnt(lab, *foreign(5, 2))
    outside = lab.archive.media.tray.parent / "SECRET"
    save(image(PatientID="secret"), outside)
    (folder / "LINK").symlink_to(outside)
    (folder / "LINKED").symlink_to(outside.parent)
    (folder / "D").mkdir()
    directory = dcmread(folder / "DICOMDIR")
    record = next(r for r in directory.DirectoryRecordSequence if r.get("ReferencedFileID"))
    record.ReferencedFileID = parts
    directory.save_as(folder / "DICOMDIR")
    report = imported(lab)
    assert report["counts"] == {"refused": 1, "imported": 1}
    (row,) = [row for row in report["rows"] if row["state"] == "refused"]
    assert why in row["why"]
    assert not lab.archive.index.studies([t.patients.c.patient_id == "secret"])


def cut(folder: Path) -> None:
    (folder / "DICOMDIR").write_bytes((folder / "DICOMDIR").read_bytes()[:400])


def no_dicom(folder: Path) -> None:
    (folder / "DICOMDIR").write_bytes(b"autorun")


def gone(folder: Path) -> None:
    (folder / "DICOMDIR").unlink()


@pytest.mark.parametrize("harm", [cut, no_dicom, gone])
def test_a_medium_without_a_good_dicomdir(lab: Lab, harm: Callable[[Path], None]) -> None:
    folder = burnt(lab, *foreign(5, 3))
    harm(folder)
    (folder / "README.TXT").write_text("Thank you for choosing us", "utf-8")
    with pytest.raises(UsageError, match="--all-files"):
        imported(lab)
    report = imported(lab, all_files=True)
    assert report["counts"] == {"imported": 3, "refused": 1}


def test_files_beside_the_dicomdir_are_counted(lab: Lab) -> None:
    folder = burnt(lab, *foreign(5))
    save(image(), folder / "EXTRA")
    assert imported(lab)["unnamed"] == 1


@pytest.mark.parametrize("name", ["..", "exports", "CD", "../cd", "", "no"])
def test_names_of_the_tray_that_are_none(lab: Lab, name: str) -> None:
    lab.archive.media.out.mkdir(parents=True)
    with pytest.raises(RefusedError, match="no medium"):
        imported(lab, name)


# --- whole or cut -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "syntax", [ExplicitVRLittleEndian, "1.2.840.10008.1.2", "1.2.840.10008.1.2.2"]
)
def test_every_cut_is_found(syntax: str) -> None:
    ds = image()
    ds.RequestAttributesSequence = [Dataset(), Dataset()]
    ds.RequestAttributesSequence[0].RequestedProcedureID = "7"
    ds.PixelData = bytes(64)
    data = encode_dataset(ds, syntax)
    wholeness.check(data, syntax)
    ends = 0
    for length in range(1, len(data)):
        try:
            wholeness.check(data[:length], syntax)
        except wholeness.CutError:
            continue
        ends += 1  # between two elements: shorter, but a data set
    assert 0 < ends < len(list(ds)) + 1


def test_compressed_pixels_are_followed_to_their_end(lab: Lab) -> None:
    ds = plain()
    ds.compress(RLELossless, generate_instance_uid=False)
    data = encode_dataset(ds, RLELossless)
    wholeness.check(data, RLELossless)
    for lost in (1, 8, 9, 200):
        with pytest.raises(wholeness.CutError):
            wholeness.check(data[:-lost], RLELossless)


# --- export -------------------------------------------------------------------------------------


@contextmanager
def opened(folder: Path) -> Iterator[FileSet]:
    """Read a DICOMDIR as pydicom does, and leave nothing behind."""
    media = FileSet(folder / "DICOMDIR")
    try:
        yield media
    finally:
        media._stage["t"].cleanup()


def unpacked(lab: Lab, *uids: str) -> tuple[dict[str, Any], Path]:
    report = lab.archive.media.export(list(uids), "test", [])
    folder = lab.archive.folder.parent / "burn"
    with zipfile.ZipFile(lab.archive.media.exported(report["name"])) as file:
        file.extractall(folder)
    return report, folder


def test_an_export_is_a_file_set_that_others_read(lab: Lab) -> None:
    lab.store(*study(1, 3), *study(2, 2))
    report, folder = unpacked(lab, "1.2.3.1", "1.2.3.2")
    assert (report["files"], report["studies"], report["left_out"]) == (5, 2, [])
    with opened(folder) as media:
        found = [(instance.ReferencedFileID, instance.load()) for instance in media]
    assert len(found) == 5
    for said, loaded in found:
        parts = [said] if isinstance(said, str) else list(said)
        assert len(parts) <= 8 and all(0 < len(p) <= 8 and p == p.upper() for p in parts)
        assert loaded in [*study(1, 3), *study(2, 2)]
    assert "5 files" in lab.told("media.exported")[0].text


@pytest.mark.peer("dcmdump")
def test_dcmtk_reads_our_dicomdir(lab: Lab) -> None:
    lab.store(*study(1, 3))
    _, folder = unpacked(lab, "1.2.3.1")
    said = peers.run(peers.peer("dcmdump"), folder / "DICOMDIR").stdout
    assert said.count("IMAGE") >= 3 and "PATIENT" in said and "error" not in said.lower()


def test_an_export_comes_back_by_import_as_it_was(lab: Lab, tmp_path: Path) -> None:
    lab.store(*study(1, 3, IssuerOfPatientID="OURS"))
    _, folder = unpacked(lab, "1.2.3.1")
    with run_lab(tmp_path / "other") as other:
        other.archive.media.tray.mkdir()
        folder.replace(other.archive.media.tray / "cd")
        report = imported(other, keep_accession=True)
        assert report["counts"] == {"imported": 3}
        back = sorted(other.get(StudyInstanceUID="1.2.3.1")[1], key=lambda ds: ds.SOPInstanceUID)
        assert back == study(1, 3, IssuerOfPatientID="OURS")


def test_compressed_images_are_written_uncompressed(lab: Lab) -> None:
    ds = plain()
    ds.compress(JPEGLSLossless, generate_instance_uid=False)
    lab.store(ds, syntax=JPEGLSLossless)
    report, folder = unpacked(lab, "1.2.3.1")
    with opened(folder) as media:
        (made,) = [instance.load() for instance in media]
    assert made.file_meta.TransferSyntaxUID == ExplicitVRLittleEndian
    assert made.PixelData == image().PixelData and report["compressed"] == []


def test_what_a_record_needs_is_invented_in_the_dicomdir_only(lab: Lab) -> None:
    lab.store(*study(1, StudyDate="", StudyTime=None, StudyID=""))
    report, folder = unpacked(lab, "1.2.3.1")
    assert report["invented"] == {"StudyDate": 1, "StudyTime": 1, "StudyID": 1}
    with opened(folder) as media:
        (instance,) = media
        assert instance.load().StudyDate == "" and instance.StudyDate == "19000101"


def test_an_unknown_study_is_refused_and_nothing_written(lab: Lab) -> None:
    lab.store(*study(1))
    with pytest.raises(RefusedError, match=r"no study 1\.2\.9"):
        lab.archive.media.export(["1.2.3.1", "1.2.9"], "test", [])
    assert not lab.archive.media.out.exists()
    with pytest.raises(RefusedError):
        lab.archive.media.exported("../../archive/index")
