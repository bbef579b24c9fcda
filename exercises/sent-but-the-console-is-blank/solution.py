"""The reference repair: what this console requires, from the RIS, and for nobody else a change."""


def solve(seat):
    """Give back the attribute, or write to this device in letters it reads; then ask."""
    given = seat.given
    if given.cause == "left-out":
        seat.ris.set("worklist.left_out", given.wanted)
    else:
        seat.ris.device(given.device, charset="ISO_IR 100")
    seat.modality(given.device).worklist()
