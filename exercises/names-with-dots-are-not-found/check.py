"""What must be so before a name can be searched for with all its letters."""

from exercises.engine import points, searched


@points(3)
def check_the_name_is_found(seat):
    """A search for the name as people write it finds the patient's study."""
    _expect_found(seat, seat.given.workstation)


@points(2)
def check_every_workstation_says_what_it_writes(seat):
    """Both workstations find the name, and the archive does not guess."""
    for name in (seat.given.workstation, seat.given.neighbour):
        _expect_found(seat, name)
    found = seat.archive.setting("query.default_charset")
    assert found == "ISO_IR 6", f"query.default_charset is {found}: the archive guesses now."


def _expect_found(seat, workstation):
    wanted = f"{seat.given.surname}*"
    rows = searched(seat, workstation, PatientName=wanted)
    numbers = [row["PatientID"] for row in rows]
    assert seat.given.person["mrn"] in numbers, (
        f"{workstation} searched for {wanted}: {len(rows)} studies, none of this patient."
    )
