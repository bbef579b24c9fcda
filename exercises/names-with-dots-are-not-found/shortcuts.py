"""Plausible wrong repairs; each of them must fail."""


def let_the_archive_guess(seat):
    """Have the archive read what declares nothing as Latin-1."""
    seat.archive.set("query.default_charset", "ISO_IR 100")


def declare_nothing(seat):
    """Write UTF-8, which everything can read today, and say nothing of it."""
    desk = seat.workstation(seat.given.workstation)
    desk.set("query.encoding", "ISO_IR 192")
    desk.set("query.charset", "none")


def spell_the_name_plainly(seat):
    """Register the patient without the strange letter."""
    plain = {"Ü": "UE", "Ö": "OE", "È": "E", "Ñ": "N", "Ø": "OE", "Å": "AA"}
    name = "".join(plain.get(letter, letter) for letter in seat.given.surname)
    study = seat.archive.studies(accession=seat.given.accession)[0]
    seat.fixup.edit(study["study_uid"], {"PatientName": f"{name}^{seat.given.given}"})


def answer_in_utf8(seat):
    """Have the archive answer in UTF-8."""
    seat.archive.set("query.answer_charset", "utf8")
