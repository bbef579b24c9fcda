"""What must be so before the new viewer fetches as the house wants it."""

from exercises.engine import points


@points(3)
def check_the_study_arrives_by_c_move(seat):
    """The study arrives on the workstation, complete, by a service that the archive offers."""
    given, desk = seat.given, seat.workstation(seat.given.workstation)
    uid = given.study["study_uid"]
    how = desk.settings["retrieve.by"]
    assert how == "move", f"{given.workstation} fetches by C-{how.upper()}. Expected: C-MOVE."
    answer = desk.retrieve(uid)
    assert answer.ok, f"{given.workstation} asked for the study. {answer.error}"
    came = sum(row["instances"] for row in desk.received() if row["study_uid"] == uid)
    wanted = given.study["instances"]
    assert came == wanted, f"{came} images arrived on {given.workstation}. Expected: {wanted}."


@points(2)
def check_the_archive_reaches_the_workstation(seat):
    """The archive can call the workstation where it is, and still offers no C-GET."""
    name = seat.given.workstation
    place, entry = seat.workstation(name).facts, seat.archive.nodes().one(ae=name)
    found, wanted = (entry["host"], entry["port"]), (place["host"], place["port"])
    assert found == wanted, f"{name} is registered at {found}. Expected: {wanted}."
    answer = seat.archive.echo_node(name)
    assert answer.ok, f"The archive sent a C-ECHO to {name}. {answer.error}"
    assert not seat.archive.setting("retrieve.c_get"), "The archive offers C-GET again."
