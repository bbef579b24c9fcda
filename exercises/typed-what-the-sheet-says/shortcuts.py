"""Plausible wrong repairs; each of them must fail."""


def switch_the_checks_off(seat):
    """Let the archive accept whoever calls whatever."""
    seat.archive.set("dicom.check_called_ae", False)
    seat.archive.set("dicom.check_calling_ae", False)
    seat.modality(seat.given.device).send()


def agree_on_the_wrong_title(seat):
    """Change the end that was right, so that both are wrong together."""
    device = seat.modality(seat.given.device)
    if seat.given.cause == "called-title":
        seat.archive.set("dicom.ae_title", seat.given.called)
    else:
        device.set("ae_title", seat.given.entered)
    device.send()


def register_it_once_more(seat):
    """Add an entry beside the one there is; a modality may do everything then, twice."""
    device = seat.modality(seat.given.device)
    seat.archive.add_node(seat.given.device, device.facts["host"], device.facts["port"])
    device.send()


def repair_but_forget_the_exam(seat):
    """Correct the title and leave the exam in the queue."""
    if seat.given.cause == "called-title":
        seat.modality(seat.given.device).set("archive.ae", seat.archive.peer.ae)
    else:
        seat.archive.change_node(seat.given.entered, ae=seat.given.device)
