"""Plausible wrong repairs; each of them must fail."""


def let_the_archive_return_more(seat):
    """Have the archive return keys empty that it does not know."""
    seat.archive.set("query.unsupported_keys", "empty")


def type_it_into_the_study(seat):
    """Write the value into the study once more, as if it were lost."""
    given = seat.given
    seat.fixup.edit(given.study["study_uid"], {given.keyword: given.told})


def ask_for_nothing_else(seat):
    """Let the workstation ask for the study and this one attribute."""
    desk = seat.workstation(seat.given.workstation)
    desk.set("query.return_keys", ["StudyInstanceUID", "PatientID", seat.given.keyword])


def search_patient_by_patient(seat):
    """Ask by patient, where other attributes come."""
    seat.workstation(seat.given.workstation).set("query.model", "patient")
