"""Plausible wrong repairs; each of them must fail, whatever the cause is."""


def tell_the_console_to_need_nothing(seat):
    """Switch off what the console checks: its software still cannot use such an entry."""
    device = seat.modality(seat.given.device)
    device.set("worklist.needs", "none")
    device.set("worklist.charsets", "none")


def put_everything_back(seat):
    """Undo the night's work at the RIS, with all that was wanted of it."""
    seat.ris.set("worklist.left_out", "none")
    seat.ris.set("worklist.charset", "as needed")


def write_latin_to_everybody(seat):
    """Go back to the letters of one device, for the whole house."""
    seat.ris.set("worklist.charset", "ISO_IR 100")


def ask_for_everything(seat):
    """Remove the keys of the query: more answers that are not shown either."""
    device = seat.modality(seat.given.device)
    device.set("worklist.station_ae", "")
    device.set("worklist.modality", "")
    device.set("worklist.date", "any")
