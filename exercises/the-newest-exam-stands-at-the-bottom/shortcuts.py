"""Plausible wrong repairs; each of them must fail."""


def correct_the_day_alone(seat):
    """Put the studies where they belong in the list, and forget the birth dates."""
    _set_console(seat)
    for accession in (seat.given.ones_order, seat.given.twos_order):
        _edit(seat, accession, StudyDate=_day(seat, accession))


def set_the_console_alone(seat):
    """Set up the console; what is stored already stays as it is."""
    _set_console(seat)


def correct_what_is_stored_alone(seat):
    """Correct the stored dates; the next exam comes as before."""
    for accession in (seat.given.ones_order, seat.given.twos_order):
        _correct(seat, accession)


def help_only_the_one_of_the_ticket(seat):
    """Set the console and correct one of the two."""
    _set_console(seat)
    _correct(seat, seat.given.ones_order)


def send_them_again(seat):
    """Set the console and let it send both once more; the archive keeps what it has."""
    _set_console(seat)
    for accession in (seat.given.ones_order, seat.given.twos_order):
        seat.modality(seat.given.device).send(accession)


def _set_console(seat):
    seat.modality(seat.given.device).set("encoding.dates", "YYYYMMDD")


def _correct(seat, accession):
    _edit(seat, accession, StudyDate=_day(seat, accession))
    _edit(seat, accession, PatientBirthDate=seat.ris.order(accession)["birth_date"])


def _day(seat, accession):
    return seat.archive.studies(accession=accession)[0]["date"]


def _edit(seat, accession, **values):
    study = seat.archive.studies(accession=accession)[0]
    seat.fixup.edit(study["study_uid"], values)
