"""The reference repair: the length every device of the house can bear, then the queue."""


def solve(seat):
    """Set the archive's PDU length to its usual value, verify, send what waits."""
    usual = seat.archive.settings().one(key="dicom.max_pdu")["default"]
    seat.archive.set("dicom.max_pdu", usual)
    device = seat.modality(seat.given.device)
    device.echo()
    device.send()
