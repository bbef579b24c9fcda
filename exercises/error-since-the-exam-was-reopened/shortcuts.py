"""Plausible wrong repairs; each of them must fail."""


def try_it_once_more(seat):
    """Send what is owed again: a final state stays final."""
    seat.modality(seat.given.device).send()


def reopen_it_again(seat):
    """Open the exam once more, scan once more: now two reports are refused."""
    seat.modality(seat.given.device).append(seat.given.first, reopen=True)


def let_the_order_go_on_by_hand(seat):
    """Move the order back and forth at the RIS; no step hears of it."""
    seat.ris.change(seat.given.first, event="append")
    seat.ris.change(seat.given.first, event="complete")


def silence_the_device(seat):
    """Have the RIS take no steps of this device, so that nobody waits for them."""
    seat.ris.device(seat.given.device, mpps=False)
