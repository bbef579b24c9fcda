"""What must be so before the exam can be read beside the earlier one, and the next one, too."""

from exercises.engine import points
from exercises.engine.records import expect_nobody, expect_record, merges_of


@points(4)
def check_the_prior_is_where_it_is_read(seat):
    """Both exams are in one record, and the workstation has the earlier one, complete."""
    _expect_one_record(seat)
    given = seat.given
    (prior,) = seat.archive.studies(accession=given.prior)
    received = seat.workstation(given.workstation).received()
    came = sum(row["instances"] for row in received if row["study_uid"] == prior["study_uid"])
    assert came == prior["instances"], (
        f"{given.workstation} has {came} images of {given.prior}. Expected: {prior['instances']}."
    )


@points(1, after=check_the_prior_is_where_it_is_read)
def check_the_next_priors_come_by_themselves(seat):
    """The house rule sends the priors of such exams to this workstation, and nothing holds it."""
    given = seat.given
    rule = seat.archive.rules.show(given.rule)
    said = (rule["enabled"], list(rule["to"]), list(rule["when"]))
    wanted = (True, [given.workstation], [f"Modality={given.modality}"])
    assert said[:2] == wanted[:2] and said[2] in (wanted[2], []), (
        f"The rule is enabled: {said[0]}, sends to {', '.join(said[1])}, when {said[2]}. "
        f"Expected: in force, to {given.workstation}, for {given.modality}."
    )
    issuer = seat.modality(given.device).settings["patient.issuer"]
    assert issuer == "worklist", f"{given.device} writes the issuer '{issuer}'."
    paused = {row["ae"] for row in seat.archive.queue.destinations() if row["paused"]}
    assert given.workstation not in paused, f"{given.workstation} is paused at the archive."


def _expect_one_record(seat):
    given = seat.given
    expect_record(seat, given.patient["mrn"], [given.prior, given.accession])
    rows = seat.patients.list(given.patient["mrn"])
    issuers = [row["issuer"] for row in rows if row["patient_id"] == given.patient["mrn"]]
    assert len(issuers) == 1, (
        f"{given.patient['mrn']} is {len(issuers)} patients: of {' and of '.join(issuers)}."
    )
    if given.ghost:
        expect_nobody(seat, given.ghost)
    if given.cause == "mistyped-id":
        merges = merges_of(seat, given.typed)
        assert not merges, f"{given.typed} is nobody's number, and was merged: {merges[0]}."
    expect_record(seat, given.namesake["mrn"], [given.namesakes_exam])
