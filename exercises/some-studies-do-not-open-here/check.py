"""What must be so before every study opens on either workstation."""

from exercises.engine import expect_fetched, points


@points(3)
def check_the_study_arrives_by_c_get(seat):
    """The study arrives on the workstation that failed, complete, by C-GET."""
    given = seat.given
    how = seat.workstation(given.workstation).settings["retrieve.by"]
    assert how == "get", f"{given.workstation} fetches by C-{how.upper()}. Expected: C-GET."
    expect_fetched(seat, given.workstation, given.study)


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
