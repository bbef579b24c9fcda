"""What must be so before names are found however they are typed."""

from exercises.engine import points


@points(3)
def check_small_letters_find_the_patient(seat):
    """The name in small letters finds the study at the workstation that complained."""
    given = seat.given
    _expect_found(seat, given.workstation, given.study["patient_name"].lower())


@points(2)
def check_it_holds_for_every_workstation(seat):
    """Mixed letters and a wildcard find it at the other workstation, and nobody of other names."""
    given = seat.given
    other = {"WS1": "WS2", "WS2": "WS1"}[given.workstation]
    family = given.study["patient_name"].partition("^")[0]
    rows = _expect_found(seat, other, f"{family.title()}*")
    strange = {row["PatientName"] for row in rows if not row["PatientName"].startswith(family)}
    assert not strange, f"A search for {family.title()}* found {', '.join(sorted(strange))}, too."


def _expect_found(seat, workstation, name):
    rows = seat.workstation(workstation).find(PatientName=name)
    uids = {row["StudyInstanceUID"] for row in rows}
    assert seat.given.study["study_uid"] in uids, (
        f"{workstation} searched for '{name}' and got {len(rows)} studies, without the one "
        f"of {seat.given.study['patient_name']}."
    )
    return rows
