"""The Native DICOM Model (PS3.19 A.1) says what the JSON model says."""

from __future__ import annotations

from typing import Any
from xml.etree import ElementTree as et

from pydicom.dataset import Dataset

from simulator.archive.dicomweb.json_model import to_json
from simulator.archive.dicomweb.xml_model import as_xml
from tests.archive.dicomweb.support import WebLab, parts
from tests.archive.support import study

XML = 'multipart/related; type="application/dicom+xml"'


def back(element: et.Element) -> dict[str, Any]:
    """Read the model back into that of JSON (values as text)."""
    found: dict[str, Any] = {}
    for attribute in element.findall("DicomAttribute"):
        made: dict[str, Any] = {"vr": attribute.get("vr")}
        for child in attribute:
            if child.tag == "BulkData":
                made["BulkDataURI"] = child.get("uri")
            elif child.tag == "InlineBinary":
                made["InlineBinary"] = child.text
            elif child.tag == "Item":
                made.setdefault("Value", []).append(back(child))
            elif child.tag == "PersonName":
                groups = {g.tag: "^".join(c.text or "" for c in g) for g in child}
                made.setdefault("Value", []).append(groups)
            else:
                made.setdefault("Value", []).append(child.text or "")
        found[str(attribute.get("tag"))] = made
    return found


def as_text(model: Any) -> Any:
    """Return the JSON model with every number as text."""
    if isinstance(model, dict):
        return {key: as_text(value) for key, value in model.items()}
    if isinstance(model, list):
        return [as_text(value) for value in model]
    return str(model)


def test_metadata_is_the_same_in_both_forms(shelf: WebLab) -> None:
    (described,) = shelf.get("/studies/1.2.3.1/metadata").json()
    ((kind, body),) = parts(shelf.get("/studies/1.2.3.1/metadata", XML))
    assert kind == "application/dicom+xml"
    root = et.fromstring(body)
    assert root.tag == "NativeDicomModel"
    assert back(root) == as_text(described)


def test_a_search_can_be_had_as_xml(web: WebLab) -> None:
    web.lab.store(*study(1), *study(2))
    rows = web.get("/studies").json()
    found = [back(et.fromstring(body)) for _, body in parts(web.get("/studies", XML))]
    assert found == as_text(rows) and len(found) == 2
    assert web.get("/studies", XML, PatientID="nobody").status_code == 204


def test_every_kind_of_value() -> None:
    ds = Dataset()
    ds.PatientName = "Yamada^Tarou=山田^太郎=やまだ^たろう"
    ds.OtherPatientNames = ["A^B", "C^^D"]
    ds.PatientComments = "<script>&\x0c\x00</script>"
    ds.ImageType = ["ORIGINAL", "", "AXIAL"]
    ds.ReferencedStudySequence = [Dataset(), Dataset()]
    ds.ReferencedStudySequence[1].StudyInstanceUID = "1.2.3"
    ds.add_new(0x00091001, "UN", b"\x00\x01")
    root = et.fromstring(as_xml(to_json(ds)))
    names = root.find("DicomAttribute[@keyword='PatientName']/PersonName")
    assert names is not None
    assert [(g.tag, [(c.tag, c.text) for c in g]) for g in names] == [
        ("Alphabetic", [("FamilyName", "Yamada"), ("GivenName", "Tarou")]),
        ("Ideographic", [("FamilyName", "山田"), ("GivenName", "太郎")]),
        ("Phonetic", [("FamilyName", "やまだ"), ("GivenName", "たろう")]),
    ]
    comment = root.findtext("DicomAttribute[@keyword='PatientComments']/Value")
    assert comment is not None and comment.startswith("<script>&\ufffd")
    numbers = [v.get("number") for v in root.findall("*[@keyword='ImageType']/Value")]
    assert numbers in (["1", "3"], ["1", "2", "3"])
    assert len(root.findall("*[@keyword='ReferencedStudySequence']/Item")) == 2
    assert root.findtext("*[@tag='00091001']/InlineBinary") == "AAE="
