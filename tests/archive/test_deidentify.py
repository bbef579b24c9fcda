"""De-identified export: no identity is left in a byte of it, and what is left is still DICOM."""

from __future__ import annotations

import csv
import io
import os
import zipfile
from pathlib import Path
from typing import Any

import pytest
from pydicom import dcmread
from pydicom.dataset import Dataset
from pydicom.sequence import Sequence
from pydicom.uid import generate_uid

from simulator.archive.deidentify import rules
from simulator.archive.deidentify.export import as_wish
from simulator.archive.deidentify.pseudonyms import Pseudonyms, project_key, shifted
from simulator.errors import CannotError, RefusedError, UsageError
from tests.archive.support import Lab, image

# Every text by which this patient could be found; none of them may be in what goes out.
SECRETS = {
    "PatientName": "Secretname^Sybil", "PatientID": "MRN-998877", "AccessionNumber": "ACC-5544",
    "StudyID": "STUDY-77", "IssuerOfPatientID": "HOSPITAL-X", "OtherPatientIDs": "OLD-112233",
    "ReferringPhysicianName": "Referrer^Rudolf", "PerformingPhysicianName": "Performer^Paula",
    "OperatorsName": "Operator^Otto", "InstitutionName": "Mercy Hospital",
    "InstitutionAddress": "12 Elm Street", "StationName": "CTROOM-3",
    "DeviceSerialNumber": "SN4711",
    "PatientAddress": "Baker Street 221b", "PatientTelephoneNumbers": "555-0199",
    "StudyDescription": "Follow-up of Sybil Secretname", "SeriesDescription": "Thorax Secretname",
    "ProtocolName": "Protocol by Otto", "PatientComments": "afraid of needles",
    "ImageComments": "seen by Dr. Rudolf", "AdditionalPatientHistory": "twin sister of Sonja",
    "AdmittingDiagnosesDescription": "fell off a horse", "RequestedProcedureID": "RP-3131",
    "PatientBirthDate": "19430217", "StudyDate": "20260219", "SeriesDate": "20260219",
    "AcquisitionDate": "20260219", "ContentDate": "20260219", "StudyTime": "091733",
    "PatientMotherBirthName": "Maidenname", "MilitaryRank": "Colonel", "Occupation": "astronaut",
}  # fmt: skip


def secret_object(**values: Any) -> Dataset:
    ds = image(**{**SECRETS, "StudyInstanceUID": "1.2.99.1", "SeriesInstanceUID": "1.2.99.1.1",
                  "SOPInstanceUID": generate_uid("1.2.99.7."), **values})  # fmt: skip
    request = Dataset()
    request.RequestedProcedureID, request.AccessionNumber = "RP-3131", "ACC-5544"
    request.RequestedProcedureDescription = "CT of Sybil"
    ds.RequestAttributesSequence = [request]
    reference, source = Dataset(), Dataset()
    reference.ReferencedSOPClassUID, reference.ReferencedSOPInstanceUID = ds.SOPClassUID, "1.2.99.9"
    source.ReferencedSOPClassUID, source.ReferencedSOPInstanceUID = ds.SOPClassUID, "1.2.99.9"
    source.PatientName = "Secretname^Nested"
    ds.ReferencedImageSequence, ds.SourceImageSequence = [reference], [source]
    block = ds.private_block(0x0009, "VENDOR X", create=True)
    block.add_new(0x01, "LO", "private Secretname")
    ds.add_new(0x60003000, "OW", b"\0\1" * 8)
    ds.add_new(0x60000010, "US", 4)
    ds.add_new(0x50001001, "LO", "PATIENT=Secretname")
    ds.PatientAge, ds.PatientWeight = "083Y", "71"
    return ds


def exported(lab: Lab, *uids: str, **wish: Any) -> tuple[dict[str, Any], list[bytes]]:
    made = as_wish({"studies": list(uids), **wish})
    t = lab.archive.index
    from simulator.archive import tables

    places = [t.locate([tables.studies.c.study_uid == uid]) for uid in made.studies]
    report = lab.archive.exports.make(made, places)
    path = lab.archive.exports.file(report["export"], "export.zip")
    with zipfile.ZipFile(path) as whole:
        return report, [whole.read(name) for name in sorted(whole.namelist())]


def hunt(data: bytes, secrets: list[str]) -> list[str]:
    """Return the secrets that are in the bytes, in any of the usual encodings, in any case."""
    low = data.lower()
    codes = ("utf-8", "latin-1", "utf-16-le")
    return [one for one in secrets if any(one.lower().encode(code) in low for code in codes)]


def words() -> list[str]:
    parts = {part for value in SECRETS.values() for part in value.replace("^", " ").split()}
    common = {"of", "by", "off", "a", "Dr.", "Street", "Hospital", "seen", "12", "Thorax"}
    common |= {"Protocol", "Follow-up", "fell", "horse", "twin", "sister", "afraid", "needles"}
    return sorted(
        {*SECRETS.values(), *(parts - common), "1.2.99", "Nested", "VENDOR X", "PATIENT="}
    )


