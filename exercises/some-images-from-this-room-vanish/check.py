"""What must be so before no image takes another one's place any more."""

from collections import Counter

from exercises.engine import points
from exercises.engine.headers import objects_of

_KEY = "uids.counted_from"
_STEP = "1.2.840.10008.3.1.2.3.3"  # a performed step is referred to as well, and is no object here


@points(4)
def check_the_exams_of_the_room_are_whole(seat):
    """Each exam of the room has every object its console made, once; none refers elsewhere."""
    given = seat.given
    for accession, patient in ((given.first, given.one), (given.second, given.two)):
        _expect_whole(seat, accession, patient, given.room)
        _expect_own_references(seat, accession)


@points(2)
def check_no_room_loses_images_to_another(seat):
    """The other room's exams are as they were, and neither room can lose images again."""
    given = seat.given
    for accession, patient in ((given.fourth, given.four), (given.fifth, given.five)):
        _expect_whole(seat, accession, patient, given.twin)
    stems = [row["settings"].get(_KEY, "automatic") for row in seat.fleet.devices()]
    shared = [n for stem, n in Counter(stems).items() if stem != "automatic" and n > 1]
    own = seat.modality(given.room).settings[_KEY] != given.serial
    assert own and not shared, f"The next exams of {given.room} could lose images again."


def _expect_whole(seat, accession, patient, device):
    study, made = _study(seat, accession), _made(seat, accession, device)
    found = _instances(seat, study)
    assert len(found) == made, (
        f"Under {accession} the archive has {len(found)} objects. {device} made {made}."
    )
    places = Counter((one["series"], one["number"]) for one in found)
    twice = [place for place, times in places.items() if times > 1]
    assert not twice, f"Under {accession}, image {twice[0][1]} of series {twice[0][0]} is doubled."
    for ds in objects_of(seat, study["study_uid"]):
        assert ds.PatientID == patient["mrn"], (
            f"Under {accession} there is an object of patient {ds.PatientID}."
        )


def _expect_own_references(seat, accession):
    study = _study(seat, accession)
    own = {one["sop_uid"] for one in _instances(seat, study)}
    for ds in objects_of(seat, study["study_uid"]):
        strange = _meant(ds) - own
        assert not strange, (
            f"An object of {accession} ({ds.Modality}) refers to {len(strange)} image(s) that "
            "are not of this exam."
        )


def _study(seat, accession):
    study = seat.study_of(accession)
    assert study, f"The archive was asked for accession {accession} and does not have one exam."
    return study


def _instances(seat, study):
    return [
        {**one, "series": series["number"]}
        for series in seat.archive.study(study["study_uid"])["tree"]
        for one in series["instances"]
    ]


def _made(seat, accession, device):
    entries = seat.journal.entries(kind="device.exam.performed", node=device)
    return next(e.facts["images"] for e in entries if e.facts["accession"] == accession)


def _meant(ds):
    """Return the SOP Instance UIDs that an object refers to, at any depth."""
    found = set()
    for element in ds:
        for item in element.value if element.VR == "SQ" else ():
            if "ReferencedSOPInstanceUID" in item and item.ReferencedSOPClassUID != _STEP:
                found.add(str(item.ReferencedSOPInstanceUID))
            found |= _meant(item)
    return found
