"""Plausible wrong repairs; each of them must fail."""


def complete_only_these(seat):
    """Complete the two exams by hand and leave the trigger as it is."""
    for accession in seat.given.done:
        seat.ris.change(accession, event="complete")


def mend_only_the_trigger(seat):
    """Set the trigger back and wait for the two exams to move by themselves."""
    seat.ris.set("mpps.complete_by", "mpps")


def complete_all_three(seat):
    """Complete everything of this room, the patient outside included."""
    given = seat.given
    seat.ris.set("mpps.complete_by", "mpps")
    seat.ris.change(given.third, event="start")
    for accession in (*given.done, given.third):
        seat.ris.change(accession, event="complete")
