"""What must be so again, whatever it was that kept the study away."""

from exercises.engine import points


@points(3)
def check_the_study_arrives_on_the_workstation(seat):
    """A fetched study arrives on the workstation that asked, complete."""
    given, desk = seat.given, seat.workstation(seat.given.workstation)
    uid = given.study["study_uid"]
    answer = desk.retrieve(uid)
    assert answer.ok, f"{given.workstation} asked for the study. {answer.error}"
    came = sum(row["instances"] for row in desk.received() if row["study_uid"] == uid)
    wanted = given.study["instances"]
    assert came == wanted, f"{came} images arrived on {given.workstation}. Expected: {wanted}."


@points(2)
def check_the_entry_is_right_and_no_more_than_needed(seat):
    """The workstation stands in the node table where it is, with the rights of its like."""
    check_the_study_arrives_on_the_workstation(seat)
    name, other = seat.given.workstation, seat.given.neighbour
    place, nodes = seat.workstation(name).facts, {row["ae"]: row for row in seat.archive.nodes()}
    entry = nodes[name]
    found, wanted = (entry["host"], entry["port"]), (place["host"], place["port"])
    assert found == wanted, f"{name} is registered at {found}. Expected: {wanted}."
    assert set(entry["rights"]) == set(nodes[other]["rights"]), f"{name} may {entry['rights']}."
