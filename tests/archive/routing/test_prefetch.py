"""Priors of an order are where they are read, or come from the node that has them; once."""

from __future__ import annotations

from typing import Any

from sqlalchemy import select

from simulator.archive.routing.tables import fetches
from simulator.archive.tables import retired
from tests.archive.routing.support import count, line, rule, through
from tests.archive.support import Lab, study, until

Both = tuple[Lab, Lab]
WHO = {"PatientID": "P1", "Modality": "CT"}
ORDER = {
    "accession": "NEW1", "patient_id": "P1", "issuer": "", "modality": "CT",
    "procedure": "CT head", "study_uid": "1.2.3.99", "date": "20260302", "station_ae": "CT1",
}  # fmt: skip


def priors(made: Lab) -> None:
    """Store four studies of a patient: two heads, a knee, and a head of somebody else."""
    made.store(
        *study(1, 2, StudyDescription="CT head", StudyDate="20250101", **WHO),
        *study(2, 1, StudyDescription="CT brain", StudyDate="20240101", **WHO),
        *study(3, 1, StudyDescription="CT knee", StudyDate="20251201", **WHO),
        *study(4, 1, StudyDescription="CT head", StudyDate="20251201"),
    )


def ordered(made: Lab, **facts: Any) -> None:
    made.archive.routing.ordered({**ORDER, **facts})


def fetched(made: Lab) -> list[tuple[str, str]]:
    with made.archive.database.read() as db:
        rows = db.execute(select(fetches).order_by(fetches.c.pk))
        return [(row.study_uid, row.state) for row in rows]


def test_an_order_brings_its_relevant_priors_to_the_reader(both: Both) -> None:
    ours, other = both
    rule(ours, kind="prefetch", trigger="order", when=["Modality=CT"])
    priors(ours)
    ordered(ours, accession="MR1", modality="MR")  # not what the rule is about
    ordered(ours)
    until(lambda: count(other) == 3)
    through(ours)
    assert {s["study_uid"] for s in other.archive.index.studies()} == {"1.2.3.1", "1.2.3.2"}
    ordered(ours, accession="NEW2")  # what is there is not moved again
    through(ours)
    assert (line(ours)["sent"], len(ours.told("prefetch.sent"))) == (3, 2)


def test_without_the_presence_check_all_is_moved_again(both: Both) -> None:
    ours, other = both
    rule(ours, kind="prefetch", trigger="order", check_presence=False)
    priors(ours)
    for number in range(3):
        ordered(ours, accession=f"NEW{number}")
        through(ours)
    assert (count(other), len(ours.told("prefetch.sent"))) == (3, 6)


def test_a_study_that_comes_without_an_order_in_time_may_ask_for_its_priors(both: Both) -> None:
    ours, other = both
    priors(ours)
    rule(ours, kind="prefetch", trigger="arrival", when=["SourceAE=CT1"])
    ours.store(*study(5, 1, StudyDescription="CT head", StudyDate="20260302", **WHO))
    until(lambda: count(other) == 3)


def test_priors_of_another_archive_are_moved_here_when_they_are_missing(both: Both) -> None:
    ours, other = both
    priors(other)
    ours.store(*study(2, 1, StudyDescription="CT brain", StudyDate="20240101", **WHO))
    rule(ours, kind="prefetch", trigger="order", to=[], source="OTHER")
    ordered(ours)
    through(ours)
    assert count(ours) == 3
    assert fetched(ours) == [("1.2.3.1", "fetched"), ("1.2.3.2", "present")]
    (told,) = ours.told("prefetch.fetched")
    assert told.facts["found"] == 3 and told.facts["fetched"] == 1


def test_a_merged_patients_old_identifier_is_asked_for_too(both: Both) -> None:
    ours, other = both
    priors(other)
    with ours.archive.database.write() as db:
        db.execute(
            retired.insert().values(
                patient_id="P1", issuer="", merged_into="P2", into_issuer="", at="2026-03-02"
            )
        )
    rule(ours, kind="prefetch", trigger="order", to=[], source="OTHER")
    ordered(ours, patient_id="P2")
    until(lambda: count(ours) == 3)


def test_a_source_that_does_not_answer_is_asked_again(both: Both) -> None:
    ours, other = both
    ours.archive.nodes.change("OTHER", {"port": 1})
    ours.set("queue.max_attempts", 2)
    rule(ours, kind="prefetch", trigger="order", to=[], source="OTHER")
    ordered(ours)
    until(lambda: [r.state for r in ours.archive.owed.all()] == ["dead"])
    priors(other)
    ours.archive.nodes.change("OTHER", {"port": other.port})
    ours.archive.owed.retry_all("OTHER")
    until(lambda: count(ours) == 3)
