"""What must be so before the old device can work again, and the others as well as before."""

from exercises.engine import points

LENGTHS = 16384, 131072  # bytes; shorter ones slow everybody down


@points(2)
def check_the_device_stays_connected(seat):
    """The device reaches the archive and stays, with PDUs of a reasonable length for all."""
    length, (shortest, longest) = seat.archive.setting("dicom.max_pdu"), LENGTHS
    assert shortest <= length <= longest, (
        f"The archive announces PDUs of {length} bytes. Expected: {shortest} to {longest}."
    )
    seat.expect_echo(seat.given.device)


@points(3)
def check_the_waiting_exam_has_arrived(seat):
    """The exam that waited is in the archive, complete, and belongs to its order."""
    seat.expect_stored(seat.given.accession, seat.given.device)
