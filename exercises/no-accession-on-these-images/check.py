"""What must be so before the two exams count as what they are."""

from exercises.engine import points
from exercises.engine.records import expect_record


@points(2)
def check_the_studies_belong_to_their_orders(seat):
    """Each study belongs to the order it was made for, and nothing is left unmatched."""
    given = seat.given
    for person, accession in ((given.one, given.first), (given.two, given.second)):
        expect_record(seat, person["mrn"], [accession])
    left = [row for row in seat.archive.unmatched() if row["source"] == given.device]
    assert not left, f"{len(left)} study of {given.device} is still unmatched."


@points(2)
def check_the_ris_knows_that_they_are_done(seat):
    """The two orders are completed by the steps that were performed for them."""
    given = seat.given
    for person, accession in ((given.one, given.first), (given.two, given.second)):
        order = seat.ris.order(accession)
        assert order["status"] == "completed", (
            f"Order {accession} is {order['status']} at the RIS. Expected: completed."
        )
        steps = [row for row in seat.ris.mpps() if accession in row["accessions"]]
        found = [(row["patient_id"], row["status"]) for row in steps]
        assert found == [(person["mrn"], "COMPLETED")], (
            f"{len(steps)} performed steps belong to order {accession}. Expected: one, completed, "
            f"of patient {person['mrn']}."
        )


@points(1, after=check_the_ris_knows_that_they_are_done)
def check_the_list_shows_who_waits(seat):
    """The worklist shows the exam that is still to be done, and no other."""
    given = seat.given
    shown = sorted(row["accession"] for row in seat.modality(given.device).worklist())
    assert shown == [given.later], (
        f"The worklist of {given.device} shows {', '.join(shown) or 'nothing'}. "
        f"Expected: {given.later}, which is still to be done."
    )
