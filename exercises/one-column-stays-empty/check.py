"""What must be so before the list is whole again."""

from exercises.engine import points, searched

_FACTS = {"AccessionNumber": "accession", "PatientBirthDate": "birth_date",
          "StudyDescription": "description"}  # fmt: skip


@points(3)
def check_the_column_is_filled(seat):
    """A search at the workstation brings the attribute, with the value that the archive has."""
    row, keyword = _found(seat, seat.given.workstation), seat.given.keyword
    assert keyword in row, f"The answer to {seat.given.workstation} has no {keyword}."
    stored = {study["study_uid"]: study for study in seat.archive.studies()}
    wanted = stored[row["StudyInstanceUID"]][_FACTS[keyword]]
    assert row[keyword] == wanted, f"{keyword} is '{row[keyword]}'. Expected: '{wanted}'."


@points(2)
def check_no_other_column_was_lost(seat):
    """The answer has every attribute that the other workstation gets."""
    mine, other = (_found(seat, name) for name in (seat.given.workstation, seat.given.neighbour))
    lacking = ", ".join(sorted(set(other) - set(mine)))
    assert not lacking, f"The answer to {seat.given.workstation} lacks {lacking}."


def _found(seat, workstation):
    study = seat.given.study
    rows = searched(seat, workstation, PatientID=study["patient_id"])
    found = [row for row in rows if row.get("StudyInstanceUID") == study["study_uid"]]
    assert found, f"{workstation} searched for {study['patient_id']} and did not get the study."
    return found[0]
