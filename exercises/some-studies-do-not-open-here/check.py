"""What must be so before every study opens on either workstation."""

from exercises.engine import points


@points(3)
def check_the_study_arrives_by_c_get(seat):
    """The study arrives on the workstation that failed, complete, by C-GET."""
    given, desk = seat.given, seat.workstation(seat.given.workstation)
    uid, how = given.study["study_uid"], desk.settings["retrieve.by"]
    assert how == "get", f"{given.workstation} fetches by C-{how.upper()}. Expected: C-GET."
    answer = desk.retrieve(uid)
    assert answer.ok, f"{given.workstation} asked for the study. {answer.error}"
    came = sum(row["instances"] for row in desk.received() if row["study_uid"] == uid)
    wanted = given.study["instances"]
    assert came == wanted, f"{came} images arrived on {given.workstation}. Expected: {wanted}."


@points(2)
def check_it_takes_what_the_other_one_takes(seat):
    """The workstation offers every kind of image that the other one offers, and no fewer."""
    given = seat.given
    mine, other = (
        set(seat.workstation(name).settings["retrieve.classes"])
        for name in (given.workstation, given.neighbour)
    )
    lacking = ", ".join(sorted(other - mine))
    assert not lacking, f"{given.workstation} does not offer to take {lacking}."
