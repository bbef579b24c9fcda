"""Every device of the fleet: its object types, its quirks, and findings where they belong."""

import dataclasses
from io import BytesIO

import numpy as np
import pytest
from pydicom import dcmread

from simulator.fleet.profile import KINDS
from simulator.imaging import findings
from simulator.imaging.contact_sheet import sample_exam
from simulator.imaging.study import acquire

NAMES = {
    "ISO_IR 100": "Müller^Jörg",
    "ISO_IR 126": "Διονυσίου^Ελένη",
    "ISO_IR 144": "Люксембург^Роза",
    "ISO_IR 127": "قباني^لنزار",
    "ISO_IR 138": "שרון^דבורה",
    "ISO_IR 166": "สมชาย^ใจดี",
    "ISO_IR 192": "Wang^XiaoDong=王^小東",
    "GB18030": "Wang^XiaoDong=王^小东",
    "\\ISO 2022 IR 149": "Hong^Gildong=洪^吉洞=홍^길동",
    "\\ISO 2022 IR 87": "Yamada^Tarou=山田^太郎=やまだ^たろう",
}


def read(instance):
    return dcmread(BytesIO(instance.part10()))


def exam_with(profile, protocol, **changes):
    return dataclasses.replace(sample_exam(profile, protocol), **changes)


def test_the_fleet_is_large_and_can_send_every_kind(profiles):
    assert len(profiles) >= 16
    assert len({p.manufacturer for p in profiles.values()}) >= 8
    assert len({p.address for p in profiles.values()}) == len(profiles)
    kinds = {p.kind(s) for p in profiles.values() for q in p.protocols.values() for s in q.series}
    assert kinds == set(KINDS)
    codes = [q.code for p in profiles.values() for q in p.protocols.values()]
    assert len(codes) == len(set(codes)), "the RIS maps each code to one device"


def test_a_device_proposes_all_it_sends(profiles, study):
    from pydicom import uid

    for name, protocol in (("CT2", "trauma-head"), ("PT1", "wholebody"), ("MG1", "diagnostic")):
        able = {str(getattr(uid, keyword)) for keyword in profiles[name].sop_classes}
        assert {i.sop_class_uid for i in study(name, protocol)} <= able


@pytest.mark.parametrize(("charset", "name"), NAMES.items())
def test_names_of_the_world(profiles, charset, name):
    for device, protocol in (("DX2", "pelvis"), ("MG1", "diagnostic")):
        exam = exam_with(profiles[device], protocol, patient_name=name, character_set=charset)
        for instance in acquire(profiles[device], exam, seed=1):
            assert read(instance).PatientName == name


def test_what_an_old_device_cannot_write_becomes_question_marks(profiles):
    exam = exam_with(
        profiles["CR1"], "hand", patient_name="Люксембург^Роза", character_set="ISO_IR 144"
    )
    ds = read(next(acquire(profiles["CR1"], exam, seed=1)))
    assert ds.SpecificCharacterSet == "ISO_IR 100" and ds.PatientName == "??????????^????"
    assert ds.file_meta.TransferSyntaxUID == "1.2.840.10008.1.2"


def test_quirks_show_in_the_header(profiles, study):
    assert read(study("US2", "echo")[0]).SeriesDescription == "1"
    assert "TimezoneOffsetFromUTC" not in read(study("CR1", "hand")[0])
    drifting = read(study("DX2", "chest")[0])
    assert drifting.TimezoneOffsetFromUTC == "+0100"
    assert drifting.StudyTime[:4] == "0915" and drifting.StudyTime[4:6] != "00"


def test_documents_refer_to_what_was_sent_before(study):
    instances = study("CT2", "trauma-head")
    sent = {i.sop_instance_uid for i in instances}
    documents = {read(i).Modality: read(i) for i in instances}
    note, report = documents["KO"], documents["SR"]
    item = note.CurrentRequestedProcedureEvidenceSequence[0].ReferencedSeriesSequence[0]
    assert item.ReferencedSOPSequence[0].ReferencedSOPInstanceUID in sent
    assert report.ContentTemplateSequence[0].TemplateIdentifier == "10011"


