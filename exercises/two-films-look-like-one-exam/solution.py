"""The reference repair: split off the series whose objects say the other number, and link them."""


def solve(seat):
    """Read one object of each series: it says for which order it was made."""
    given = seat.given
    uid = seat.archive.studies(accession=given.one)[0]["study_uid"]
    theirs = [
        series["series_uid"]
        for series in seat.archive.study(uid)["tree"]
        if seat.archive.instance(series["instances"][0]["sop_uid"]).AccessionNumber == given.other
    ]
    seat.fixup.split(uid, series=theirs)
    fresh = [
        row
        for row in seat.archive.studies(patient_id=given.patient["mrn"])
        if row["study_uid"] != uid
    ]
    seat.fixup.link(fresh[0]["study_uid"], given.other)
