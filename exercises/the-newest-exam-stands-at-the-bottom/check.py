"""What must be so before lists are in their order again."""

import re

from exercises.engine import points
from exercises.engine.headers import expect_setting, objects_of

_DATE = re.compile(r"[0-9]{8}")


@points(3)
def check_the_exam_of_the_ticket_has_dates(seat):
    """A search finds the exam with study and birth date as the standard writes them."""
    _expect_dates(seat, seat.given.one, seat.given.ones_order)


@points(2)
def check_the_other_exam_has_dates(seat):
    """The other exam that the room sent like that has them, too."""
    _expect_dates(seat, seat.given.two, seat.given.twos_order)


@points(3)
def check_the_console_writes_dates_as_the_standard_does(seat):
    """The next exam of that room comes with dates that sort."""
    expect_setting(seat, seat.given.device, "encoding.dates", "YYYYMMDD")


def _expect_dates(seat, person, accession):
    keys = dict.fromkeys(("StudyDate", "PatientBirthDate", "StudyInstanceUID"))
    found = seat.archive.find(AccessionNumber=accession, PatientID=person["mrn"], **keys)
    assert len(found) == 1, (
        f"A search for {accession} of {person['mrn']} found {len(found)} studies."
    )
    for keyword in ("StudyDate", "PatientBirthDate"):
        said = str(found[0].get(keyword, ""))
        assert _DATE.fullmatch(said), f"{keyword} of {accession} is '{said}', which is no DA."
    born = str(found[0].PatientBirthDate)
    assert born == person["birth_date"], f"{person['mrn']} was not born on {born}."
    for ds in objects_of(seat, str(found[0].StudyInstanceUID)):
        day = str(ds.SeriesDate).replace(".", "")  # as the room wrote it, one way or the other
        assert str(ds.StudyDate) == day, f"{accession} was done on {day}, not on {ds.StudyDate}."
