"""What must be so again, whatever it was that hid the patient."""

from exercises.engine import points
from exercises.engine.headers import expect_character_set, expect_named, expect_setting


@points(3)
def check_the_name_is_found_as_it_is_typed(seat):
    """At the workstation of the ticket, the name in small letters and no date find the exam."""
    _expect_found(seat, seat.given.workstation, seat.given.one["name"].lower())


@points(2, after=check_the_name_is_found_as_it_is_typed)
def check_the_next_one_will_be_found_too(seat):
    """Name, console, workstations and archive agree, so that the next patient is found as well."""
    given = seat.given
    _expect_found(seat, given.neighbour, given.one["name"].lower())
    expect_named(seat, given.one, given.accession)
    expect_setting(seat, given.device, "encoding.names", "components")
    expect_character_set(seat, given.device)
    for name in (given.workstation, given.neighbour):
        settings = seat.workstation(name).settings
        asked = settings["query.charset"], settings["query.encoding"]
        assert asked == ("ISO_IR 192", "ISO_IR 192"), f"{name} asks in {asked[1]} as {asked[0]}."
    for key, wanted in (("query.star_dates", "nothing"), ("query.case_sensitive_names", False)):
        found = seat.archive.setting(key)
        assert found == wanted, f"{key} is '{found}'. Expected: '{wanted}', as ordered."


def _expect_found(seat, workstation, name):
    rows = seat.workstation(workstation).find(PatientName=name)
    numbers = [row["AccessionNumber"] for row in rows]
    assert seat.given.accession in numbers, (
        f"{workstation} searched for '{name}': {len(rows)} studies, not {seat.given.accession}."
    )
