"""What an N-CREATE and N-SET say: the device's own clock, images and documents apart."""

from __future__ import annotations

from datetime import datetime

from simulator.fleet.profile import KINDS, load_profiles
from simulator.fleet.requests import mpps_create
from simulator.imaging.contact_sheet import sample_exam
from tests.fleet.conftest import Ward

START = datetime(2026, 3, 20, 8, 0)


def test_a_drifting_clock_is_in_the_step_and_in_the_images_alike() -> None:
    drifting = [p for p in load_profiles().values() if p.clock_drift]
    assert drifting
    for profile in drifting:
        exam = sample_exam(profile, next(iter(profile.protocols)))
        ds = mpps_create(exam, profile)
        shown = profile.clock(exam.started)
        assert ds.PerformedProcedureStepStartTime == f"{shown:%H%M%S.%f}"
        assert shown != exam.started


def test_documents_are_not_called_images(ward: Ward) -> None:
    from simulator.fleet import requests

    device, order = ward.fleet.modality("CT2"), ward.order("CT2")
    told = []
    make = requests.mpps_set
    job_of = device.disk.acquired

    def watch(job, images):  # type: ignore[no-untyped-def]
        done = job_of(job, images)
        told.append(make(done, device.profile))
        return done

    device.disk.acquired = watch  # type: ignore[method-assign]
    device.perform(device.find_item(order.accession), at=START)
    (ds,) = told
    images = {i.ReferencedSOPClassUID.name for s in ds.PerformedSeriesSequence
              for i in s.ReferencedImageSequence}  # fmt: skip
    others = {i.ReferencedSOPClassUID.keyword for s in ds.PerformedSeriesSequence
              for i in s.ReferencedNonImageCompositeSOPInstanceSequence}  # fmt: skip
    documents = {kind.sop_class for kind in KINDS.values() if not kind.image}
    assert others <= documents and {"XRayRadiationDoseSRStorage"} <= others
    assert any("CT Image" in name for name in images) and not any("Report" in n for n in images)
