"""What must be so before the room can trust its transfers again."""

from exercises.engine import points


@points(3)
def check_only_the_way_to_the_archive_is_exempt(seat):
    """Images of the room pass to the archive whole; whatever else it sends is still inspected."""
    device = seat.given.device
    images, rest = _decides(seat, device, "archive"), _decides(seat, device, "ris")
    free = images.get("action", "allow") == "allow"
    assert free, f"'{images.get('name')}' still decides about {device} to archive. Expected: free."
    watched = (rest.get("action"), rest.get("after")) == ("inspect", seat.given.after)
    assert watched, (
        f"About {device} to ris decides {rest.get('name', 'no rule')} "
        f"({rest.get('action', 'allow')}). Expected: the inspection, as before."
    )


@points(3)
def check_the_waiting_exam_has_arrived(seat):
    """The exam that got stuck is in the archive, complete, and belongs to its order."""
    check_only_the_way_to_the_archive_is_exempt(seat)
    seat.expect_stored(seat.given.accession, seat.given.device)


def _decides(seat, source, target):
    """Return the first rule that fits, as the firewall does; nothing if none does."""
    fitting = (
        rule
        for rule in seat.network.rules()
        if rule["source"] in ("any", source) and rule["target"] in ("any", target)
    )
    return next(fitting, {})
