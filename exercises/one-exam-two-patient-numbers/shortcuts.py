"""Plausible wrong repairs; each of them must fail."""


def take_the_added_series_out(seat):
    """Make two studies of one exam, each with one identity."""
    seat.fixup.split(_study(seat)["study_uid"], series=_added(seat))


def reject_the_added_series(seat):
    """Hide what does not fit."""
    for series in _added(seat):
        seat.fixup.reject(_study(seat)["study_uid"], "113038", series=series)


def put_the_old_identity_back(seat):
    """Let the RIS say again what the first series says."""
    seat.ris.change(seat.given.accession, **seat.given.usual)
    study = _study(seat)
    seat.fixup.unlink(study["study_uid"])
    seat.fixup.link(study["study_uid"], seat.given.accession)


def write_the_name_once_more(seat):
    """Correct what can be corrected by hand: the name is the same already."""
    seat.fixup.edit(_study(seat)["study_uid"], {"PatientName": seat.given.known["name"]})


def _study(seat):
    return seat.archive.studies(accession=seat.given.accession)[0]


def _added(seat):
    tree = seat.archive.study(_study(seat)["study_uid"])["tree"]
    return [series["series_uid"] for series in tree[len(tree) // 2 :]]
