"""Plausible wrong repairs; each of them must fail."""


def lift_the_limit(seat):
    """Let a query have as many answers as there are."""
    seat.archive.set("query.limit", 0)


def change_the_character_set(seat):
    """Answer in the character set of the stored objects again."""
    seat.archive.set("query.answer_charset", "stored")


def let_blanks_match(seat):
    """Let keys find what has no value there."""
    seat.archive.set("query.match_unknown", True)


def open_the_door(seat):
    """Case-insensitive again, and no check of who calls, because somebody said it helps."""
    seat.archive.set("query.case_sensitive_names", False)
    seat.archive.set("dicom.check_calling_ae", False)
