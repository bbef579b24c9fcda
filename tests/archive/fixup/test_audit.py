"""What the fix-up desk does is told by the events of PS3.15 A.5."""

from __future__ import annotations

import pytest

from simulator.archive.audit import codes as c
from simulator.archive.audit.rules import rule_of
from simulator.archive.fixup.office import TOLD


@pytest.mark.parametrize("kind", [*TOLD.values(), "study.restored", "change.undone"])
def test_corrections_are_audited_as_access_to_the_study_or_the_patient_s_record(kind: str) -> None:
    rule = rule_of(kind, has_actor=True)
    assert rule is not None
    wanted = c.PATIENT_RECORD if kind.startswith("patient.") else c.ACCESSED
    assert (rule.event, rule.action) == (wanted, "U")


def test_a_purge_is_audited_as_a_deleted_study() -> None:
    rule = rule_of("study.purged", has_actor=True)
    assert rule is not None and (rule.event, rule.action) == (c.STUDY_DELETED, "D")
