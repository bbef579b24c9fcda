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


@points(3)
def check_the_ris_knows_it_and_the_unknown_are_as_they_were(seat):
    """The RIS has this one merged, too; the other two are unknown as before, in both systems."""
    given = seat.given
    into = {row["patient_id"]: row["merged_into"] for row in seat.ris.patients()}
    assert into.get(given.doe["mrn"]) == given.real["mrn"], (
        f"The RIS says of {given.doe['mrn']}: merged into "
        f"{into.get(given.doe['mrn']) or 'nobody'}. Expected: {given.real['mrn']}."
    )
    for who, exams in (
        (given.second, [given.second_one, given.second_other]),
        (given.third, [given.third_two]),
    ):
        assert not into.get(who["mrn"]), f"The RIS has {who['mrn']} merged with somebody, too."
        expect_record(seat, who["mrn"], exams)
        names = {row["patient_name"] for row in seat.archive.studies(patient_id=who["mrn"])}
        assert names == {who["name"]}, f"The exams of {who['mrn']} say {', '.join(sorted(names))}."
