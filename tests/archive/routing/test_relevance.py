"""Which priors matter."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from simulator.archive.routing.relevance import Exam, choose, why_not
from simulator.archive.routing.rule import make

TODAY = date(2026, 3, 2)
NEW = Exam(study_uid="1", date="20260302", words="CT HEAD", modalities=("CT",), accession="A1")


def prior(uid: str, words: str, modality: str, day: str = "20250601") -> Exam:
    return Exam(study_uid=uid, date=day, words=words, modalities=(modality,))


def rule(**facts: Any) -> Any:
    return make({"name": "priors", "kind": "prefetch", "to": ["WS1"], **facts})


@pytest.mark.parametrize(
    ("exam", "why"),
    [
        (prior("2", "MR brain native", "MR"), ""),
        (prior("2", "CT neck", "CT"), ""),  # near
        (prior("2", "Knee 2 views", "DX"), "its modality is DX"),
        (prior("2", "CT knee", "CT"), "it shows leg"),
        (prior("2", "CT follow-up", "CT"), "an unknown part"),
        (prior("2", "MR brain", "MR", "20100101"), "it is of 20100101"),
        (prior("2", "MR brain", "MR", ""), ""),
        (prior("2", "MR brain report", "SR"), "its modality is SR"),
        (prior("1", "CT HEAD", "CT"), "the new examination itself"),
    ],
)
def test_a_prior_is_relevant_or_the_reason_is_said(exam: Exam, why: str) -> None:
    said = why_not(rule(), NEW, exam, TODAY)
    assert why in said if why else not said


def test_the_newest_come_first_and_no_more_than_the_rule_allows() -> None:
    priors = [prior(str(n), "CT head", "CT", f"2025{n:02}01") for n in range(2, 9)]
    assert [exam.study_uid for exam in choose(rule(), NEW, priors, TODAY)] == ["8", "7", "6"]
    loose = rule(max_studies=0, max_age_days=0, modalities="any", regions="any")
    knees = [prior(f"k{n}", "Knee", "DX", "19990101") for n in range(30)]
    assert len(choose(loose, NEW, [*priors, *knees], TODAY)) == 37  # far too many, as asked


def test_a_rule_may_name_modalities_or_want_the_same_only() -> None:
    priors = [prior("2", "MR brain", "MR"), prior("3", "CT brain", "CT"), prior("4", "PET", "PT")]
    same = choose(rule(modalities="same"), NEW, priors, TODAY)
    named = choose(rule(modalities=["MR", "PT"], regions="any"), NEW, priors, TODAY)
    assert [exam.study_uid for exam in same] == ["3"]
    assert {exam.study_uid for exam in named} == {"2", "4"}
