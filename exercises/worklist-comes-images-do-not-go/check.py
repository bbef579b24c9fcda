"""What must be so again before the room can go on working."""

from exercises.engine import points


@points(2)
def check_the_room_reaches_both_servers(seat):
    """The room is in the clinical network and reaches the archive and the RIS."""
    name = seat.given.device
    vlan = seat.network.port(name)["vlan_name"]
    assert vlan == "clinical", f"{name} is connected to the network '{vlan}'. Expected: clinical."
    seat.expect_echo(name)
    answer = seat.modality(name).echo("ris")
    assert answer.ok, f"{name} sent a C-ECHO to the RIS. {answer.error} Expected: success."


@points(3)
def check_the_waiting_exam_has_arrived(seat):
    """The exam that waited is in the archive, complete, and belongs to its order."""
    seat.expect_stored(seat.given.accession, seat.given.device)
