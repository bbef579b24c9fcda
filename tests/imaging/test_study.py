"""What acquire() yields is complete, coherent and valid DICOM."""

import dataclasses
from io import BytesIO

import numpy as np
import pytest
from pydicom import dcmread

from simulator.errors import UsageError
from simulator.fleet.profile import load_profiles
from simulator.imaging.contact_sheet import sample_exam
from simulator.imaging.study import acquire, instances_expected

EXAMS = [(name, key) for name, profile in load_profiles().items() for key in profile.protocols]
FIRST_FOUR = {
    ("CT1", "chest"), ("CT1", "abdomen"), ("CT1", "head"), ("MR1", "brain"), ("MR1", "lspine"),
    ("DX1", "chest"), ("DX1", "abdomen"), ("US1", "abdomen"), ("US1", "renal"),
}  # fmt: skip
each_exam = pytest.mark.parametrize(("device", "protocol"), EXAMS)


def read(instance):
    return dcmread(BytesIO(instance.part10()))


def test_what_lessons_rely_on_is_there():
    assert {exam for exam in EXAMS if exam[0] in ("CT1", "MR1", "DX1", "US1")} == FIRST_FOUR


@each_exam
def test_the_expected_number_of_instances_is_made(profiles, study, device, protocol):
    instances = study(device, protocol)
    assert len(instances) == instances_expected(profiles[device], protocol, "small")
    assert len({i.sop_instance_uid for i in instances}) == len(instances)


@each_exam
def test_header_and_envelope_agree(profiles, study, device, protocol):
    exam = sample_exam(profiles[device], protocol)
    for instance in study(device, protocol):
        ds = read(instance)
        assert ds.file_meta.MediaStorageSOPInstanceUID == ds.SOPInstanceUID
        assert ds.SOPInstanceUID == instance.sop_instance_uid
        assert ds.SOPClassUID == instance.sop_class_uid == ds.file_meta.MediaStorageSOPClassUID
        assert ds.SeriesInstanceUID == instance.series_uid
        assert (ds.SeriesNumber, ds.InstanceNumber) == (
            instance.series_number,
            instance.instance_number,
        )
        assert ds.SyntheticData == "YES"
        assert ds.StudyInstanceUID == exam.study_uid and ds.AccessionNumber == exam.accession
        sequence = "ReferencedRequestSequence" if ds.Modality in ("SR", "KO") else ""
        request = ds[sequence or "RequestAttributesSequence"][0]
        assert request.AccessionNumber == exam.accession
        assert request.RequestedProcedureID == exam.requested_procedure_id
        if ds.Modality == "KO":
            continue
        step = ds.ReferencedPerformedProcedureStepSequence[0]
        assert step.ReferencedSOPInstanceUID == exam.pps_uid
        assert ds.BurnedInAnnotation == "YES" if device == "US1" else True


@each_exam
def test_pixels_fill_the_picture_and_vary(study, device, protocol):
    instances = study(device, protocol)
    images = [ds for ds in map(read, (instances[0], instances[-1])) if "Rows" in ds]
    assert images
    for ds in images:
        assert ds.pixel_array.std() > (1 if ds.Modality == "NM" else 8)
    assert instances[0].data != instances[-1].data or len(instances) == 1


@pytest.mark.parametrize(("device", "protocol"), [e for e in EXAMS if e[0] in ("CT1", "MR1")])
def test_slices_stack(study, device, protocol):
    series = {}
    for instance in study(device, protocol):
        series.setdefault(instance.series_uid, []).append(read(instance))
    for slices in series.values():
        spots = np.array([[float(v) for v in ds.ImagePositionPatient] for ds in slices])
        steps = np.diff(spots, axis=0)
        row, column = np.split(np.array(slices[0].ImageOrientationPatient, float), 2)
        normal = np.cross(row, column)
        along = steps @ normal
        assert np.allclose(along, along[0], atol=1e-3)
        assert np.allclose(np.abs(along[0]), slices[0].SpacingBetweenSlices, atol=1e-3)
        assert len({ds.FrameOfReferenceUID for ds in slices}) == 1


def test_ct_shows_hounsfield_units(study):
    ds = read(study("CT1", "abdomen")[4])
    hu = ds.pixel_array * float(ds.RescaleSlope) + float(ds.RescaleIntercept)
    assert np.median(hu[:10, :10]) < -950
    assert 20 < np.percentile(hu, 90) < 250
    assert hu.max() > 400


def test_unscheduled_work_has_no_request(profiles):
    profile = profiles["DX1"]
    exam = dataclasses.replace(
        sample_exam(profile, "abdomen"), requested_procedure_id="", step_id="", pps_uid=""
    )
    ds = read(next(acquire(profile, exam, seed=1)))
    assert "RequestAttributesSequence" not in ds
    assert "ReferencedPerformedProcedureStepSequence" not in ds


@pytest.mark.parametrize(
    ("charset", "name"),
    [
        ("ISO_IR 100", "Müller^Jörg"),
        ("ISO_IR 144", "Люкceмбypг"),
        ("ISO_IR 192", "王^小東"),
        ("\\ISO 2022 IR 87", "Yamada^Tarou=山田^太郎=やまだ^たろう"),
    ],
)
def test_names_are_written_in_the_exams_character_set(profiles, charset, name):
    for device, protocol in (("US1", "renal"), ("DX1", "abdomen")):
        exam = sample_exam(profiles[device], protocol)
        exam = dataclasses.replace(exam, patient_name=name, character_set=charset)
        assert read(next(acquire(profiles[device], exam, seed=1))).PatientName == name


@pytest.mark.parametrize("syntax", ["ImplicitVRLittleEndian", "1.2.840.10008.1.2.1"])
def test_transfer_syntaxes_carry_the_same_pixels(profiles, study, syntax):
    exam = sample_exam(profiles["MR1"], "brain")
    instance = next(acquire(profiles["MR1"], exam, seed=1, transfer_syntax=syntax))
    assert (read(instance).pixel_array == read(study("MR1", "brain")[0]).pixel_array).all()


def test_mistakes_are_refused_at_once(profiles):
    exam = sample_exam(profiles["CT1"], "head")
    with pytest.raises(UsageError, match="JPEGBaseline8Bit"):
        acquire(profiles["CT1"], exam, seed=1, transfer_syntax="JPEGBaseline8Bit")
    with pytest.raises(UsageError, match="knee"):
        acquire(profiles["CT1"], dataclasses.replace(exam, protocol="knee"), seed=1)
    with pytest.raises(UsageError, match="huge"):
        acquire(profiles["CT1"], exam, seed=1, pixels="huge")
