"""What must be so before the room has its worklist again."""

from exercises.engine import points


@points(3)
def check_the_room_has_its_worklist(seat):
    """The device, under its own name, gets its worklist and finds the patient."""
    given = seat.given
    device = seat.modality(given.device)
    assert device.settings["ae_title"] == given.device, (
        f"{given.device} calls itself '{device.settings['ae_title']}'. Expected: its own name."
    )
    shown = {row["accession"] for row in device.worklist()}
    assert given.accession in shown, (
        f"{given.device} queried the worklist; {len(shown)} entries came back, without "
        f"{given.accession}."
    )


@points(2)
def check_the_table_says_so(seat):
    """The RIS's table says what this device may do, as for the other rooms."""
    given = seat.given
    rows = [row for row in seat.ris.devices() if row["ae"] == given.device]
    assert rows, f"{given.device} is not in the RIS's table any more."
    said = {key: rows[0][key] for key in ("worklist", "mpps", "stations")}
    wanted = {"worklist": True, "mpps": True, "stations": ""}
    assert said == wanted, f"The row of {given.device} says {said}. Expected: {wanted}."
