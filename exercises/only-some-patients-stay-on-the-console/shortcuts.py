"""Plausible wrong repairs; each of them must fail."""


def take_whatever_comes(seat):
    """Switch the archive's rule off and let the room send."""
    seat.archive.set("store.values", "accept")
    seat.modality(seat.given.device).send()


def release_what_was_refused(seat):
    """Let the archive look away for a minute and file what is in quarantine."""
    seat.archive.set("store.values", "accept")
    for row in seat.quarantine.list():
        seat.quarantine.release(row["number"])
    seat.archive.set("store.values", "quarantine")


def make_it_a_warning(seat):
    """Answer with a warning, so that the console is content."""
    seat.archive.set("quarantine.answer", "warning")
    seat.modality(seat.given.device).send()


def press_send_again(seat):
    """Try once more."""
    seat.modality(seat.given.device).send()


def correct_the_term_and_leave(seat):
    """Set the console right, and let the queue wait for somebody else."""
    seat.modality(seat.given.device).set("encoding.character_set", "ISO_IR 192")
