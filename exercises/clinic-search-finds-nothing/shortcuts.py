"""Plausible wrong repairs; each of them must fail, whatever the cause is."""

from exercises.engine import only_when


def search_with_more(seat):
    """Find the study by number and date, and call it solved."""
    desk = seat.workstation(seat.given.workstation)
    desk.find(PatientID=seat.given.one["mrn"], StudyDate="20000101-")


def let_the_archive_guess(seat):
    """Have the archive read what declares nothing as Latin-1."""
    seat.archive.set("query.default_charset", "ISO_IR 100")


def turn_the_new_version_back(seat):
    """Have the archive take a star for any date, and answer as before."""
    seat.archive.set("query.star_dates", "any")
    seat.archive.set("query.answer_charset", "stored")


def register_a_plain_name(seat):
    """Write the name without its special letter, for the time being."""
    plain = {"Ü": "UE", "Ö": "OE", "È": "E", "Ñ": "N", "Ø": "OE", "Å": "AA"}
    name = "".join(plain.get(letter, letter) for letter in seat.given.one["name"])
    _edit(seat, name)


@only_when("name-form", "stored-charset")
def correct_the_study_alone(seat):
    """Write the name into the study; the next one comes as before."""
    _edit(seat, seat.given.one["name"])


@only_when("name-form", "stored-charset")
def set_the_console_alone(seat):
    """Set up the console; what is stored stays as it is."""
    device = seat.modality(seat.given.device)
    device.set("encoding.names", "components")
    device.set("encoding.code_page", "automatic")
    device.set("encoding.character_set", "automatic")


def _edit(seat, name):
    study = seat.archive.studies(accession=seat.given.accession)[0]
    seat.fixup.edit(study["study_uid"], {"PatientName": name})
