"""What must be so again: both titles as the sheet has them, and the exam."""

from exercises.engine import points


@points(2)
def check_both_ends_have_the_titles_of_the_sheet(seat):
    """The room reaches the archive, and stands once in its node table, under its own title."""
    name, place = seat.given.device, seat.modality(seat.given.device).facts
    seat.expect_echo(name)
    assert place["settings"]["ae_title"] == name, f"{name} calls itself something else now."
    nodes = seat.archive.nodes()
    here = [n["ae"] for n in nodes if (n["host"], n["port"]) == (place["host"], place["port"])]
    assert here == [name], f"At the address of {name} the node table has {here}. Expected: {name}."
    rights = {tuple(n["rights"]) for n in nodes if n["ae"] in (name, "CT2")}
    assert len(rights) == 1, f"{name} has other rights than the rooms beside it."


@points(3)
def check_the_waiting_exam_has_arrived(seat):
    """The exam that waited is in the archive, complete, and belongs to its order."""
    seat.expect_stored(seat.given.accession, seat.given.device)
