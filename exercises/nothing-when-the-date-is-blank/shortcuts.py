"""Plausible wrong repairs; each of them must fail."""


def turn_the_archive_back(seat):
    """Have the archive take a star for any date, as before."""
    seat.archive.set("query.star_dates", "any")


def forgive_everything(seat):
    """Have the archive pass over values that make no sense."""
    seat.archive.set("query.star_dates", "refuse")
    seat.archive.set("query.invalid_values", "ignore")


def ask_for_less(seat):
    """Take the date out of the columns."""
    desk = seat.workstation(seat.given.workstation)
    keys = [one for one in desk.settings["query.return_keys"] if one != "StudyDate"]
    desk.set("query.return_keys", keys)


def change_the_character_set_back(seat):
    """Take back the other change of the night."""
    seat.archive.set("query.answer_charset", "stored")
