"""Plausible wrong repairs; each of them must fail."""


def press_send_for_each_series(seat):
    """Send until this study is complete; the next one will not be."""
    device = seat.modality(seat.given.device)
    for _ in range(6):
        if device.send():
            break


def wait_for_ever(seat):
    """Give every association an hour of silence: whoever dies keeps a place that long."""
    seat.archive.set("dicom.idle_timeout", 3600)
    seat.modality(seat.given.device).send()


def have_the_device_wait_longer(seat):
    """Lengthen the device's own timeout: it was not the one that gave up."""
    device = seat.modality(seat.given.device)
    device.set("timeouts.dimse", 120)
    device.send()


def take_the_pause_away(seat):
    """Change what the maker says cannot be changed."""
    device = seat.modality(seat.given.device)
    device.set("transfer.pause", 0)
    device.send()
