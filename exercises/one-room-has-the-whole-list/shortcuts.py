"""Plausible wrong repairs; each of them must fail."""

from exercises.engine import only_when


def ask_for_any_modality(seat):
    """Empty the key, so that the code does not matter."""
    seat.modality(seat.given.device).set("worklist.modality", "")


def follow_the_wrong_code(seat):
    """Make both sides say the wrong code."""
    given = seat.given
    seat.modality(given.device).set("worklist.modality", given.wrong)
    seat.ris.map(given.code, modality=given.wrong)
    for accession in given.accessions:
        seat.ris.change(accession, modality=given.wrong)


@only_when("ris-mapping")
def mend_the_waiting_orders_only(seat):
    """Correct the two orders and not the table they were made with."""
    for accession in seat.given.accessions:
        seat.ris.change(accession, modality=seat.given.right)


@only_when("ris-mapping")
def mend_the_table_only(seat):
    """Correct the table and let the two patients wait."""
    seat.ris.map(seat.given.code, modality=seat.given.right)
