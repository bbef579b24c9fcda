"""What must be so again, whatever it was that emptied the list."""

from exercises.engine import points


@points(3)
def check_the_worklist_shows_exactly_the_rooms_patients(seat):
    """The device's worklist shows the three patients of the room and nobody else's."""
    device, wanted = seat.given.device, set(seat.given.accessions)
    rows = seat.modality(device).worklist()
    missing = wanted - {row["accession"] for row in rows}
    assert not missing, (
        f"{device} queried the worklist; {len(rows)} entries came back. "
        f"Missing: {', '.join(sorted(missing))}."
    )
    strange = [row["accession"] for row in rows if row["station_ae"] != device]
    assert not strange, f"{device} also sees other stations' entries: {', '.join(strange)}."


@points(2, after=check_the_worklist_shows_exactly_the_rooms_patients)
def check_the_next_orders_will_show_too(seat):
    """Device and RIS agree on names, station, modality and time, for the next orders too."""
    given, settings = seat.given, seat.modality(seat.given.device).settings
    keys = ("ae_title", "worklist.station_ae", "worklist.modality", "ris.ae")
    asked = tuple(settings[key] for key in keys)
    wanted = (given.device, given.device, given.modality, seat.ris.peer.ae)
    assert asked == wanted, f"{given.device} has {asked} as {', '.join(keys)}. Expected: {wanted}."
    row = seat.ris.mapping().one(code=given.code)
    planned = (row["station_ae"], row["modality"])
    assert planned == (given.device, given.modality), f"The RIS plans {given.code} on {planned}."
    times = (seat.ris.setting("worklist.times"), seat.ris.setting("worklist.timezone"))
    assert times == ("local", "+0000"), f"The RIS gives its times as {times}."