@pytest.mark.parametrize("syntax", ["1.2.840.10008.1.2.1", "1.2.840.10008.1.2"])
def test_no_identity_is_left_in_a_byte_of_the_export(lab: Lab, syntax: str) -> None:
    lab.store(secret_object(), secret_object(InstanceNumber=2), syntax=syntax)
    stored = lab.archive.store.read(lab.files()[0])
    assert set(words()) - set(hunt(stored, words())) <= {"PATIENT="}, "the hunt finds what is there"
    report, files = exported(lab, "1.2.99.1")
    assert len(files) == report["instances"] == 2
    for data in files:
        assert hunt(data, words()) == []
    zipped = lab.archive.exports.file(report["export"], "export.zip").read_bytes()
    assert hunt(zipped, words()) == [] and b"2026" not in zipped[:200]
    assert "PatientAddress" in report["removed"] and report["done"]["uids"] > 4


def test_what_is_left_says_so_and_hangs_together(lab: Lab) -> None:
    lab.store(*(secret_object(InstanceNumber=n) for n in (1, 2)), secret_object(
        SeriesInstanceUID="1.2.99.1.2", InstanceNumber=3))  # fmt: skip
    _, files = exported(lab, "1.2.99.1")
    made = [dcmread(io.BytesIO(data)) for data in files]
    first = made[0]
    assert first.PatientIdentityRemoved == "YES"
    assert [item.CodeValue for item in first.DeidentificationMethodCodeSequence] == ["113100"]
    assert first.LongitudinalTemporalInformationModified == "REMOVED"
    assert first.file_meta.MediaStorageSOPInstanceUID == first.SOPInstanceUID
    assert len({ds.StudyInstanceUID for ds in made}) == 1
    assert len({ds.SeriesInstanceUID for ds in made}) == 2
    assert len({ds.SOPInstanceUID for ds in made}) == 3
    assert all(str(ds.StudyInstanceUID).startswith("2.25.") for ds in made)
    (reference,) = first.ReferencedImageSequence
    assert (
        reference.ReferencedSOPInstanceUID == first.SourceImageSequence[0].ReferencedSOPInstanceUID
    )
    assert first.PatientName == first.PatientID and str(first.PatientID).startswith("P")
    assert first.StudyDate == first.AccessionNumber == first.PatientBirthDate == ""
    assert first.PixelData == image().PixelData and first.SOPClassUID == image().SOPClassUID
    assert not [e for e in first if e.tag.is_private or e.tag.group >> 8 in (0x50, 0x60)]
    for keyword in ("StudyDate", "StudyTime", "StudyID", "PatientSex", "ReferringPhysicianName"):
        assert keyword in first, "type 2 stays, empty"


def test_names_are_the_same_in_a_project_and_others_in_another(lab: Lab, tmp_path: Path) -> None:
    lab.store(secret_object())
    ids = []
    for project in ("lung", "lung", "teaching"):
        _, (data,) = exported(lab, "1.2.99.1", project=project)
        ds = dcmread(io.BytesIO(data))
        ids.append((ds.PatientID, ds.SOPInstanceUID))
    assert ids[0] == ids[1] != ids[2]
    key = tmp_path / "k" / "key"
    assert project_key(key, "a") == project_key(key, "a") != project_key(key, "b")
    assert os.name == "nt" or key.stat().st_mode & 0o777 == 0o600
    one, other = Pseudonyms(b"a" * 32), Pseudonyms(b"b" * 32)
    assert one.uid("1.2") == one.uid("1.2") != other.uid("1.2")
    assert one.patient("1", "A") != one.patient("1", "B")


def test_the_map_is_apart_and_its_owner_s_only(lab: Lab) -> None:
    lab.store(secret_object())
    report, (data,) = exported(lab, "1.2.99.1")
    path = lab.archive.exports.file(report["export"], "map.csv")
    assert os.name == "nt" or path.stat().st_mode & 0o777 == 0o600
    rows = {row["original"]: row for row in csv.DictReader(path.read_text("utf-8").splitlines())}
    ds = dcmread(io.BytesIO(data))
    assert rows["1.2.99.1"]["replacement"] == ds.StudyInstanceUID
    assert rows["MRN-998877^HOSPITAL-X"]["replacement"] == ds.PatientID
    with zipfile.ZipFile(lab.archive.exports.file(report["export"], "export.zip")) as whole:
        assert [name for name in whole.namelist() if not name.endswith(".dcm")] == []


def options(lab: Lab, *names: str, **values: Any) -> Dataset:
    ds = secret_object(**values)
    lab.store(ds)
    _, (data,) = exported(lab, ds.StudyInstanceUID, options=list(names))
    return dcmread(io.BytesIO(data))


