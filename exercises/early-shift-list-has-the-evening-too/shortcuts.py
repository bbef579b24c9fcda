"""Plausible wrong repairs; each of them must fail."""


def cut_the_list(seat):
    """Let the archive answer less: the list gets shorter."""
    seat.archive.set("query.limit", 10)


def let_unclear_values_pass(seat):
    """Let the archive pass over values it does not understand."""
    seat.archive.set("query.invalid_values", "ignore")


def match_what_is_empty(seat):
    """Set the empty values right, which nobody has asked for."""
    seat.archive.set("query.empty_values", "always")
    seat.archive.set("query.match_unknown", True)


def forbid_series_too(seat):
    """Set every negotiated feature to 'never', which is more than was broken."""
    for key in ("query.combined_datetime", "query.relational", "query.value_lists"):
        seat.archive.set(key, "never")
