"""The reference repair: the one right that is missing."""


def solve(seat):
    """Give the device the worklist again, and look."""
    seat.ris.device(seat.given.device, worklist=True)
    seat.modality(seat.given.device).worklist()
