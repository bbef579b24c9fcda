"""The reference repair: record again, and say from the journal what the gap holds."""


def solve(seat):
    """List what was saved while the recording was off; then switch it on."""
    seat.hand_in("unrecorded", _unrecorded(seat))
    seat.archive.set(seat.given.key, "none")


def _unrecorded(seat):
    changed = [
        entry
        for entry in seat.journal.entries(kind="setting.changed")
        if entry.facts.get("what") == seat.given.key
    ][-1]
    recorded = {row["entries"] for row in seat.audit.search(event="Export")}
    seen, found = {}, []
    for entry in seat.journal.entries(kind="api.read", since=changed.real):
        if "study" in entry.facts:
            seen[entry.facts["by"]] = entry.facts["study"]
        elif entry.kind == "api.read.file" and entry.id not in recorded:
            found.append(seat.archive.study(seen[entry.facts["by"]])["patient_id"])
    return found
