"""Plausible wrong repairs; each of them must fail."""


def verify_until_it_works(seat):
    """Echo, send, echo, send: green and failed as before."""
    device = seat.modality(seat.given.device)
    for _ in range(3):
        device.echo()
        device.send()


def let_everybody_in(seat):
    """Take the room out of the node table and switch the check off: unknown callers may do all."""
    seat.archive.set("dicom.check_calling_ae", False)
    seat.archive.remove_node(seat.given.device)
    seat.modality(seat.given.device).send()


def grant_every_right(seat):
    """Give the node every right there is, and have the device offer every encoding."""
    device = seat.modality(seat.given.device)
    every = ["echo", "store", "find", "move", "get", "commit", "mpps"]
    seat.archive.change_node(seat.given.device, rights=every)
    device.set("syntaxes", ["ExplicitVRLittleEndian", "ImplicitVRLittleEndian"])
    device.send()


def take_deflated_objects(seat):
    """Have the archive take what it keeps out on purpose."""
    seat.archive.set("store.deflated", True)
    seat.modality(seat.given.device).send()
