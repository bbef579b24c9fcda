"""Plausible wrong repairs; each of them must fail."""


def reject_the_copy_that_came_first(seat):
    """Believe that the correction is always right, and reject what it corrects."""
    given = seat.given
    first = given.right if given.last == "the wrong one" else given.wrong
    seat.fixup.reject(_study(seat, first), "113038")


def reject_the_copy_under_the_right_number(seat):
    """Take the other one."""
    seat.fixup.reject(_study(seat, seat.given.right), "113038")
    seat.ris.change(seat.given.right, event="append")


def give_both_the_right_number(seat):
    """Link the wrong copy to the right order: the exam is there twice under one number."""
    seat.fixup.link(_study(seat, seat.given.wrong), seat.given.right)


def delete_the_wrong_copy(seat):
    """Delete what nobody needs: nobody can ever tell what was read in it."""
    seat.archive.delete(_study(seat, seat.given.wrong))
    seat.ris.change(seat.given.wrong, event="append")


def reject_and_purge(seat):
    """Hide it, then clean up."""
    uid = _study(seat, seat.given.wrong)
    seat.fixup.reject(uid, "113038")
    seat.fixup.purge(uid)
    seat.ris.change(seat.given.wrong, event="append")


def say_that_it_is_blurred(seat):
    """Reject the wrong copy for whatever reason stands first in the list."""
    seat.fixup.reject(_study(seat, seat.given.wrong), "113001")
    seat.ris.change(seat.given.wrong, event="append")


def _study(seat, accession):
    return seat.archive.studies(accession=accession)[0]["study_uid"]
