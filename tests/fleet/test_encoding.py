"""What a console's settings make of headers, read back by pydicom; pixels stay as they are."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import pytest
from pydicom.dataset import Dataset

from simulator.errors import UsageError
from simulator.fleet.encoding import written
from simulator.fleet.encoding_settings import CODE_PAGES
from simulator.fleet.profile import load_profiles
from simulator.fleet.settings import device_defaults
from simulator.imaging.exam import Exam
from simulator.imaging.study import Instance, acquire
from simulator.network.associate import Peer
from simulator.network.dimse import split_at_pixels
from tests.fleet.conftest import Ward

PEER = Peer(ae="PACSLAB", host="127.0.0.1", port=11112)
PROFILE = load_profiles()["DX1"]
NAMES = {
    "ISO 8859-1": "Müller-Grün^Jörg",
    "ISO 8859-5": "Иванова^Ольга",
    "ISO 8859-7": "Παπαδοπούλου^Ελένη",
    "UTF-8": "Łukasz^Ωmega=王^小梅",
    "GB18030": "Wang^Xiaomei=王^小梅",
}


def exam(name: str, **facts: Any) -> Exam:
    usual: dict[str, Any] = {
        "patient_id": "1001", "issuer": "PACSLAB", "birth_date": "19600131", "sex": "F",
        "accession": "A1", "study_uid": "1.2.3", "requested_procedure_id": "R", "step_id": "S",
        "procedure": "XR Chest", "protocol": next(iter(PROFILE.protocols)), "indication": "Cough",
        "referring": "Baker^A", "performing": "", "institution": "Lab", "station": "DX1",
        "started": datetime(2026, 3, 2, 9), "character_set": "ISO_IR 192",
    }  # fmt: skip
    return Exam(patient_name=name, **{**usual, **facts})


def made(name: str = "Baker^Ruth", syntax: str | None = None) -> Instance:
    return next(iter(acquire(PROFILE, exam(name), seed=1, transfer_syntax=syntax)))


def sent(instance: Instance, **changes: str) -> tuple[Dataset, bytes]:
    """Return header and pixels as a device with these settings sends them."""
    chosen = device_defaults(PROFILE, PEER, PEER).with_changes(
        {key.replace("__", "."): value for key, value in changes.items()}
    )
    data = written(instance.data, instance.transfer_syntax_uid, chosen)
    head, pixels = split_at_pixels(data, instance.transfer_syntax_uid)
    return head, bytes(pixels)


def raw(ds: Dataset, keyword: str) -> bytes:
    item: Any = ds.get_item(keyword)
    return bytes(item.value)


def test_a_device_as_it_is_delivered_changes_nothing() -> None:
    instance = made()
    usual = device_defaults(PROFILE, PEER, PEER)
    assert usual.is_usual
    assert written(instance.data, instance.transfer_syntax_uid, usual) is instance.data


@pytest.mark.parametrize("page", list(CODE_PAGES))
@pytest.mark.parametrize("syntax", ["ExplicitVRLittleEndian", "ImplicitVRLittleEndian"])
def test_a_code_page_names_itself_and_can_be_read(page: str, syntax: str) -> None:
    instance = made(NAMES[page], syntax)
    head, pixels = sent(instance, encoding__code_page=page)
    assert head.SpecificCharacterSet == CODE_PAGES[page]
    assert str(head.PatientName) == NAMES[page]
    assert pixels == bytes(split_at_pixels(instance.data, instance.transfer_syntax_uid)[1])


@pytest.mark.parametrize("page", list(CODE_PAGES))
@pytest.mark.parametrize("term", ["none", "ISO_IR 6", "ISO IR 192"])
@pytest.mark.filterwarnings("ignore:Incorrect value for Specific Character Set")
def test_another_term_changes_the_label_and_no_byte_of_the_text(page: str, term: str) -> None:
    instance = made(NAMES[page])
    honest, _ = sent(instance, encoding__code_page=page)
    head, _ = sent(instance, encoding__code_page=page, encoding__character_set=term)
    assert raw(head, "PatientName") == raw(honest, "PatientName")
    assert ("SpecificCharacterSet" in head) is (term != "none")
    assert term == "none" or raw(head, "SpecificCharacterSet").rstrip() == term.encode()


def test_letters_that_a_code_page_lacks_become_question_marks() -> None:
    head, _ = sent(made("Παπάς^Jörg"), encoding__code_page="ISO 8859-1")
    assert str(head.PatientName) == "?????^Jörg"


@pytest.mark.parametrize(
    ("form", "name"),
    [
        ("components", b"Baker^Ruth"),
        ("list", b"Baker^ Ruth"),
        ("middle", b"Baker^^Ruth"),
        ("fixed", b"Baker           ^Ruth            "),
        ("fixed-null", b"Baker" + b"\0" * 11 + b"^Ruth" + b"\0" * 12),
    ],
)
def test_names(form: str, name: bytes) -> None:
    head, _ = sent(made(), encoding__names=form)
    assert raw(head, "PatientName").rstrip(b" ") == name.rstrip(b" ")
    if form == "fixed":
        assert raw(head, "PatientName").startswith(name)


def test_dates_of_every_level_are_in_the_old_form() -> None:
    head, _ = sent(made(), encoding__dates="YYYY.MM.DD")
    found = {element.keyword: str(element.value) for element in head.iterall()
             if element.VR == "DA" and element.value}  # fmt: skip
    assert found["StudyDate"] == "2026.03.02" and found["PatientBirthDate"] == "1960.01.31"
    assert {len(value) for value in found.values()} == {10}


def test_words_where_codes_belong() -> None:
    head, _ = sent(made(), encoding__body_part="protocol", encoding__sex="word")
    assert head.PatientSex == "Female"
    assert head.BodyPartExamined == head.ProtocolName != "CHEST"


@pytest.mark.parametrize(("said", "issuer"), [("none", ""), ("STJAMES", "STJAMES")])
def test_the_issuer(said: str, issuer: str) -> None:
    assert sent(made(), patient__issuer=said)[0].IssuerOfPatientID == issuer


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("encoding.code_page", "EBCDIC"), ("encoding.character_set", ""),
        ("encoding.character_set", "ÄÖ"), ("encoding.character_set", "x" * 65),
        ("encoding.names", "backwards"), ("encoding.dates", "DDMMYYYY"),
        ("patient.issuer", "A\\B"), ("patient.issuer", ""),
    ],
)  # fmt: skip
def test_a_value_that_no_console_has_is_refused(key: str, value: str) -> None:
    with pytest.raises(UsageError) as error:
        device_defaults(PROFILE, PEER, PEER).with_changes({key: value})
    assert key in error.value.sentence


def test_what_waits_is_written_as_the_console_is_set_up_when_it_goes_out(ward: Ward) -> None:
    device = ward.fleet.modality("CT1")
    device.change({"encoding.dates": "YYYY.MM.DD"})
    ward.shelf.status = 0xC000
    done = device.perform(device.find_item(ward.order("CT1").accession))
    assert done.sent == 0 and done.queued == done.images
    device.change({"encoding.dates": "YYYYMMDD"})
    ward.shelf.status = 0
    assert device.send_queue()["ok"]
    assert len(ward.shelf.stored) == done.images
    assert not any(b".03.02" in data[:2000] for data in ward.shelf.stored.values())
    device.change({"encoding.dates": "YYYY.MM.DD"})
    assert device.resend(done.accession).sent == done.images
    assert all(b".03.02" in data[:2000] for data in ward.shelf.stored.values())


def test_the_settings_stand_below_those_of_the_network() -> None:
    keys = list(device_defaults(PROFILE, PEER, PEER).values())
    ours = [key for key in keys if key.startswith(("encoding.", "patient."))]
    assert len(ours) == 7 and keys.index("online") < min(map(keys.index, ours))
