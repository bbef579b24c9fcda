"""The reference repair: another port for the agent, the listener started, then the queue."""

from simulator.system import is_free


def solve(seat):
    """Move the agent to a free port, start the archive's listener, verify, send what waits."""
    own = seat.archive.peer
    port = next(port for port in range(own.port + 12, own.port + 200) if is_free(own.host, port))
    seat.modality(seat.given.owner).set("agent.port", port)
    seat.archive.set("dicom.listening", True)
    device = seat.modality(seat.given.device)
    device.echo()
    device.send()
