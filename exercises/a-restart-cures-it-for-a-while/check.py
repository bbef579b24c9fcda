"""What must be so before the archive runs through the night without a restart."""

from exercises.engine import points
from exercises.engine.case import eventually

PATIENCE, OWN_LIMIT = (20, 300), (1, 10)  # seconds of silence; places for the device that leaks


@points(2)
def check_the_places_are_free_again(seat):
    """The device that kept the places holds none any more, and others get in."""
    assert eventually(lambda: not _held(seat)), (
        f"{seat.given.guilty} still holds {len(_held(seat))} associations. Expected: none."
    )
    seat.expect_echo(seat.given.device)


@points(2)
def check_it_cannot_happen_again(seat):
    """Silent associations end after a while, and that device has a limit of its own."""
    idle, (shortest, longest) = seat.archive.setting("dicom.idle_timeout"), PATIENCE
    assert shortest <= idle <= longest, (
        f"An association may be silent for {idle:g} s. Expected: {shortest} to {longest} s."
    )
    own = seat.archive.nodes().one(ae=seat.given.guilty)["max_associations"]
    assert OWN_LIMIT[0] <= own <= OWN_LIMIT[1], (
        f"{seat.given.guilty} may hold {own or 'any number of'} associations. "
        f"Expected: {OWN_LIMIT[0]} to {OWN_LIMIT[1]}."
    )


@points(2)
def check_the_waiting_exam_has_arrived(seat):
    """The exam that waited is in the archive, complete, and belongs to its order."""
    seat.expect_stored(seat.given.accession, seat.given.device)


def _held(seat):
    rows = seat.archive.call("GET", "/associations")
    return [row for row in rows if row["calling"] == seat.given.guilty]
