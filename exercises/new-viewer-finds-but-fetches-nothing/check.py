"""What must be so before the new viewer fetches as the house wants it."""

from exercises.engine import expect_fetched, expect_registered, points


@points(3)
def check_the_study_arrives_by_c_move(seat):
    """The study arrives on the workstation, complete, by a service that the archive offers."""
    given = seat.given
    how = seat.workstation(given.workstation).settings["retrieve.by"]
    assert how == "move", f"{given.workstation} fetches by C-{how.upper()}. Expected: C-MOVE."
    expect_fetched(seat, given.workstation, given.study)


@points(2)
def check_the_archive_reaches_the_workstation(seat):
    """The archive can call the workstation where it is, and still offers no C-GET."""
    expect_registered(seat, seat.given.workstation)
    assert not seat.archive.setting("retrieve.c_get"), "The archive offers C-GET again."
