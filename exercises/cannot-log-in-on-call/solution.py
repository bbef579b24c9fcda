"""The reference repair: silence what keeps trying, then unlock."""


def solve(seat):
    """Take the old password away from the workstation, if it has one, and unlock the account."""
    station = seat.workstation(seat.given.station)
    if station.settings["archive.user"]:
        station.set("archive.user", "")
        station.set("archive.passcode", "")
    seat.users.unlock(seat.given.doctor["name"])
    station.find(PatientID="M0000000")
