"""Plausible wrong repairs; each of them must fail."""


def start_it_again(seat):
    """Start the listener again and again: its port is as taken as before."""
    for _ in range(3):
        seat.archive.set("dicom.listening", True)
    seat.modality(seat.given.device).send()


def switch_the_agent_off(seat):
    """Stop the agent, against the contract; images flow, and the maker calls tomorrow."""
    seat.modality(seat.given.owner).set("agent.port", 0)
    seat.archive.set("dicom.listening", True)
    seat.modality(seat.given.device).send()


def call_whoever_answers(seat):
    """Have the room call the agent by its name: the echo is green, and it takes no images."""
    device = seat.modality(seat.given.device)
    device.set("archive.ae", f"{seat.given.owner}_SERVICE")
    device.echo()
    device.send()


def move_the_agent_and_start_nothing(seat):
    """Give the agent another port, and forget that the archive has to take its own again."""
    seat.modality(seat.given.owner).set("agent.port", seat.archive.peer.port + 12)
    seat.modality(seat.given.device).send()
