"""What must be so before each order can be reported by itself."""

from exercises.engine import expect_record, points

_WAITING = ("ordered", "scheduled", "arrived", "in progress")


@points(3)
def check_each_order_has_exactly_its_series(seat):
    """A search by either order's number finds its own series, complete, and no other."""
    word, (one, other) = seat.given.second_word, _made(seat)
    for accession, images, belongs in (
        (seat.given.first, one, lambda says: not says.startswith(word)),
        (seat.given.second, other, lambda says: says.startswith(word)),
    ):
        series = _series(seat, accession)
        strange = [says for says, _ in series if not belongs(says)]
        assert not strange, (
            f"Under {accession} there is a series '{strange[0]}', of the other exam."
        )
        found = sum(count for _, count in series)
        assert found == images, f"Under {accession} a C-FIND found {found} images, not {images}."


@points(2)
def check_both_studies_belong_to_their_orders(seat):
    """The patient has these two studies, each of them matched to its order."""
    expect_record(seat, seat.given.patient["mrn"], [seat.given.first, seat.given.second])


@points(1)
def check_nobody_waits_for_the_second_exam(seat):
    """The RIS does not wait for an exam that was done."""
    status = seat.ris.order(seat.given.second)["status"]
    assert status not in (*_WAITING, "cancelled"), (
        f"The RIS has order {seat.given.second} as {status}. Expected: completed."
    )


def _series(seat, accession):
    """Return description and number of images of each series under an accession number."""
    keys = {"SeriesDescription": None, "NumberOfSeriesRelatedInstances": None}
    return [
        (str(series.SeriesDescription), int(series.NumberOfSeriesRelatedInstances))
        for study in seat.archive.find(AccessionNumber=accession, StudyInstanceUID=None)
        for series in seat.archive.find("SERIES", StudyInstanceUID=study.StudyInstanceUID, **keys)
    ]


def _made(seat):
    """Return how many images the device made of each of the two exams."""
    entries = seat.journal.entries(kind="device.exam.performed", node=seat.given.device)
    made = [entry.facts for entry in entries if entry.facts["accession"] == seat.given.first]
    return [facts["images"] for facts in made[-2:]]