def test_each_option_keeps_what_it_says(lab: Lab) -> None:
    ds = options(lab, "retain-dates", StudyInstanceUID="1.2.99.2")
    assert (ds.StudyDate, ds.StudyTime, ds.PatientBirthDate) == ("20260219", "091733", "")
    assert ds.LongitudinalTemporalInformationModified == "UNMODIFIED"
    assert ds.DeidentificationMethodCodeSequence[1].CodeValue == "113106"
    ds = options(lab, "retain-uids", StudyInstanceUID="1.2.99.3")
    assert ds.StudyInstanceUID == "1.2.99.3"
    ds = options(lab, "retain-patient-characteristics", StudyInstanceUID="1.2.99.4")
    assert (ds.PatientSex, ds.PatientAge, ds.PatientWeight) == ("F", "083Y", "71")
    ds = options(lab, "retain-device", StudyInstanceUID="1.2.99.5")
    assert (ds.StationName, ds.DeviceSerialNumber) == ("CTROOM-3", "SN4711")
    ds = options(lab, "retain-institution", StudyInstanceUID="1.2.99.6")
    assert ds.InstitutionName == "Mercy Hospital" and ds.StationName != "CTROOM-3"
    ds = options(lab, "clean-descriptors", StudyInstanceUID="1.2.99.7", ProtocolName="Chest 5 mm")
    assert ds.ProtocolName == "Chest 5 mm" and "Sybil" not in ds.StudyDescription


def test_modified_dates_keep_the_distance(lab: Lab) -> None:
    first = options(lab, "modified-dates", StudyInstanceUID="1.2.99.8")
    later = options(lab, "modified-dates", StudyInstanceUID="1.2.99.9", StudyDate="20260301")
    from datetime import datetime

    days = [datetime.strptime(ds.StudyDate, "%Y%m%d") for ds in (first, later)]
    assert (days[1] - days[0]).days == 10 and first.StudyDate != "20260219"
    assert first.StudyTime == "091733"
    assert first.LongitudinalTemporalInformationModified == "MODIFIED"
    assert shifted("20260301", 1) == "20260228" and shifted("20260301101500", 1)[8:] == "101500"
    assert shifted("yesterday", 1) == shifted("00010101", 400) == ""


def test_private_attributes_stay_only_where_they_are_declared_safe(lab: Lab) -> None:
    ds = secret_object(StudyInstanceUID="1.2.99.10")
    safe = ds.private_block(0x0011, "SAFE ONE", create=True)
    safe.add_new(0x02, "LO", "kernel B31")
    item = Dataset()
    item.PrivateGroupReference, item.PrivateCreatorReference = 0x0011, "SAFE ONE"
    item.BlockIdentifyingInformationStatus = "SAFE"
    ds.PrivateDataElementCharacteristicsSequence = [item]
    lab.store(ds)
    _, (data,) = exported(lab, "1.2.99.10")
    assert not [e for e in dcmread(io.BytesIO(data)) if e.tag.is_private]
    _, (data,) = exported(lab, "1.2.99.10", options=["retain-safe-private"])
    made = dcmread(io.BytesIO(data))
    assert made[0x00111002].value == "kernel B31" and 0x00090010 not in made
    assert hunt(data, words()) == []


def report_object() -> Dataset:
    ds = secret_object(StudyInstanceUID="1.2.99.11", Modality="SR")
    ds.SOPClassUID = "1.2.840.10008.5.1.4.1.1.88.33"
    for keyword in ("PixelData", "Rows", "Columns"):
        del ds[keyword]
    ds.ValueType = "CONTAINER"
    rows = []
    for kind, keyword, value in (
        ("TEXT", "TextValue", "Sybil Secretname has a nodule"),
        ("PNAME", "PersonName", "Referrer^Rudolf"),
        ("CODE", "ConceptCodeSequence", Sequence([code("T-28000", "Lung")])),
        ("UIDREF", "UID", "1.2.99.77"),
        ("STRANGE", "TextValue", "Secretname"),
    ):
        item = Dataset()
        item.RelationshipType, item.ValueType = "CONTAINS", kind
        item.ConceptNameCodeSequence = [code("121071", "Finding")]
        setattr(item, keyword, value)
        rows.append(item)
    nested = Dataset()
    nested.ValueType, nested.ContentSequence = "CONTAINER", Sequence(rows)
    ds.ContentSequence = Sequence([nested])
    observer = Dataset()
    observer.VerifyingObserverName, observer.VerifyingOrganization = "Performer^Paula", "Mercy"
    observer.VerificationDateTime = "20260219101010"
    ds.VerifyingObserverSequence = [observer]
    return ds


