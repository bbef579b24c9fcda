"""The reference repair: the older of the two is rejected, with the reason that was described."""


def solve(seat):
    """Find the study that came first, and reject it."""
    studies = seat.archive.studies(accession=seat.given.accession)
    first = min(studies, key=lambda study: study["received"])
    seat.fixup.reject(first["study_uid"], seat.given.reason)
