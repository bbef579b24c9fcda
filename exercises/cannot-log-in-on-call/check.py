"""What must be so before the doctor can work, now and in ten minutes."""

from exercises.engine import logged_in, points
from simulator.errors import RefusedError


@points(2)
def check_the_doctor_gets_in(seat):
    """The doctor logs in with the password of this morning, and sees studies."""
    given = seat.given
    with logged_in(seat, given.doctor["name"], given.new) as doctor:
        assert doctor.archive.studies(), f"{given.doctor['name']} logged in and saw no study."


@points(2)
def check_it_stays_that_way(seat):
    """The account stays open when the doctor's workstation is used."""
    given = seat.given
    name = given.doctor["name"]
    found = seat.users.show(name)["state"]
    assert found == "active", f"The account {name} is {found}. Expected: active."
    before = seat.users.show(name)["failures"]
    try:
        seat.workstation(given.station).find(PatientID="M0000000")
    except RefusedError as error:
        raise AssertionError(f"{given.station} searched: {error} Expected: an answer.") from error
    after = seat.users.show(name)["failures"]
    assert after == before, f"{given.station} searched, and {name} had one more wrong password."
