"""What must be so before green and sent mean the same again in this room."""

from exercises.engine import points


@points(3)
def check_the_waiting_exam_has_arrived(seat):
    """The exam that failed is in the archive, complete, and belongs to its order."""
    seat.expect_stored(seat.given.accession, seat.given.device)


@points(2)
def check_the_room_got_what_it_needs_and_no_more(seat):
    """The room may store, with the rights of the other rooms and in a usual encoding."""
    name, beside = seat.given.device, "DX2"
    seat.expect_stored(seat.given.accession, name)
    rights = {row["ae"]: set(row["rights"]) for row in seat.archive.nodes()}
    assert rights[name] == rights[beside], (
        f"{name} has the rights {', '.join(sorted(rights[name]))}. "
        f"Expected, as for {beside}: {', '.join(sorted(rights[beside]))}."
    )
    offered = seat.modality(name).settings["syntaxes"]
    assert "ExplicitVRLittleEndian" in offered, f"{name} offers only {', '.join(offered)}."
