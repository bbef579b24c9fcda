"""What must be so before studies come to the workstation again."""

from exercises.engine import points


@points(2)
def check_the_archive_reaches_the_workstation(seat):
    """The archive has the workstation where it is, and reaches it."""
    name = seat.given.workstation
    place = seat.workstation(name).facts
    entry = seat.archive.nodes().one(ae=name)
    found, wanted = (entry["host"], entry["port"]), (place["host"], place["port"])
    assert found == wanted, f"{name} is registered at {found}. Expected: {wanted}."
    answer = seat.archive.echo_node(name)
    assert answer.ok, f"The archive sent a C-ECHO to {name}. {answer.error}"


@points(3)
def check_the_study_arrives_complete(seat):
    """A fetched study arrives on the workstation that asked, complete."""
    name, study = seat.given.workstation, seat.given.study
    desk = seat.workstation(name)
    called = desk.settings["ae_title"]
    assert called == name, f"The workstation calls itself {called}. Expected: {name}."
    answer = desk.retrieve(study["study_uid"])
    assert answer.ok, f"{name} fetched the study. {answer.error}"
    mine = [row for row in desk.received() if row["study_uid"] == study["study_uid"]]
    came = sum(row["instances"] for row in mine)
    assert came == study["instances"], (
        f"{came} images arrived on {name}. Expected: {study['instances']}."
    )
