"""What must be so before the console can be worked at, and nobody else has lost anything."""

from exercises.engine import points

_KEPT_BACK = {"Allergies", "MedicalAlerts"}


@points(3)
def check_the_console_shows_its_three_patients(seat):
    """The console shows exactly its three patients, as it is and by its own keys."""
    given = seat.given
    device = seat.modality(given.device)
    shown = sorted(row["accession"] for row in device.worklist())
    assert shown == sorted(given.accessions), (
        f"{given.device} shows {len(shown)} entries. Expected: the three that wait for it."
    )


@points(2, after=check_the_console_shows_its_three_patients)
def check_the_others_keep_what_they_got(seat):
    """Names in other letters stay right elsewhere, and what is to be kept back is kept back."""
    given = seat.given
    names = {row["accession"]: row["patient_name"] for row in _list(seat, given.neighbour)}
    assert names.get(given.guests) == given.foreign, (
        f"{given.neighbour} shows {names.get(given.guests, 'nobody')} for {given.guests}. "
        f"Expected: {given.foreign}."
    )
    left_out = set(str(seat.ris.setting("worklist.left_out")).split())
    assert left_out >= _KEPT_BACK, (
        f"The RIS leaves out {', '.join(sorted(left_out))}. Expected: allergies and medical alerts."
    )
    charset = seat.ris.setting("worklist.charset")
    assert charset == "ISO_IR 192", (
        f"The RIS writes '{charset}' to everybody. Expected: ISO_IR 192, as the chief wants it."
    )


def _list(seat, name):
    return seat.modality(name).worklist()
