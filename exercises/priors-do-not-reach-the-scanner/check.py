"""What must be so before studies can be pushed to the device again."""

from exercises.engine import points


@points(2)
def check_the_archive_finds_the_device(seat):
    """The archive reaches the device at the address that is the device's own."""
    name, place = seat.given.device, seat.modality(seat.given.device).facts
    node = seat.archive.nodes().one(ae=name)
    found, wanted = (node["host"], node["port"]), (place["host"], place["port"])
    assert found == wanted, f"{name} is registered at {found}. Expected: {wanted}."
    answer = seat.archive.echo_node(name)
    assert answer.ok, f"The archive sent a C-ECHO to {name}. {answer.error} Expected: success."


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