def test_pet_and_ct_lie_in_one_frame_of_reference(study):
    images = [read(i) for i in study("PT1", "wholebody")]
    images = [ds for ds in images if ds.Modality in ("CT", "PT")]
    assert len({ds.FrameOfReferenceUID for ds in images}) == 1
    assert {ds.Modality for ds in images} == {"CT", "PT"}


@pytest.mark.parametrize(
    ("device", "protocol", "indication"),
    [
        ("CT1", "head", "Fall, head injury, on anticoagulants"),
        ("CT1", "chest", "Follow-up of a pulmonary nodule"),
        ("MR1", "brain", "Follow-up of multiple sclerosis"),
        ("DX1", "chest", "Shortness of breath"),
        ("US1", "abdomen", "Follow-up of a liver cyst"),
        ("CR1", "hand", "Fall on the outstretched hand"),
        ("MG1", "diagnostic", "New lump"),
        ("XA1", "coronary", "Unstable angina"),
        ("NM1", "bone", "Bone pain, staging"),
    ],
)
def test_the_indication_leads_to_its_finding(profiles, device, protocol, indication):
    sick = exam_with(profiles[device], protocol, indication=indication)
    well = exam_with(profiles[device], protocol, indication="Check-up")
    assert findings.finding_of(sick, 1) and findings.finding_of(well, 1) is None
    pairs = zip(
        acquire(profiles[device], sick, seed=1), acquire(profiles[device], well, seed=1),
        strict=True,
    )  # fmt: skip
    changed = 0
    for a, b in pairs:
        one, other = read(a), read(b)
        if "Rows" in one and (one.pixel_array != other.pixel_array).any():
            changed += 1
    assert changed


def test_a_finding_is_on_the_side_the_indication_names(profiles):
    exam = exam_with(profiles["CT1"], "abdomen", indication="Renal colic on the right side")
    found = findings.finding_of(exam, 1)
    assert found.side == "R" and "right" in found.words
    assert all(lesion.centre[0] < 0 for lesion in found.lesions)


def test_right_and_left_limbs_are_mirrored_and_marked(study):
    knee, hand = read(study("CR1", "knee")[0]), read(study("CR1", "hand")[0])
    assert (knee.Laterality, hand.Laterality) == ("R", "L")
    assert knee.PhotometricInterpretation == "MONOCHROME1"


def test_contrast_flows_through_a_run(study):
    run = read(study("XA1", "runoff")[0]).pixel_array.astype(int)
    middle = run[:, :, run.shape[2] // 2 - 8 : run.shape[2] // 2 + 8].mean(axis=(1, 2))
    assert middle.argmin() not in (0, len(middle) - 1)


def test_mammograms_of_one_breast_look_away_from_the_chest_wall(study):
    for instance in study("MG1", "screening")[:4]:
        ds = read(instance)
        image = ds.pixel_array
        half = image.shape[1] // 2
        heavier = "L" if image[:, :half].mean() > image[:, half:].mean() else "R"
        assert ds.ImageLaterality == heavier
        assert ds.PatientOrientation[0] == ("A" if heavier == "L" else "P")


def test_uptake_is_plausible_and_highest_in_the_brain(study):
    images = [read(i) for i in study("PT1", "wholebody")]
    slices = [ds for ds in images if ds.Modality == "PT"]
    slices.sort(key=lambda ds: float(ds.ImagePositionPatient[2]))
    dose = float(slices[0].RadiopharmaceuticalInformationSequence[0].RadionuclideTotalDose)
    bq = np.stack([ds.pixel_array for ds in slices])
    suv = bq * float(slices[0].PatientWeight) * 1000 / dose
    assert 0.2 < np.percentile(suv[suv > 0.1], 50) < 3
    per_slice = np.percentile(suv, 99.5, axis=(1, 2))
    brain, lungs, bladder = per_slice[-4:-1].max(), per_slice[14:16].mean(), per_slice[:4].max()
    assert brain > 5 and bladder > 5 and lungs < 2.5


def test_a_viewer_that_opens_the_lowest_series_opens_the_pet(study):
    images = [read(i) for i in study("PT1", "wholebody")]
    assert min(images, key=lambda ds: int(ds.SeriesNumber)).Modality == "PT"
    assert len({(ds.SeriesNumber, ds.SeriesInstanceUID) for ds in images}) == len(
        {ds.SeriesNumber for ds in images}
    )
