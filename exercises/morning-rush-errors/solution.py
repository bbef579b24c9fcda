"""The reference repair: a limit that fits the house, then what waits."""


def solve(seat):
    """Set the limit back to what the archive is delivered with, and send every queue."""
    usual = seat.archive.settings().one(key="dicom.max_associations")["default"]
    seat.archive.set("dicom.max_associations", usual)
    for device in seat.given.first + seat.given.last:
        seat.modality(device).send()
