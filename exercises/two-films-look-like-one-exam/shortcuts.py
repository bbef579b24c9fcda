"""Plausible wrong repairs; each of them must fail."""


def split_the_wrong_series(seat):
    """Take the first exam's series out, and give them to the second order."""
    seat.fixup.split(_study(seat), series=_series(seat, theirs=False))
    _link_the_new_one(seat)


def split_and_leave_it(seat):
    """Part them, and leave the second exam without its order."""
    seat.fixup.split(_study(seat), series=_series(seat, theirs=True))


def link_everything_to_the_other_order(seat):
    """Make the search for the second number find something."""
    seat.fixup.link(_study(seat), seat.given.other)


def reject_the_second_exam(seat):
    """Make the exam look like one again."""
    for series in _series(seat, theirs=True):
        seat.fixup.reject(_study(seat), "113038", series=series)


def _link_the_new_one(seat):
    rows = seat.archive.studies(patient_id=seat.given.patient["mrn"])
    (fresh,) = [row for row in rows if row["accession"] != seat.given.one]
    seat.fixup.link(fresh["study_uid"], seat.given.other)


def _study(seat):
    return seat.archive.studies(accession=seat.given.one)[0]["study_uid"]


def _series(seat, *, theirs):
    return [
        series["series_uid"]
        for series in seat.archive.study(_study(seat))["tree"]
        if (_number(seat, series) == seat.given.other) == theirs
    ]


def _number(seat, series):
    return seat.archive.instance(series["instances"][0]["sop_uid"]).AccessionNumber
