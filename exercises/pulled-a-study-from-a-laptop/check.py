"""What must be so before the finding can be closed."""

from exercises.engine import call_as, points


@points(3)
def check_a_stranger_is_refused(seat):
    """A laptop is refused, under its own name and under that of any device."""
    for title in (seat.given.title, "PENTEST", "WS1", seat.given.moved):
        answer = call_as(seat, title, seat.given.number)
        assert not answer.ok, f"{answer.what} was accepted. Expected: refused."


@points(3)
def check_every_device_works(seat):
    """With the door closed, every device of the house still gets through."""
    for key in ("dicom.check_calling_ae", "dicom.check_host"):
        assert seat.archive.setting(key) is True, f"{key} is off. Expected: on."
    names = [row["name"] for row in seat.fleet.devices()]
    failed = [name for name in names if not seat.fleet.device(name).echo().ok]
    assert not failed, f"{len(names)} devices sent a C-ECHO. Refused: {', '.join(failed)}."
    rights = {node["ae"]: set(node["rights"]) for node in seat.archive.nodes()}
    more = rights.get(seat.given.newcomer, set()) - {"echo", "store"}
    assert not more, f"{seat.given.newcomer} only sends, and may also {', '.join(sorted(more))}."
