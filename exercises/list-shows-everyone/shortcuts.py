"""Plausible wrong repairs; each of them must fail."""


def limit_this_room_at_the_ris(seat):
    """Write into the RIS's table which station this one room sees."""
    seat.ris.device(seat.given.device, stations=seat.given.device)


def cancel_the_stranger(seat):
    """Cancel the order that is not ours."""
    seat.ris.change(seat.given.strange, event="cancel")


def take_the_stranger_over(seat):
    """Move the other room's patient to this room, so that the list is right."""
    seat.ris.change(seat.given.strange, station_ae=seat.given.device)
