"""What must be so before the room sees its patients under its own code."""

from exercises.engine import points


@points(3)
def check_the_room_sees_its_patients(seat):
    """The device asks for what it is, and gets its two patients and no others."""
    given = seat.given
    device = seat.modality(given.device)
    asked = device.settings["worklist.modality"]
    assert asked == given.right, f"{given.device} asks for modality '{asked}'."
    rows = device.worklist()
    missing = set(given.accessions) - {row["accession"] for row in rows}
    assert not missing, (
        f"{given.device} asked for {asked}; {len(rows)} entries came back. "
        f"Missing: {', '.join(sorted(missing))}."
    )
    strange = [row["accession"] for row in rows if row["station_ae"] != given.device]
    assert not strange, f"{given.device} also sees other stations' entries: {', '.join(strange)}."


@points(2)
def check_the_ris_has_the_right_code(seat):
    """Table and device agree on the modality, so that the next orders show as well."""
    given = seat.given
    said = seat.ris.mapping().one(code=given.code)["modality"]
    asked = seat.modality(given.device).settings["worklist.modality"]
    assert said == asked == given.right, (
        f"The table schedules {given.code} as {said}, {given.device} asks for {asked or 'any'}. "
        f"Expected: {given.right} for both."
    )
