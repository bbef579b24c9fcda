"""What must be so before the rooms can send, after the next patch, too."""

from exercises.engine import points


@points(2)
def check_the_archive_listens_at_its_port(seat):
    """At the archive's port the archive itself answers."""
    seat.expect_echo(seat.given.device)


@points(1)
def check_the_service_agent_runs_elsewhere(seat):
    """The maker's service agent can still be reached, at a port that is nobody else's."""
    owner, archive = seat.given.owner, seat.archive.peer
    port = seat.modality(owner).settings["agent.port"]
    assert port, f"The service agent of {owner} does not run. Expected: at a port of its own."
    assert port != archive.port, f"The service agent of {owner} still has the archive's port."
    agent = f"{owner}_SERVICE@{archive.host}:{port}"
    answer = seat.modality(owner).echo(agent)
    assert answer.ok, f"{owner} sent a C-ECHO to {agent}. {answer.error} Expected: success."


@points(3)
def check_the_waiting_exam_has_arrived(seat):
    """The exam that waited is in the archive, complete, and belongs to its order."""
    seat.expect_stored(seat.given.accession, seat.given.device)
