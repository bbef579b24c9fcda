"""What must be so before the next morning."""

from contextlib import ExitStack

from pynetdicom.sop_class import Verification

from exercises.engine import points
from simulator.clients.archive import NOTEBOOK
from simulator.errors import NetworkError
from simulator.network.associate import associate, plain_context

ROOMS, SANE = 18, (20, 100)  # devices and workstations of the house; what it may be set to


@points(3)
def check_every_room_gets_in_at_once(seat):
    """As many associations as the house has rooms are possible at once, but not any number."""
    limit, (low, high) = seat.archive.setting("dicom.max_associations"), SANE
    assert low <= limit <= high, (
        f"{limit} associations may be open at once. Expected: between {low} and {high}, for "
        f"{ROOMS} rooms and workstations."
    )
    with ExitStack() as opened:
        for number in range(ROOMS):
            try:
                opened.enter_context(
                    associate(seat.archive.peer, [plain_context(Verification)], NOTEBOOK)
                )
            except NetworkError as error:
                raise AssertionError(f"{number} were let in. {error} Expected: {ROOMS}.") from error


@points(3)
def check_all_exams_of_the_morning_have_arrived(seat):
    """Every exam of the rush is in the archive, complete, and belongs to its order."""
    given = seat.given
    rooms, exams = given.first + given.last, given.first_exams + given.last_exams
    for device, accession in zip(rooms, exams, strict=True):
        seat.expect_stored(accession, device)
