"""What must be so before the RIS knows again what was done, and will know it tomorrow."""

from exercises.engine import points


@points(3)
def check_what_was_done_counts_as_done(seat):
    """Both exams are completed by their own steps, and nothing else is."""
    given = seat.given
    for person, accession in ((given.one, given.first), (given.two, given.second)):
        steps = [row for row in seat.ris.mpps() if accession in row["accessions"]]
        found = [(row["patient_id"], row["status"]) for row in steps]
        assert found == [(person["mrn"], "COMPLETED")], (
            f"{len(steps)} performed steps belong to order {accession}. Expected: one, completed, "
            f"of patient {person['mrn']}."
        )
        order = seat.ris.order(accession)
        assert order["status"] == "completed", (
            f"Order {accession} is {order['status']}. Expected: completed."
        )
    _others_wait(seat)


@points(2)
def check_the_next_step_will_say_what_it_is_for(seat):
    """The device names the scheduled step as the worklist did, and the RIS looks for it."""
    given = seat.given
    reference = seat.modality(given.device).settings["mpps.reference"]
    assert reference == "worklist", (
        f"The steps of {given.device} would refer to '{reference}'. Expected: worklist."
    )
    rules = str(seat.ris.setting("mpps.link_by")).split()
    assert rules[0] == "accession" and "study" in rules, (
        f"The RIS looks for orders by '{' '.join(rules)}'. Expected: the accession number first, "
        "and the Study Instance UID."
    )


def _others_wait(seat):
    given = seat.given
    for accession in (given.later, given.namesakes):
        status = seat.ris.order(accession)["status"]
        assert status == "scheduled", f"Order {accession} is {status}. Expected: scheduled."
    (step,) = [row for row in seat.ris.mpps() if row["patient_id"] == given.three["mrn"]]
    assert not step["accessions"], (
        f"The emergency's step belongs to {', '.join(step['accessions'])}. Expected: no order."
    )
