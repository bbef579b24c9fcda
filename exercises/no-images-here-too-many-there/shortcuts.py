"""Plausible wrong repairs; each of them must fail."""


def link_the_whole_study_to_the_empty_order(seat):
    """Give all of it to the order that has nothing."""
    seat.fixup.link(_study(seat), seat.given.second)


def split_and_leave_it(seat):
    """Part the series, and forget that somebody waits for them."""
    seat.fixup.split(_study(seat), series=_series(seat, theirs=True))


def split_the_wrong_series(seat):
    """Take out what belongs to the first order."""
    seat.fixup.split(_study(seat), series=_series(seat, theirs=False))
    _link_the_new_one(seat)


def call_the_second_order_off(seat):
    """Cancel what seems never to have been done."""
    seat.ris.change(seat.given.second, event="cancel")


def reject_what_is_too_much(seat):
    """Hide the second region: a wrong worklist entry, after all."""
    for series in _series(seat, theirs=True):
        seat.fixup.reject(_study(seat), "113038", series=series)


def forget_the_ris(seat):
    """Put the images right, and leave the patient on the worklist."""
    seat.fixup.split(_study(seat), series=_series(seat, theirs=True))
    _link_the_new_one(seat)


def _link_the_new_one(seat):
    given = seat.given
    rows = seat.archive.studies(patient_id=given.patient["mrn"])
    (fresh,) = [row for row in rows if row["accession"] not in (given.first, given.second)]
    seat.fixup.link(fresh["study_uid"], given.second)


def _study(seat):
    return seat.archive.studies(accession=seat.given.first)[0]["study_uid"]


def _series(seat, *, theirs):
    found = seat.archive.find(
        "SERIES", StudyInstanceUID=_study(seat), SeriesInstanceUID=None, SeriesDescription=None
    )
    return [
        str(series.SeriesInstanceUID)
        for series in found
        if str(series.SeriesDescription).startswith(seat.given.second_word) == theirs
    ]
