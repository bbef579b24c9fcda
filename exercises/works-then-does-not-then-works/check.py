"""What must be so before the room can rely on its network again."""

from exercises.engine import points

SERIES = 4  # echoes; two nodes that disturb each other take turns


@points(2)
def check_every_address_is_the_planned_one(seat):
    """No two nodes have one address, and each of the two has the one of the plan."""
    ports = seat.network.ports()
    twice = [row["node"] for row in ports if row["duplicate_address"]]
    assert not twice, f"{', '.join(twice)} have one address. Expected: one node, one address."
    for row in ports:
        if row["node"] in (seat.given.device, seat.given.culprit):
            found, wanted = row["address"], row["planned"]
            assert found == wanted, f"{row['node']} is at {found}. Expected by the plan: {wanted}."


@points(3)
def check_both_exams_have_arrived(seat):
    """A series of echoes succeeds, and both exams are in the archive, complete."""
    given = seat.given
    for _ in range(SERIES):
        seat.expect_echo(given.device)
    for accession in (given.first, given.second):
        seat.expect_stored(accession, given.device)
