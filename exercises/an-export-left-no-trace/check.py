"""What must be so before the trail can be relied on again."""

from exercises.engine import logged_in, points
from simulator.faults.log_ins import fresh

KEYS = ("audit.off", "audit.off_nodes")


@points(3)
def check_what_is_done_now_is_recorded(seat):
    """Somebody saves an image as a file now, and it stands in the trail; nobody is left out."""
    given = seat.given
    values = {key: seat.archive.setting(key) for key in KEYS}
    left_out = [f"{key} is '{value}'" for key, value in values.items() if value != "none"]
    assert not left_out, f"Not everything is recorded: {', '.join(left_out)}. Expected: none."
    before = _last(seat)
    study = seat.study_of(given.third)
    with logged_in(seat, "auditcheck", given.probe_password) as person:
        found = person.archive.study(study["study_uid"])
        uid = found["tree"][0]["instances"][0]["sop_uid"]
        person.archive.call("GET", f"/instances/{uid}/file", query=fresh())
    assert _last(seat) > before, (
        "auditcheck saved an image as a file; the trail has no Export by auditcheck."
    )


@points(2)
def check_the_gap_is_known(seat):
    """The list names exactly the patients whose images were saved without a record."""
    handed = set(seat.handed.get("unrecorded", ()))
    wanted = set(seat.given.missing)
    assert handed, "No list 'unrecorded' was handed in: 'pacslab exercise answer unrecorded …'."
    assert handed == wanted, (
        f"The list has {len(handed)} patients. {len(handed - wanted)} of them do not belong in it, "
        f"and {len(wanted - handed)} are missing."
    )


def _last(seat):
    rows = seat.audit.search(event="Export", user="auditcheck")
    return rows[-1]["number"] if rows else 0
