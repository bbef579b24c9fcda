"""Plausible wrong repairs; each of them must fail, whatever the cause is."""

from exercises.engine import only_when


def push_it_and_hang_up(seat):
    """Send the prior by hand, and leave the cause for the next one."""
    (prior,) = seat.archive.studies(accession=seat.given.prior)
    seat.archive.move(prior["study_uid"], seat.given.workstation)


def enter_a_rule_of_ones_own(seat):
    """Let a second rule send everybody's priors everywhere."""
    given = seat.given
    to = [given.workstation, given.neighbour]
    seat.archive.rules.add("all priors", kind="prefetch", trigger="arrival", to=to)
    push_it_and_hang_up(seat)


def read_it_at_the_other_desk(seat):
    """Send both exams where there is no trouble."""
    for study in seat.archive.studies():
        if study["accession"] in (seat.given.prior, seat.given.accession):
            seat.archive.move(study["study_uid"], seat.given.neighbour)


def take_the_namesake_for_the_patient(seat):
    """Merge whoever has the name: then there are priors enough."""
    given = seat.given
    issuers = {row["patient_id"]: row["issuer"] for row in seat.patients.list()}
    seat.patients.merge(
        given.namesake["mrn"], given.patient["mrn"],
        retired_issuer=issuers[given.namesake["mrn"]],
        survivor_issuer=issuers[given.patient["mrn"]],
    )  # fmt: skip
    push_it_and_hang_up(seat)


@only_when("mistyped-id")
def merge_the_ghost(seat):
    """Treat a typing error as if somebody had two numbers."""
    given = seat.given
    issuers = {row["patient_id"]: row["issuer"] for row in seat.patients.list()}
    seat.patients.merge(
        given.typed, given.patient["mrn"],
        retired_issuer=issuers[given.typed], survivor_issuer=issuers[given.patient["mrn"]],
    )  # fmt: skip
    push_it_and_hang_up(seat)


@only_when("missed-merge")
def merge_the_other_way_round(seat):
    """Move the new exam to the old number: less to move, and the wrong direction."""
    given = seat.given
    issuers = {row["patient_id"]: row["issuer"] for row in seat.patients.list()}
    seat.patients.merge(
        given.patient["mrn"], given.twin["mrn"],
        retired_issuer=issuers[given.patient["mrn"]], survivor_issuer=issuers[given.twin["mrn"]],
    )  # fmt: skip
    push_it_and_hang_up(seat)
