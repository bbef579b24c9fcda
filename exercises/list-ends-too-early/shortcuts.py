"""Plausible wrong repairs; each of them must fail."""


def lift_the_limit(seat):
    """Take the limit away that was agreed on."""
    seat.archive.set("query.limit", 0)


def raise_the_limit(seat):
    """Allow so many that nothing is cut today."""
    seat.archive.set("query.limit", 1000)
    seat.archive.set("query.limit_status", "0xB001")


def refuse_what_is_too_much(seat):
    """Refuse searches with too many matches instead of answering them."""
    seat.archive.set("query.limit_status", "0xA700")


def fetch_the_one_study(seat):
    """Send the reader the study that was missed, and leave it at that."""
    seat.archive.move(seat.given.study["study_uid"], seat.given.workstation)
