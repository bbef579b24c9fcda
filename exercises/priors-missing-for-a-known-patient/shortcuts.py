"""Plausible wrong repairs; each of them must fail."""


def merge_the_ghost_into_the_patient(seat):
    """Treat a typing error as if somebody had two numbers."""
    seat.patients.merge(
        seat.given.typed, seat.given.patient["mrn"],
        retired_issuer=_issuer(seat, seat.given.typed),
        survivor_issuer=_issuer(seat, seat.given.patient["mrn"]),
    )  # fmt: skip


def merge_the_patient_into_the_ghost(seat):
    """Bring both together under the number that nobody has."""
    seat.patients.merge(
        seat.given.patient["mrn"], seat.given.typed,
        retired_issuer=_issuer(seat, seat.given.patient["mrn"]),
        survivor_issuer=_issuer(seat, seat.given.typed),
    )  # fmt: skip


def link_to_the_namesake(seat):
    """Take the order of the other patient of that name, and confirm whatever is asked."""
    seat.fixup.link(_study(seat), seat.given.namesakes_order, other_patient=True)


def link_to_the_earlier_order(seat):
    """Take the right patient and the order that was done before."""
    seat.fixup.link(_study(seat), seat.given.prior)


def delete_the_ghost(seat):
    """Make the wrong record disappear with the only images of the exam."""
    seat.archive.delete(_study(seat))


def _study(seat):
    return seat.archive.studies(patient_id=seat.given.typed)[0]["study_uid"]


def _issuer(seat, patient_id):
    rows = seat.patients.list(patient_id)
    return next(row["issuer"] for row in rows if row["patient_id"] == patient_id)
