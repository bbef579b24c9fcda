"""Plausible wrong repairs; each of them must fail."""

from exercises.engine import eventually


def merge_whom_somebody_remembers(seat):
    """Take the name that the emergency desk believes to remember."""
    _sent(seat, seat.given.real, seat.given.second)


def merge_at_the_archive_alone(seat):
    """Put the images right, and let the RIS go on with the temporary number."""
    given = seat.given
    _merged(seat, given.doe, given.real)


def merge_the_other_way_round(seat):
    """Let the known patient disappear into the unknown one."""
    _sent(seat, seat.given.doe, seat.given.real)


def merge_all_three(seat):
    """Clear the list of unknown patients."""
    given = seat.given
    for who in (given.doe, given.second, given.third):
        _sent(seat, given.real, who)


def write_the_name_into_the_images(seat):
    """Correct the name that is shown; the number stays the temporary one."""
    given = seat.given
    values = {"PatientName": given.real["name"], "PatientBirthDate": given.real["birth_date"]}
    seat.fixup.edit(seat.archive.studies(patient_id=given.doe["mrn"])[0]["study_uid"], values)


def _merged(seat, retired, survivor):
    (row,) = [p for p in seat.patients.list() if p["patient_id"] == retired["mrn"]]
    issuer = row["issuer"]
    seat.patients.merge(
        retired["mrn"], survivor["mrn"], retired_issuer=issuer, survivor_issuer=issuer
    )


def _sent(seat, survivor, retired):
    seat.ris.adt("A40", survivor["mrn"], retired=retired["mrn"])
    eventually(lambda: not seat.archive.studies(patient_id=retired["mrn"]))
