"""What must be so before studies can be pushed to the device again."""

from exercises.engine import expect_registered, points


@points(2)
def check_the_archive_finds_the_device(seat):
    """The archive reaches the device at the address that is the device's own."""
    expect_registered(seat, seat.given.device)


@points(3)
def check_the_earlier_study_has_come(seat):
    """The earlier study is on the device, complete."""
    study, name = seat.given.study, seat.given.device
    got = {row["study_uid"]: row["instances"] for row in seat.modality(name).received()}
    found = got.get(study["study_uid"], 0)
    assert found == study["instances"], (
        f"{name} has received {found} of {study['instances']} instances of "
        f"{study['accession']}. Expected: all."
    )
