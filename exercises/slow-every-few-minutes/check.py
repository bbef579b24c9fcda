"""What must be so before the archive breathes evenly."""

from exercises.engine import eventually, expect_polling, points, searched


@points(3)
def check_the_list_asks_for_today_only(seat):
    """The automatic search goes on at its pace, and asks for the studies of today."""
    name = seat.given.workstation
    expect_polling(seat, name, seat.given.every)
    eventually(lambda: _last(seat, name) == "today")
    last = _last(seat, name)
    assert last == "today", f"The last automatic search of {name} asked for '{last}'."


@points(2)
def check_it_has_a_limit_of_its_own(seat):
    """The workstation may have at most two associations at once, and still searches and fetches."""
    name, study = seat.given.workstation, seat.given.study
    most = seat.archive.nodes().one(ae=name)["max_associations"]
    assert 1 <= most <= 2, f"{name} may have {most or 'any number of'} associations. Expected: 2."
    rows = searched(seat, name, PatientID=study["patient_id"])
    assert rows, f"{name} searched for {study['patient_id']} and found nothing."
    answer = seat.workstation(name).retrieve(study["study_uid"])
    assert answer.ok, f"{name} asked for the study. {answer.error}"


def _last(seat, name):
    told = [e for e in seat.journal.entries(kind="device.poll") if e.facts["device"] == name]
    return told[-1].facts["date"] if told else "nothing"
