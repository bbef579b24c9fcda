"""What must be so before long studies arrive whole."""

from exercises.engine import points

PATIENCE = 20, 300  # seconds


@points(2)
def check_the_archive_is_patient_enough(seat):
    """The archive waits longer than healthy devices pause, but not for ever."""
    idle, (shortest, longest) = seat.archive.setting("dicom.idle_timeout"), PATIENCE
    assert shortest <= idle <= longest, (
        f"An association may be silent for {idle:g} s. Expected: {shortest} to {longest} s."
    )


@points(3)
def check_the_study_is_complete(seat):
    """Every series of the study is in the archive, and it belongs to its order."""
    seat.expect_stored(seat.given.accession, seat.given.device)
