"""The reference repair: what was added becomes a step of its own."""


def solve(seat):
    """Append at the console."""
    seat.modality(seat.given.device).append(seat.given.first)
