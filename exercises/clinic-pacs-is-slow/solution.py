"""The reference route: measure, mend the one thing that is wrong if there is one, measure again."""


def solve(seat):
    """Fetch the named study at both workstations before and after."""
    _measure(seat)
    if seat.given.cause == "open-poller":
        seat.workstation(seat.given.neighbour).set("poll.date", "today")
    elif seat.given.cause == "slow-line":
        seat.network.set(seat.given.workstation, duplex="full", node_duplex="full")
    _measure(seat)


def _measure(seat):
    for name in ("WS1", "WS2"):
        seat.workstation(name).retrieve(seat.given.second["study_uid"])
