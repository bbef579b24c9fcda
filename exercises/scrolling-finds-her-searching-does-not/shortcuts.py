"""Plausible wrong repairs; each of them must fail."""


def trim_on_arrival(seat):
    """Let the archive take out blanks from now on, whoever sends them."""
    seat.archive.set("coerce.trim", True)


def correct_the_names_alone(seat):
    """Write the names into the studies; the next one comes as before."""
    _correct(seat, seat.given.ones_order, seat.given.twos_order)


def set_the_console_alone(seat):
    """Set up the console; what is stored already stays as it is."""
    seat.modality(seat.given.device).set("encoding.names", "components")


def help_the_one_who_called(seat):
    """Set up the console, and correct the one patient of the ticket."""
    set_the_console_alone(seat)
    _correct(seat, seat.given.ones_order)


def type_a_star(seat):
    """Search with a wildcard and call it solved."""
    family = seat.given.one["name"].partition("^")[0]
    seat.workstation(seat.given.workstation).find(PatientName=f"{family}*")


def _correct(seat, *accessions):
    for accession in accessions:
        name = seat.ris.order(accession)["patient_name"]
        study = seat.archive.studies(accession=accession)[0]
        seat.fixup.edit(study["study_uid"], {"PatientName": name})
