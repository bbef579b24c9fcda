"""What must be so before RIS and archive tell the same of the exam."""

from exercises.engine import points


@points(3)
def check_what_was_added_has_a_step_of_its_own(seat):
    """The order has a second step, completed, and both together list every image of the study."""
    given = seat.given
    steps = [row for row in seat.ris.mpps() if given.first in row["accessions"]]
    states = [row["status"] for row in steps]
    assert states == [given.state, "COMPLETED"], (
        f"Order {given.first} has the steps {', '.join(states)}. "
        f"Expected: {given.state} as it was, and one that is COMPLETED."
    )
    told, study = sum(row["instances"] for row in steps), seat.study_of(given.first) or {}
    assert told == study.get("instances"), (
        f"The steps of {given.first} list {told} objects, the archive has "
        f"{study.get('instances', 'none')}. Expected: the same."
    )
    status = seat.ris.order(given.first)["status"]
    assert status == "completed", f"Order {given.first} is {status}. Expected: completed."


@points(2)
def check_the_console_owes_nothing_any_more(seat):
    """The device has told everything, and is still allowed to tell."""
    check_what_was_added_has_a_step_of_its_own(seat)
    device = seat.given.device
    owed = [row["accession"] for row in seat.modality(device).queue() if row["owed"]]
    assert not owed, f"{device} still owes messages for {', '.join(owed)}."
    assert seat.ris.devices().one(ae=device)["mpps"] is True, f"{device} may not report any more."
