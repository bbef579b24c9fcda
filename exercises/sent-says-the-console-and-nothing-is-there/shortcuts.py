"""Plausible wrong repairs; each of them must fail."""


def release_what_was_put_aside(seat):
    """Let the archive look away for a minute and file what is in quarantine."""
    _set_console(seat)
    seat.archive.set("store.values", "accept")
    for row in seat.quarantine.list():
        seat.quarantine.release(row["number"])
    seat.archive.set("store.values", "quarantine")


def take_whatever_comes(seat):
    """Switch the archive's rule off and send both exams once more."""
    seat.archive.set("store.values", "accept")
    for accession in (seat.given.ones_order, seat.given.twos_order):
        seat.modality(seat.given.device).send(accession)


def empty_the_quarantine(seat):
    """Tidy up first; the console is set right, and the images are gone from here."""
    _set_console(seat)
    for row in seat.quarantine.list():
        seat.quarantine.delete(row["number"])


def send_the_queue(seat):
    """Press send; nothing waits there."""
    _set_console(seat)
    seat.modality(seat.given.device).send()


def send_only_the_one_of_the_ticket(seat):
    """Help the one who called, and leave the other exam where it is."""
    _set_console(seat)
    seat.modality(seat.given.device).send(seat.given.ones_order)


def _set_console(seat):
    seat.modality(seat.given.device).set(seat.given.key, "code")
