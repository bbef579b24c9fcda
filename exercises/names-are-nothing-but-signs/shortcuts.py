"""Plausible wrong repairs; each of them must fail."""


def correct_the_names_alone(seat):
    """Write the names into the studies; the next patient is garbled again."""
    _correct(seat)


def set_the_console_alone(seat):
    """Set up the console; what is stored already stays as it is."""
    _set_up(seat, "automatic", "automatic")


def name_unicode_because_it_holds_everything(seat):
    """Let the console name UTF-8, whatever it writes in, and leave the names."""
    seat.modality(seat.given.device).set("encoding.character_set", "ISO_IR 192")


def write_it_in_plain_letters(seat):
    """Do without the letters that make trouble."""
    _set_up(seat, "automatic", "automatic")
    for accession in (seat.given.ones_order, seat.given.twos_order):
        name = "UNKNOWN^PATIENT"
        seat.fixup.edit(_study(seat, accession), {"PatientName": name})


def let_the_archive_answer_otherwise(seat):
    """Answer in the set of the stored objects, as before."""
    seat.archive.set("query.answer_charset", "stored")


def _set_up(seat, page, terms):
    device = seat.modality(seat.given.device)
    device.set("encoding.code_page", page)
    device.set("encoding.character_set", terms)


def _correct(seat):
    for accession in (seat.given.ones_order, seat.given.twos_order):
        name = seat.ris.order(accession)["patient_name"]
        seat.fixup.edit(_study(seat, accession), {"PatientName": name})


def _study(seat, accession):
    return seat.archive.studies(accession=accession)[0]["study_uid"]
