"""What must be so before the surgeon looks at the images."""

from exercises.engine import eventually, expect_nobody, expect_record, points


@points(3)
def check_the_patient_has_all_images(seat):
    """A search by the patient's own number finds old and new exams, under the real name."""
    given, real = seat.given, seat.given.real
    eventually(lambda: not seat.archive.studies(patient_id=given.doe["mrn"]))
    expect_record(seat, real["mrn"], [given.prior, given.doe_one, given.doe_two])
    names = {row["patient_name"] for row in seat.archive.studies(patient_id=real["mrn"])}
    assert names == {real["name"]}, f"The exams say {', '.join(sorted(names))}. Expected: one name."
    expect_nobody(seat, given.doe["mrn"])


@points(2)
def check_the_unknown_are_as_they_were(seat):
    """The other two are still unknown: each with own number, own name and own exams."""
    given = seat.given
    for who, exams in (
        (given.second, [given.second_one, given.second_other]),
        (given.third, [given.third_two]),
    ):
        expect_record(seat, who["mrn"], exams)
        names = {row["patient_name"] for row in seat.archive.studies(patient_id=who["mrn"])}
        assert names == {who["name"]}, f"The exams of {who['mrn']} say {', '.join(sorted(names))}."


@points(2)
def check_the_ris_knows_it_too(seat):
    """The RIS has the temporary number merged into the patient's own, and no other one."""
    given = seat.given
    into = {row["patient_id"]: row["merged_into"] for row in seat.ris.patients()}
    assert into.get(given.doe["mrn"]) == given.real["mrn"], (
        f"The RIS says of {given.doe['mrn']}: merged into "
        f"{into.get(given.doe['mrn']) or 'nobody'}. Expected: {given.real['mrn']}."
    )
    for who in (given.second, given.third):
        assert not into.get(who["mrn"]), f"The RIS has {who['mrn']} merged with somebody, too."
