"""Plausible wrong repairs; each of them must fail."""


def switch_it_off(seat):
    """Take the list away from the reading room."""
    seat.workstation(seat.given.workstation).set("poll.every", 0)
    seat.archive.change_node(seat.given.workstation, max_associations=2)


def ask_less_often(seat):
    """Let it ask for everything, once an hour."""
    seat.workstation(seat.given.workstation).set("poll.every", 3600)
    seat.archive.change_node(seat.given.workstation, max_associations=2)


def limit_every_answer(seat):
    """Cut every search of everybody."""
    seat.archive.set("query.limit", 10)


def take_its_right_to_search(seat):
    """Keep the workstation from searching at all."""
    seat.archive.change_node(seat.given.workstation, rights=["echo", "move", "get"])


def limit_the_workstation_alone(seat):
    """Give it few associations, and let it ask for everything."""
    seat.archive.change_node(seat.given.workstation, max_associations=2)
