"""Plausible wrong repairs; each of them must fail."""


def change_the_certified_device(seat):
    """Have the device bear what its maker does not vouch for."""
    device = seat.modality(seat.given.device)
    device.set("transfer.longest_pdu", 0)
    device.send()


def make_it_tiny_for_everybody(seat):
    """Announce the shortest PDUs there are: the old one works, and all others get slow."""
    seat.archive.set("dicom.max_pdu", 4096)
    seat.modality(seat.given.device).send()


def be_more_patient(seat):
    """Lengthen the timeouts at both ends: nobody has waited for anything."""
    seat.archive.set("dicom.idle_timeout", 600)
    device = seat.modality(seat.given.device)
    device.set("timeouts.dimse", 120)
    device.send()


def repair_but_forget_the_exam(seat):
    """Set the length back and leave the exam in the queue."""
    seat.archive.set("dicom.max_pdu", 131072)
