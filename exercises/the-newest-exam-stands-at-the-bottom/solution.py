"""The reference repair: the console, then the dates of both studies and both patients."""


def solve(seat):
    """Set the form of dates; write the same days as the standard has them."""
    given = seat.given
    seat.modality(given.device).set("encoding.dates", "YYYYMMDD")
    for person, accession in ((given.one, given.ones_order), (given.two, given.twos_order)):
        keys = {"StudyDate": None, "StudyInstanceUID": None}
        found = seat.archive.find(AccessionNumber=accession, PatientID=person["mrn"], **keys)[0]
        uid, day = str(found.StudyInstanceUID), str(found.StudyDate).replace(".", "")
        seat.fixup.edit(uid, {"StudyDate": day})
        born = seat.ris.order(accession)["birth_date"]
        seat.fixup.edit(uid, {"PatientBirthDate": born})
