"""What must be so before each workstation gets what it asks for."""

from exercises.engine import points


@points(3)
def check_the_study_arrives_where_it_was_asked_for(seat):
    """What the complaining workstation fetches arrives there, complete."""
    _expect_at(seat, seat.given.workstation)


@points(2)
def check_the_neighbour_gets_its_own(seat):
    """The other workstation has its own title again, and fetches to itself."""
    _expect_at(seat, seat.given.copy)


def _expect_at(seat, name):
    desk, study = seat.workstation(name), seat.given.study
    place, title = desk.facts, desk.settings["ae_title"]
    assert title == name, f"{name} calls itself {title}. Expected: {name}."
    entry = seat.archive.nodes().one(ae=name)
    found, wanted = (entry["host"], entry["port"]), (place["host"], place["port"])
    assert found == wanted, f"{name} is registered at {found}. Expected: {wanted}."
    answer = desk.retrieve(study["study_uid"])
    assert answer.ok, f"{name} fetched the study. {answer.error}"
    mine = [row for row in desk.received() if row["study_uid"] == study["study_uid"]]
    came = sum(row["instances"] for row in mine)
    assert came == study["instances"], f"{came} images arrived on {name}."
