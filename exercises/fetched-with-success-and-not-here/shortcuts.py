"""Plausible wrong repairs; each of them must fail."""


def fetch_once_more(seat):
    """Fetch again: it may have been a hiccup."""
    seat.workstation(seat.given.workstation).retrieve(seat.given.study["study_uid"])


def correct_only_the_entry(seat):
    """Give the archive the right address, and leave two computers with one title."""
    given = seat.given
    place = seat.workstation(given.workstation).facts
    seat.archive.change_node(given.workstation, host=place["host"], port=place["port"])
    seat.workstation(given.workstation).retrieve(given.study["study_uid"])


def rename_only_the_copy(seat):
    """Give the copy its title again: now the archive calls it by a name it does not answer to."""
    seat.workstation(seat.given.copy).set("ae_title", seat.given.copy)
    seat.workstation(seat.given.workstation).retrieve(seat.given.study["study_uid"])


def turn_it_round(seat):
    """Call the complaining workstation what the copy was called, and swap the desks."""
    given = seat.given
    seat.workstation(given.workstation).set("ae_title", given.copy)
    seat.workstation(given.workstation).retrieve(given.study["study_uid"])
