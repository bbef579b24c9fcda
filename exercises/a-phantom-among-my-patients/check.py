"""What must be so before tomorrow's test is done."""

from exercises.engine import logged_in, points


@points(3)
def check_the_reader_sees_patients_only(seat):
    """The reader's list shows every patient, and no test of any room."""
    given, tests = seat.given, _tests(seat)
    with logged_in(seat, given.reader["name"], given.password) as reader:
        seen = {row["study_uid"]: row for row in reader.archive.studies()}
    shown = [seen[uid] for uid in tests if uid in seen]
    assert not shown, (
        f"{given.reader['full_name']} logged in and sees {len(shown)} test(s): "
        f"{shown[0]['patient_name']} ({shown[0]['patient_id']})."
    )
    missing = [row for row in seat.archive.studies() if row["study_uid"] not in {*seen, *tests}]
    assert not missing, f"{len(missing)} studies of patients are hidden from the reader, too."


@points(2)
def check_physics_has_the_tests_under_their_number(seat):
    """Medical physics sees the tests of all rooms, this room's under the number agreed on."""
    given, tests = seat.given, _tests(seat)
    with logged_in(seat, "physics", given.physics_password) as physics:
        seen = {row["study_uid"]: row for row in physics.archive.studies()}
    assert set(seen) == set(tests), (
        f"Physics sees {len(seen)} studies, of which {len(set(seen) & set(tests))} are among the "
        f"{len(tests)} tests. Expected: all tests and nothing else."
    )
    numbers = {seen[uid]["patient_id"] for uid, room in tests.items() if room == given.device}
    assert numbers == {given.agreed}, f"The tests of {given.device} are under {_said(numbers)}."


@points(2)
def check_tomorrows_test_is_kept_apart_too(seat):
    """A rule knows the tests of every room by their number, so the next one is kept apart."""
    (label,) = [row for row in seat.labels.list() if row["name"] == "QA"]
    wanted = {f"patient_id={number}" for number in ("QA-CR1", "QA-DX2", seat.given.agreed)}
    lacking = wanted - set(label["rules"])
    assert not lacking, f"No rule of the label QA says {_said(lacking)}."
    assert label["restricted"], "The label QA is open: everybody sees its studies."


def _tests(seat):
    """Return which room made each test: exams that nobody ordered, and that are no patient's."""
    there = {row["study_uid"] for row in seat.archive.studies()}
    return {
        entry.facts["study_uid"]: room
        for room in (seat.given.device, "CR1", "DX2")
        for entry in seat.journal.entries(kind="device.exam.performed", node=room)
        if not entry.facts["accession"] and entry.facts["study_uid"] in there
    }


def _said(items):
    return ", ".join(sorted(items)) or "nothing"