def code(value: str, meaning: str) -> Dataset:
    item = Dataset()
    item.CodeValue, item.CodingSchemeDesignator, item.CodeMeaning = value, "DCM", meaning
    return item


def test_a_report_says_nothing_or_only_codes(lab: Lab) -> None:
    lab.store(report_object())
    _, (data,) = exported(lab, "1.2.99.11")
    made = dcmread(io.BytesIO(data))
    assert hunt(data, [*words(), "nodule"]) == []
    assert [item.TextValue for item in made.ContentSequence] == ["REMOVED"]
    assert made.VerifyingObserverSequence[0].VerifyingObserverName == "REMOVED"
    _, (data,) = exported(lab, "1.2.99.11", options=["clean-structured"])
    assert hunt(data, [*words(), "nodule"]) == []
    items = dcmread(io.BytesIO(data)).ContentSequence[0].ContentSequence
    assert [item.ValueType for item in items] == ["TEXT", "PNAME", "CODE", "UIDREF"]
    assert items[2].ConceptCodeSequence[0].CodeMeaning == "Lung"
    assert str(items[3].UID).startswith("2.25.")


def test_an_encapsulated_document_is_replaced(lab: Lab) -> None:
    ds = secret_object(StudyInstanceUID="1.2.99.12", Modality="DOC")
    ds.SOPClassUID = "1.2.840.10008.5.1.4.1.1.104.1"
    del ds.PixelData
    ds.MIMETypeOfEncapsulatedDocument, ds.DocumentTitle = "application/pdf", "Letter to Sybil"
    ds.EncapsulatedDocument = b"%PDF-1.4 Secretname Sybil"
    lab.store(ds)
    _, (data,) = exported(lab, "1.2.99.12")
    assert hunt(data, words()) == []
    made = dcmread(io.BytesIO(data))
    assert made.EncapsulatedDocument.startswith(b"%PDF") and len(made.EncapsulatedDocument) > 100


def test_pixels_that_may_name_somebody_are_reported_or_left_out(lab: Lab) -> None:
    lab.store(
        secret_object(BurnedInAnnotation="YES"),
        secret_object(Modality="US", SeriesInstanceUID="1.2.99.1.2"),
        secret_object(Modality="US", BurnedInAnnotation="NO", SeriesInstanceUID="1.2.99.1.3"),
        secret_object(BodyPartExamined="HEAD", SeriesInstanceUID="1.2.99.1.4"),
    )
    report, files = exported(lab, "1.2.99.1")
    said = [row["warnings"] for row in report["objects"]]
    kinds = [
        any(word in " ".join(lines) for lines in said) for word in ("itself", "likely", "face")
    ]
    assert kinds == [True, True, True] and len(files) == 4
    assert sum("burned-in" in " ".join(lines) for lines in said) == 2
    report, files = exported(lab, "1.2.99.1", leave_out=True)
    assert (report["left_out"], len(files)) == (1, 3)


@pytest.mark.parametrize(
    "body",
    [
        {}, {"studies": []}, {"studies": "1.2"}, {"studies": [5]}, {"options": "retain-uids"},
        {"options": ["retain-everything"]}, {"options": ["retain-dates", "modified-dates"]},
        {"project": "../x"}, {"project": ""}, {"profile": "none"}, {"leave_out": "yes"},
    ],
)  # fmt: skip
def test_wishes_that_are_refused(body: dict[str, Any]) -> None:
    with pytest.raises(UsageError):
        as_wish({"studies": ["1.2.3"], **body} if body and "studies" not in body else body)


def test_nothing_is_left_of_an_export_that_fails(lab: Lab) -> None:
    lab.store(secret_object())
    digest = lab.files()[0]
    lab.archive.store.path(digest).write_bytes(b"no DICOM at all")
    with pytest.raises(CannotError, match="cannot be read"):
        exported(lab, "1.2.99.1")
    assert lab.archive.exports.all() == []
    with pytest.raises(RefusedError, match="no export 1"):
        lab.archive.exports.file(1, "map.csv")


def test_a_reset_takes_exports_away(lab: Lab) -> None:
    lab.store(secret_object())
    lab.archive.save_baseline()
    report, _ = exported(lab, "1.2.99.1")
    assert [row["export"] for row in lab.archive.exports.all()] == [report["export"]]
    lab.archive.reset()
    assert lab.archive.exports.all() == []


def test_the_table_is_whole() -> None:
    """What the standard's table says of a few attributes of every kind; and it is all there."""
    table = rules._table()
    assert len(table) > 600
    basic = rules.as_options([])
    assert {basic.action(tag) for tag in table} == {"X", "Z", "D", "U"}
    assert basic.action(0x00100010) == "Z" and basic.action(0x0020000D) == "U"
    assert basic.action(0x00181000) == "D" and basic.action(0x00104000) == "X"
    assert basic.action(0x00280010) == "K"
