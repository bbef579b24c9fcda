"""Plausible wrong repairs; each of them must fail."""

from exercises.engine import only_when


@only_when("own-order")
def link_the_other_one(seat):
    """Take the wrong one of the two."""
    seat.fixup.link(_studies(seat)[0], seat.given.missing)


@only_when("others-order")
def let_the_number_decide(seat):
    """Make the exam fit the number that it has: it goes to the wrong patient."""
    seat.fixup.link(_studies(seat)[1], seat.given.shared, other_patient=True)


def empty_the_number(seat):
    """Take the study off the list of doubles, and nowhere else."""
    seat.fixup.edit(_studies(seat)[1], {"AccessionNumber": ""})


def reject_the_double(seat):
    """Believe that what is there twice is there once too often."""
    seat.fixup.reject(_studies(seat)[1], "113038")


def clear_the_whole_list(seat):
    """Put this right, and take the second part away from the other pair as well."""
    _linked(seat)
    rows = seat.archive.studies(accession=seat.given.parted)
    seat.fixup.unlink(max(rows, key=lambda row: row["received"])["study_uid"])


def forget_the_ris(seat):
    """Put the images right, and leave the patient on the worklist."""
    seat.fixup.link(_studies(seat)[1], seat.given.missing)


def _linked(seat):
    uid = _studies(seat)[1]
    seat.fixup.link(uid, seat.given.missing)
    steps = [step for step in seat.ris.mpps() if uid in step["study_uids"]]
    seat.ris.link_step(steps[-1]["uid"], seat.given.missing)


def _studies(seat):
    """Return the studies with the shared number, the older one first."""
    rows = seat.archive.studies(accession=seat.given.shared)
    return [row["study_uid"] for row in sorted(rows, key=lambda row: row["received"])]
