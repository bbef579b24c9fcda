"""What must be so before the room sees its patients, and only them."""

from exercises.engine import points


@points(3)
def check_the_worklist_shows_exactly_the_rooms_patients(seat):
    """The device's worklist shows the three patients of the room and nobody else's."""
    given = seat.given
    rows = seat.modality(given.device).worklist()
    shown = {row["accession"] for row in rows}
    missing = set(given.accessions) - shown
    assert not missing, (
        f"{given.device} queried the worklist; {len(rows)} entries came back. "
        f"Missing: {', '.join(sorted(missing))}."
    )
    strange = [row["accession"] for row in rows if row["station_ae"] != given.device]
    assert not strange, f"{given.device} also sees other stations' entries: {', '.join(strange)}."


@points(2)
def check_the_next_orders_will_show_too(seat):
    """Device and RIS agree on the station, so that the next orders show as well."""
    given = seat.given
    asked = seat.modality(given.device).settings["worklist.station_ae"]
    planned = seat.ris.mapping().one(code=given.code)["station_ae"]
    assert asked == planned == given.device, (
        f"{given.device} asks for station '{asked}', the RIS schedules {given.code} on "
        f"'{planned}'. Expected: {given.device} for both."
    )
