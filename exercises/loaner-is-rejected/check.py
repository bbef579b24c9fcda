"""What must be so before the loaner can work, and no more than that."""

from exercises.engine import points


def check_the_loaner_is_registered_where_it_is(seat):
    """The loaner is in the node table with its real address and port."""
    node, device = _node(seat), seat.modality(seat.given.device).facts
    found, wanted = (node["host"], node["port"]), (device["host"], device["port"])
    assert found == wanted, f"{node['ae']} is registered at {found}. Expected: {wanted}."


def check_it_may_only_do_what_it_needs(seat):
    """The loaner may store and be verified, and nothing else."""
    rights = set(_node(seat)["rights"])
    assert rights == {"echo", "store"}, (
        f"{seat.given.loaner} has the rights {', '.join(sorted(rights)) or '(none)'}. "
        "Expected for something that only sends: echo and store."
    )


def check_the_loaner_reaches_the_archive(seat):
    """The loaner reaches the archive under its own name."""
    device = seat.modality(seat.given.device)
    answer, name = device.echo(), device.settings["ae_title"]
    assert answer.ok, f"{name} sent a C-ECHO. {answer.error} Expected: success."
    assert name == seat.given.loaner, f"The loaner calls itself {name}, not {seat.given.loaner}."


@points(2)
def check_the_first_exam_has_arrived(seat):
    """The exam of the first patient is in the archive, complete, sent by the loaner."""
    given = seat.given
    seat.expect_stored(given.accession, given.device, source=given.loaner)


def _node(seat):
    found = [node for node in seat.archive.nodes() if node["ae"] == seat.given.loaner]
    assert found, f"The node table has no {seat.given.loaner}."
    return found[0]
