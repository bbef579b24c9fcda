"""The reference repair: the one place that is wrong, and what came of it."""


def solve(seat):
    """Repair what this variant broke, then search as the reader does."""
    given, desk = seat.given, seat.workstation(seat.given.workstation)
    if given.cause == "case-sensitive":
        seat.archive.set("query.case_sensitive_names", False)
    elif given.cause == "request-charset":
        desk.set("query.charset", "ISO_IR 192")
    elif given.cause == "star-in-a-date":
        desk.set("query.empty_date", "empty")
    else:
        _mend_the_room(seat)
    desk.find(PatientName=given.one["name"].lower())


def _mend_the_room(seat):
    """Set up the console as it was delivered, and write the order's name into the study."""
    device = seat.modality(seat.given.device)
    if seat.given.cause == "name-form":
        device.set("encoding.names", "components")
    else:
        device.set("encoding.code_page", "automatic")
        device.set("encoding.character_set", "automatic")
    order = seat.ris.order(seat.given.accession)
    (study,) = seat.archive.studies(accession=seat.given.accession)
    seat.fixup.edit(study["study_uid"], {"PatientName": order["patient_name"]})
