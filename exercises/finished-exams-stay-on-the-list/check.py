"""What must be so before the list can be trusted again."""

from exercises.engine import points


@points(3)
def check_done_is_done_and_waiting_is_waiting(seat):
    """The two exams are completed by their own steps, and only the third patient is listed."""
    given = seat.given
    for accession in given.done:
        order = seat.ris.order(accession)
        assert order["status"] == "completed", (
            f"Order {accession} is {order['status']}. Expected: completed."
        )
        steps = [row for row in seat.ris.mpps() if accession in row["accessions"]]
        assert [row["status"] for row in steps] == ["COMPLETED"], (
            f"{len(steps)} steps belong to order {accession}. Expected: one, completed."
        )
    shown = {row["accession"] for row in seat.modality(given.device).worklist()}
    assert shown == {given.third}, (
        f"The worklist of {given.device} shows {', '.join(sorted(shown)) or 'nothing'}. "
        f"Expected: only {given.third}, who has not been examined."
    )


@points(2)
def check_the_next_exam_will_be_heard_of(seat):
    """The RIS takes this device's steps and looks for their orders."""
    given = seat.given
    rules = str(seat.ris.setting("mpps.link_by")).split()
    assert {"accession", "study"} & set(rules), (
        f"mpps.link_by is '{' '.join(rules)}'. Expected: a key that leads to one order."
    )
    row = seat.ris.devices().one(ae=given.device)
    assert row["mpps"] is True, f"{given.device} may still not report. Expected: mpps is true."
    owed = [job for job in seat.modality(given.device).queue() if job["owed"]]
    assert not owed, f"{given.device} still owes messages for {len(owed)} exam(s)."
