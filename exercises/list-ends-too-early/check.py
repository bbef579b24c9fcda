"""What must be so before a reader can rely on a list again."""

from exercises.engine import points


@points(3)
def check_a_cut_list_says_so(seat):
    """An open search brings as many studies as agreed, and its last status says there are more."""
    _expect_warned(seat, seat.given.workstation, {})


@points(2)
def check_every_workstation_is_told(seat):
    """A search by dates that reaches the limit says so at the other workstation, too."""
    other = {"WS1": "WS2", "WS2": "WS1"}[seat.given.workstation]
    _expect_warned(seat, other, {"StudyDate": "20200101-"})


def _expect_warned(seat, workstation, keys):
    rows, cap = seat.workstation(workstation).find(**keys), seat.given.cap
    assert len(rows) == cap, f"{workstation} got {len(rows)} studies. Expected: {cap}, as agreed."
    asked = [e for e in seat.journal.entries(kind="c-find") if e.facts["calling"] == workstation]
    status = asked[-1].facts["status"]
    assert status == "0xB001", (
        f"The list of {workstation} was cut after {cap} studies and ended with {status}. "
        "Expected: the warning that there may be more (0xB001)."
    )
