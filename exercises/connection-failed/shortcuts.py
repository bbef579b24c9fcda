"""Plausible wrong repairs; each of them must fail."""


def call_whoever_answers(seat):
    """Call the RIS instead: it answers the echo, and takes no images."""
    device, ris = seat.modality(seat.given.device), seat.ris.peer
    device.set("archive.ae", ris.ae)
    device.set("archive.port", ris.port)
    device.echo()
    device.send()


def register_the_port_at_the_archive(seat):
    """Enter the port in the node table: that is where the device listens, not whom it calls."""
    seat.archive.change_node(seat.given.device, port=seat.given.port)
    seat.modality(seat.given.device).send()


def wait_longer(seat):
    """Give the connection more time; nobody listens any more than before."""
    device = seat.modality(seat.given.device)
    device.set("timeouts.connect", 20)
    device.send()


def repair_but_forget_the_exam(seat):
    """Correct the port and leave the exam in the queue."""
    seat.modality(seat.given.device).set("archive.port", seat.archive.peer.port)
