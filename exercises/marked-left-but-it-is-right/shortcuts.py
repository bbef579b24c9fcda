"""Plausible wrong repairs; each of them must fail."""


def delete_it(seat):
    """Delete the failed exam: nothing is left for anybody who asks."""
    seat.archive.delete(_studies(seat)[0])


def reject_the_repeat(seat):
    """Take the one that came last."""
    seat.fixup.reject(_studies(seat)[1], seat.given.reason)


def reject_for_another_reason(seat):
    """Hide the right one, with whatever code comes first to mind."""
    seat.fixup.reject(_studies(seat)[0], "113038")


def reject_and_purge(seat):
    """Hide it and then clean up."""
    seat.fixup.reject(_studies(seat)[0], seat.given.reason)
    seat.fixup.purge(_studies(seat, rejected=True)[0])


def _studies(seat, *, rejected=False):
    if rejected:
        return [row["study_uid"] for row in seat.fixup.rejected()]
    rows = seat.archive.studies(accession=seat.given.accession)
    return [row["study_uid"] for row in sorted(rows, key=lambda row: row["received"])]
