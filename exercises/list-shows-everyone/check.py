"""What must be so before each room sees its own patients again."""

from exercises.engine import points


@points(3)
def check_each_room_sees_its_own_patients(seat):
    """The room shows its two patients, the other room its one, and neither the other's."""
    given = seat.given
    for device, wanted in ((given.device, set(given.own)), (given.other, {given.strange})):
        rows = seat.modality(device).worklist()
        foreign = [row["accession"] for row in rows if row["station_ae"] != device]
        assert not foreign, f"{device} also sees entries of other stations: {', '.join(foreign)}."
        missing = wanted - {row["accession"] for row in rows}
        assert not missing, f"{device} does not see {', '.join(sorted(missing))}."


@points(2)
def check_question_and_answer_are_in_order(seat):
    """The device asks for its station, and the RIS looks at every key and hides nothing else."""
    given = seat.given
    asked = seat.modality(given.device).settings["worklist.station_ae"]
    assert asked == given.device, f"{given.device} asks for the station '{asked or 'any'}'."
    ignored = seat.ris.setting("worklist.ignored_keys")
    assert ignored == "none", f"The RIS does not look at {ignored}. Expected: none."
    row = seat.ris.devices().one(ae=given.device)
    assert not row["stations"], (
        f"The RIS's table now limits {given.device} to {row['stations']}, which hides the cause."
    )
