"""The reference repair: codes at the console, both exams once more, and an empty quarantine."""


def solve(seat):
    """Mend the source, send what the console had taken for safe, tidy up."""
    given = seat.given
    device = seat.modality(given.device)
    device.set(given.key, "code")
    for accession in (given.ones_order, given.twos_order):
        assert device.send(accession).ok
    for row in seat.quarantine.list():
        if row["source"] == given.device:
            seat.quarantine.delete(row["number"])
