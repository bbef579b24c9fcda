"""Plausible wrong repairs; each of them must fail."""


def free_the_places_and_go_home(seat):
    """Switch the device off and on, as the restart did for the archive: until tomorrow."""
    device = seat.modality(seat.given.guilty)
    device.set("online", False)
    device.set("online", True)
    seat.modality(seat.given.device).send()


def more_places(seat):
    """Raise the limit: it takes some hours longer."""
    seat.archive.set("dicom.max_associations", 200)
    seat.modality(seat.given.device).send()


def end_every_silence_at_once(seat):
    """Abort whoever is silent for a second; and those who pause between two series, too."""
    seat.archive.set("dicom.idle_timeout", 1)
    seat.archive.change_node(seat.given.guilty, max_associations=2)
    free_the_places_and_go_home(seat)


def shut_the_device_out(seat):
    """Take the device out of the node table: then it cannot send its patients either."""
    seat.archive.remove_node(seat.given.guilty)
    free_the_places_and_go_home(seat)
