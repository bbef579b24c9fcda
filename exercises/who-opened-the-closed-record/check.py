"""What must be so before the data protection office can answer."""

from exercises.engine import points

SHORTEST = 10  # characters of a comment that says something


@points(2)
def check_nothing_waits(seat):
    """Every emergency access has a finding, with a comment that says what speaks for it."""
    rows = list(seat.emergencies.list())
    silent = [
        row["number"]
        for row in rows
        if not row["finding"] or len(row["comment"].strip()) < SHORTEST
    ]
    assert rows and not silent, (
        f"Of {len(rows)} accesses, {len(silent)} lack a finding or a comment: "
        f"{', '.join(map(str, silent))}."
    )


@points(2)
def check_who_had_no_reason_is_named(seat):
    """Accesses without a patient to treat are found not justified."""
    given = seat.given
    for name in (given.idle["name"], given.careless["name"]):
        _expect(seat, name, "not justified")


@points(2)
def check_who_had_a_reason_is_cleared(seat):
    """Accesses for a patient of one's own are found justified."""
    given = seat.given
    for name in (given.reader["name"], given.late_reader["name"], given.tech["name"]):
        _expect(seat, name, "justified")


def _expect(seat, name, wanted):
    row = seat.emergencies.list().one(user=name)
    assert row["finding"], f"Access {row['number']} of {name} waits for a finding."
    assert row["finding"] == wanted, (
        f"Access {row['number']} of {name} was found '{row['finding']}'. That does not agree with "
        "the roster and the orders."
    )
