"""What must be so, whether anything was slow or not."""

from exercises.engine import expect_polling, points, searched

_DESKS = ("WS1", "WS2")


@points(2)
def check_it_was_measured_at_both_workstations(seat):
    """The study that the chief named was fetched at both workstations, to compare."""
    lacking = [name for name in _DESKS if not _fetched(seat, name)]
    assert not lacking, (
        f"The study {seat.given.second['accession']} was not fetched at {' and '.join(lacking)}: "
        "nothing can be compared yet."
    )


@points(3)
def check_what_was_wrong_is_right_and_nothing_else_was_changed(seat):
    """Lines and lists are right, the archive's settings as they were, and it was measured."""
    check_it_was_measured_at_both_workstations(seat)
    for name in _DESKS:
        port = seat.network.port(name)
        sides = port["duplex"], port["node_duplex"]
        assert sides == ("full", "full"), f"The link of {name} is at {' and '.join(sides)} duplex."
    _expect_list(seat)
    changed = [
        row["key"]
        for row in seat.archive.settings()
        if row["value"] != row["default"] and row["key"] != "log.trace"
    ]
    assert not changed, f"The archive was not as it was: {', '.join(changed)}."


def _expect_list(seat):
    name = seat.given.neighbour
    expect_polling(seat, name, seat.given.every)
    rows = searched(seat, name, PatientID=seat.given.study["patient_id"])
    assert rows, f"{name} searched for {seat.given.study['patient_id']} and found nothing."


def _fetched(seat, name):
    """Whether a workstation got the study since the day was put back for this exercise."""
    began = max((e.real for e in seat.journal.entries(kind="hospital.reset")), default="")
    uid = seat.given.second["study_uid"]
    return any(
        entry.real > began and entry.facts["device"] == name
        for entry in seat.journal.entries(kind="device.retrieve")
        if entry.facts.get("study_uid") == uid and entry.facts.get("status") == "0x0000"
    )
