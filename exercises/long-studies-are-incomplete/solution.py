"""The reference repair: the usual patience, then the queue."""


def solve(seat):
    """Set the idle timeout to what the archive is delivered with, and send what waits."""
    usual = seat.archive.settings().one(key="dicom.idle_timeout")["default"]
    seat.archive.set("dicom.idle_timeout", usual)
    seat.modality(seat.given.device).send()
