"""Plausible wrong repairs; each of them must fail."""


def take_the_row_out(seat):
    """Remove the device from the table: strangers are served, so the list comes."""
    seat.ris.remove_device(seat.given.device)


def ask_by_another_name(seat):
    """Let the device call itself like a room that is served."""
    other = "MR2" if seat.given.device != "MR2" else "CT2"
    seat.modality(seat.given.device).set("ae_title", other)


def swap_the_rights(seat):
    """Give the worklist and take the right to report for it."""
    seat.ris.device(seat.given.device, worklist=True, mpps=False)
