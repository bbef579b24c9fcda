"""The reference repair: the key where it is missing."""


def solve(seat):
    """Let the device ask for its station, and the RIS look at the key."""
    given = seat.given
    device = seat.modality(given.device)
    if device.settings["worklist.station_ae"] != given.device:
        device.set("worklist.station_ae", given.device)
    if seat.ris.setting("worklist.ignored_keys") != "none":
        seat.ris.set("worklist.ignored_keys", "none")
    device.worklist()
