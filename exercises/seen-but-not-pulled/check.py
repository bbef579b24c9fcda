"""What must be so before the study comes to the right screen."""

from exercises.engine import points


@points(2)
def check_the_archive_knows_where_to_send(seat):
    """The archive knows the workstation's new name, address and port, and reaches it."""
    given = seat.given
    place = seat.workstation(given.workstation).facts
    nodes = {node["ae"]: node for node in seat.archive.nodes()}
    assert given.title in nodes, f"The node table has no {given.title}."
    found = (nodes[given.title]["host"], nodes[given.title]["port"])
    wanted = (place["host"], place["port"])
    assert found == wanted, f"{given.title} is registered at {found}. Expected: {wanted}."
    answer = seat.archive.echo_node(given.title)
    assert answer.ok, f"The archive sent a C-ECHO to {given.title}. {answer.error}"


@points(3)
def check_the_study_arrives_on_the_workstation(seat):
    """A fetched study arrives on the workstation, complete, under its new name."""
    given = seat.given
    desk = seat.workstation(given.workstation)
    name = desk.settings["ae_title"]
    assert name == given.title, f"The workstation calls itself {name}. Expected: {given.title}."
    answer = desk.retrieve(given.study["study_uid"])
    assert answer.ok, f"{name} asked for the study to be sent to it. {answer.error}"
    came = sum(
        row["instances"] for row in desk.received() if row["study_uid"] == given.study["study_uid"]
    )
    wanted = given.study["instances"]
    assert came == wanted, f"{came} images arrived on {given.workstation}. Expected: {wanted}."
