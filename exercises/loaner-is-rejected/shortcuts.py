"""Plausible wrong repairs; each of them must fail."""


def let_everybody_in(seat):
    """Switch the check of the calling title off."""
    seat.archive.set("dicom.check_calling_ae", False)
    seat.modality(seat.given.device).send()


def grant_every_right(seat):
    """Register the loaner, and let it search and fetch as well."""
    place = seat.modality(seat.given.device).facts
    seat.archive.add_node(seat.given.loaner, place["host"], place["port"])
    seat.modality(seat.given.device).send()


def rename_the_rooms_own_entry(seat):
    """Turn the entry of the machine under repair into the loaner's: on Friday it is missing."""
    seat.archive.change_node(seat.given.device, ae=seat.given.loaner, rights=["echo", "store"])
    seat.modality(seat.given.device).send()


def pretend_to_be_the_old_machine(seat):
    """Type the old machine's title at the loaner."""
    device = seat.modality(seat.given.device)
    device.set("ae_title", seat.given.device)
    device.send()
