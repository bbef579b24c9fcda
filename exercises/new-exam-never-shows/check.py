"""What must be so before the new exam can be done."""

from exercises.engine import points


@points(3)
def check_the_room_sees_the_orders(seat):
    """Both orders are on the room's worklist, with a protocol that it has."""
    given = seat.given
    rows = {row["accession"]: row for row in seat.modality(given.device).worklist()}
    missing = set(given.accessions) - set(rows)
    assert not missing, f"{given.device} does not see {', '.join(sorted(missing))}."
    for accession in given.accessions:
        said = rows[accession]["protocol"]
        assert said == given.protocol, (
            f"{accession} says protocol '{said}'. Expected: '{given.protocol}'."
        )


@points(2)
def check_the_next_orders_will_show(seat):
    """The procedure table has a row for the new code that leads to this room."""
    given = seat.given
    rows = [row for row in seat.ris.mapping() if row["code"] == given.code]
    assert rows, f"The procedure table has no row for {given.code}."
    said = {key: rows[0][key] for key in ("modality", "station_ae", "protocol")}
    wanted = dict(zip(said, (given.modality, given.device, given.protocol), strict=True))
    assert said == wanted, f"{given.code} leads to {said}. Expected: {wanted}."
