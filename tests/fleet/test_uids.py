"""What consoles make UIDs of: unique as they are delivered, shared when one counts like another."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from pydicom.dataset import Dataset

from simulator.errors import UsageError
from simulator.fleet.disk import Disk
from simulator.fleet.profile import load_profiles
from simulator.fleet.settings import device_defaults
from simulator.imaging.study import Instance, acquire
from simulator.network.associate import Peer
from simulator.network.dimse import split_at_pixels
from tests.fleet.conftest import Ward
from tests.fleet.test_encoding import exam

KEY, SERIAL = "uids.counted_from", "KR-77120"
STEP = "1.2.840.10008.3.1.2.3.3"  # Modality Performed Procedure Step
DX2 = load_profiles()["DX2"]
EXPLICIT = "1.2.840.10008.1.2.1"


def ankle(*uids: object) -> list[Instance]:
    """Return a picture and a presentation state of it."""
    return list(acquire(DX2, exam("Baker^Ruth", protocol="ankle"), seed=1, uids=uids))


def head(instance: Instance) -> Dataset:
    return split_at_pixels(instance.data, instance.transfer_syntax_uid)[0]


def meant(ds: Dataset) -> Iterator[str]:
    """Give the SOP Instance UIDs that an object refers to, but for its performed step."""
    for item in ds.iterall():
        if item.VR == "SQ":
            for one in item.value:
                if "ReferencedSOPInstanceUID" in one and one.ReferencedSOPClassUID != STEP:
                    yield str(one.ReferencedSOPInstanceUID)


def performed(ward: Ward, device: str) -> tuple[str, list[str]]:
    """Have a device do an exam; return its accession number and what the archive got of it."""
    modality, before = ward.fleet.modality(device), list(ward.shelf.stored)
    done = modality.perform(modality.find_item(ward.order(device).accession))
    assert done.sent == done.images
    return done.accession, list(ward.shelf.stored)[len(before) :]


def count(ward: Ward, *devices: str, stem: str = SERIAL) -> None:
    for device in devices:
        ward.fleet.modality(device).change({KEY: stem})


# --- what is made ---------------------------------------------------------------------------------


def test_counted_uids_depend_on_nothing_of_the_exam() -> None:
    ours = ankle("counted", SERIAL, 0)
    other = exam("Cooper^Jane", protocol="pelvis", study_uid="1.2.4", pps_uid="1.2.5")
    theirs = list(acquire(DX2, other, seed=2, uids=("counted", SERIAL, 0)))
    shared = list(zip(ours, theirs, strict=False))
    assert shared and all(a.sop_instance_uid == b.sop_instance_uid for a, b in shared)
    assert all(a.series_uid == b.series_uid for a, b in shared)
    assert head(theirs[0]).StudyInstanceUID == "1.2.4" != head(ours[0]).StudyInstanceUID


def test_another_count_changes_uids_and_what_refers_to_them_and_nothing_else() -> None:
    for usual, counted in zip(ankle(), ankle("counted", SERIAL, 0), strict=True):
        was, now = head(usual), head(counted)
        assert was.SOPInstanceUID != now.SOPInstanceUID == counted.sop_instance_uid
        assert was.SeriesInstanceUID != now.SeriesInstanceUID == counted.series_uid
        same = {e.tag for e in was if e.VR not in ("SQ", "UI")}
        assert all(was[tag] == now[tag] for tag in same) and len(was) == len(now)
        assert was.StudyInstanceUID == now.StudyInstanceUID
        pixels = [split_at_pixels(x.data, x.transfer_syntax_uid)[1] for x in (usual, counted)]
        assert bytes(pixels[0]) == bytes(pixels[1])


@pytest.mark.parametrize("uids", [(), ("counted", SERIAL, 3)])
def test_a_presentation_state_refers_to_its_own_picture(uids: tuple[object, ...]) -> None:
    picture, state = ankle(*uids)
    assert set(meant(head(state))) == {picture.sop_instance_uid}


# --- what a console does --------------------------------------------------------------------------


def test_consoles_as_they_are_delivered_share_no_uid(ward: Ward) -> None:
    got = [uid for device in ("DX1", "DX2", "DX1") for uid in performed(ward, device)[1]]
    assert len(got) == len(set(got)) > 3
    assert ward.fleet.modality("DX1").settings.uids_counted_from == "automatic"


def test_two_consoles_that_count_alike_collide_exam_by_exam(ward: Ward) -> None:
    count(ward, "US1", "US3")
    first, second = performed(ward, "US1")[1], performed(ward, "US1")[1]
    assert first and second and not set(first) & set(second)
    accession, new = performed(ward, "US3")  # its first exam: US1's first has those UIDs
    assert new == [] and ward.shelf.calling[-1][0] == "US3"
    overwritten = [uid for uid, data in ward.shelf.stored.items() if accession.encode() in data]
    assert overwritten and set(overwritten) <= set(first)


def test_a_serial_number_of_its_own_collides_with_nobody(ward: Ward) -> None:
    count(ward, "US1")
    count(ward, "US3", stem="HU-9913")
    ours, theirs = performed(ward, "US1")[1], performed(ward, "US3")[1]
    assert ours and theirs and not set(ours) & set(theirs)


def test_sent_again_an_exam_has_its_uids_until_the_console_is_set_up_anew(ward: Ward) -> None:
    count(ward, "DX2")
    accession, got = performed(ward, "DX2")
    device, before = ward.fleet.modality("DX2"), dict(ward.shelf.stored)
    assert device.resend(accession).sent == len(got)
    assert ward.shelf.stored == before
    performed(ward, "DX2")
    assert device.resend(accession).sent == len(got) and set(got) <= set(before)
    known = set(ward.shelf.stored)
    count(ward, "DX2", stem="automatic")
    assert device.resend(accession).sent == len(got)
    assert len(set(ward.shelf.stored) - known) == len(got)


def test_every_object_is_called_what_it_calls_itself(ward: Ward) -> None:
    count(ward, "DX2")
    _, got = performed(ward, "DX2")
    for uid in got:
        assert split_at_pixels(ward.shelf.stored[uid], EXPLICIT)[0].SOPInstanceUID == uid


def test_what_waits_keeps_its_number_through_a_restart(ward: Ward) -> None:
    count(ward, "DX2")
    device, ward.shelf.status = ward.fleet.modality("DX2"), 0xA700
    device.perform(device.find_item(ward.order("DX2").accession))
    (job,) = Disk(device.disk.folder).jobs()
    assert job.counted_from == SERIAL
    count(ward, "DX2", stem="automatic")
    ward.shelf.status = 0
    assert device.send_queue()["ok"]
    assert set(ward.shelf.stored) == {image.sop_instance_uid for image in job.images}


def test_images_that_are_added_get_a_number_of_their_own(ward: Ward) -> None:
    count(ward, "DX2")
    accession, got = performed(ward, "DX2")
    added = ward.fleet.modality("DX2").append(accession)
    assert added.sent == len(got) and len(ward.shelf.stored) == 2 * len(got)


@pytest.mark.parametrize("value", ["", "A\\B", "x" * 65, "É-1", "a\nb"])
def test_no_such_serial_number(value: str) -> None:
    peer = Peer(ae="PACSLAB", host="127.0.0.1", port=11112)
    with pytest.raises(UsageError) as error:
        device_defaults(DX2, peer, peer).with_changes({KEY: value})
    assert KEY in error.value.sentence
