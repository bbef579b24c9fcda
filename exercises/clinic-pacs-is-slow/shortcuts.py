"""Plausible wrong repairs; each of them must fail, whatever the cause is."""

from exercises.engine import only_when


def give_the_archive_more(seat):
    """Measure, and raise what can be raised."""
    _measure(seat)
    seat.archive.set("dicom.max_associations", 100)
    seat.archive.set("dicom.max_pdu", 1048576)


def limit_every_answer(seat):
    """Measure, and cut every search of everybody."""
    _measure(seat)
    seat.archive.set("query.limit", 10)


def switch_the_list_off(seat):
    """Measure, and take the list away from the reading room."""
    _measure(seat)
    seat.workstation(seat.given.neighbour).set("poll.every", 0)


def mend_without_measuring(seat):
    """Set everything as it should be, without a figure before or after."""
    seat.workstation(seat.given.neighbour).set("poll.date", "today")
    seat.network.set(seat.given.workstation, duplex="full", node_duplex="full")


@only_when("slow-line")
def agree_on_the_slower_one(seat):
    """Set both sides of the link to half duplex."""
    _measure(seat)
    seat.network.set(seat.given.workstation, duplex="half", node_duplex="half")


@only_when("open-poller", "slow-line")
def say_that_nothing_is_slow(seat):
    """Measure, and leave it at that."""
    _measure(seat)


def _measure(seat):
    for name in ("WS1", "WS2"):
        seat.workstation(name).retrieve(seat.given.second["study_uid"])
