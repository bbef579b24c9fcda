"""The reference repair: split off what was made for the second order, link it, tell the RIS."""


def solve(seat):
    """Find the series of the other region by what they say they are."""
    given = seat.given
    uid = seat.archive.studies(accession=given.first)[0]["study_uid"]
    found = seat.archive.find(
        "SERIES", StudyInstanceUID=uid, SeriesInstanceUID=None, SeriesDescription=None
    )
    theirs = [
        str(series.SeriesInstanceUID)
        for series in found
        if str(series.SeriesDescription).startswith(given.second_word)
    ]
    seat.fixup.split(uid, series=theirs)
    fresh = [
        row
        for row in seat.archive.studies(patient_id=given.patient["mrn"])
        if row["accession"] not in (given.first, given.second)
    ]
    seat.fixup.link(fresh[0]["study_uid"], given.second)
    steps = [step for step in seat.ris.mpps() if given.first in step["accessions"]]
    later = max(steps, key=lambda step: step["started"])
    seat.ris.link_step(later["uid"], given.second)
