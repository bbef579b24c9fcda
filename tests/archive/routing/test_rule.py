"""Rules, conditions and hours: what they say, and what is refused with one sentence."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import pytest

from simulator.archive.routing.conditions import Condition
from simulator.archive.routing.hours import Hours
from simulator.archive.routing.rule import check_nodes, make
from simulator.errors import UsageError

ROUTE = {"name": "neuro", "to": ["WS1"]}


@pytest.mark.parametrize(
    ("text", "values", "holds"),
    [
        ("Modality=MR", ["MR"], True),
        ("Modality=CT|MR", ["MR"], True),
        ("Modality=mr", ["MR"], False),  # case counts, as in a query
        ("Modality!=CT|MR", ["US"], True),
        ("Modality!=CT", ["CT"], False),
        ("StudyDescription=*BRAIN*", ["MR BRAIN NATIVE"], True),
        ("StudyDescription=*BRAIN*", ["MR Brain native"], False),
        ("StudyDescription=*BRAIN*", [], False),
        ("PatientName=*anna*", ["Test^Anna"], True),  # but not in names (PS3.4 C.2.2.2.1)
        ("StudyDate=20260101-20261231", ["20260302"], True),
        ("Rows=64", ["64"], True),
        ("SourceAE=CT?", ["CT1"], True),
        ("SourceAE!=CT1", ["CT2"], True),
    ],
)
def test_conditions_match_as_a_query_does(text: str, values: list[str], holds: bool) -> None:
    assert Condition.parse(text).matches(values) is holds


@pytest.mark.parametrize(
    ("text", "moment", "holds"),
    [
        ("07:00-18:00", "2026-03-02T07:00", True),
        ("07:00-18:00", "2026-03-02T18:00", False),
        ("18:00-06:00", "2026-03-02T23:59", True),
        ("18:00-06:00", "2026-03-03T05:59", True),
        ("18:00-06:00", "2026-03-03T06:00", False),
        ("Mon-Fri 18:00-06:00", "2026-03-07T05:00", True),  # Friday's night
        ("Mon-Fri 18:00-06:00", "2026-03-07T19:00", False),
        ("sat,Sun 00:00-24:00", "2026-03-08T12:00", True),
        ("Fri-Mon 08:00-09:00", "2026-03-02T08:30", True),
    ],
)
def test_hours_may_pass_midnight(text: str, moment: str, holds: bool) -> None:
    assert Hours.parse(text).holds(datetime.fromisoformat(moment)) is holds


@pytest.mark.parametrize(
    ("facts", "said"),
    [
        ({"window": "25:00-06:00"}, "There is no time 25:00"),
        ({"hours": "18:00-06:61"}, "There is no time 06:61"),
        ({"window": "18-06"}, "are no hours"),
        ({"window": "18:00-18:00"}, "is no span of time"),
        ({"hours": "Lundi 07:00-08:00"}, "is no day of the week"),
        ({"when": ["BodyPart=HEAD"]}, "There is no DICOM attribute 'BodyPart'"),
        ({"when": ["PixelData=1"]}, "does not keep PixelData"),
        ({"when": ["RequestAttributesSequence=1"]}, "does not keep RequestAttributes"),
        ({"when": ["Modality"]}, "is no condition"),
        ({"when": [7]}, "is no list of texts"),
        ({"to": []}, "has no destination"),
        ({"name": "../x"}, "is not a rule's name"),
        ({"kind": "copy"}, "is no kind"),
        ({"trigger": "order"}, "nothing to route yet"),
        ({"source": "OLD"}, "comes to this archive"),
        ({"classes": ["CTImage"]}, "is no SOP class"),
        ({"classes": ["1.2.840.10008.1.2"]}, "is no SOP class"),  # a transfer syntax
        ({"priority": -1}, "is no priority"),
        ({"enabled": "yes"}, "neither true nor false"),
        ({"colour": "red"}, "A rule has no 'colour'"),
    ],
)
def test_what_can_be_no_rule_is_refused(facts: dict[str, Any], said: str) -> None:
    with pytest.raises(UsageError, match=said):
        make({**ROUTE, **facts})


@pytest.mark.parametrize(
    ("facts", "said"),
    [
        ({"to": ["WS9"]}, "There is no node 'WS9'"),
        ({"to": ["PACSLAB"]}, "is this archive itself"),
        ({"to": [], "kind": "prefetch", "source": "OLD"}, "There is no node 'OLD'"),
        ({"exclude_source": False}, "everything that came from WS1"),
        ({"exclude_source": False, "when": ["SourceAE=WS?"]}, "everything that came from WS1"),
    ],
)
def test_destinations_must_make_sense(facts: dict[str, Any], said: str) -> None:
    with pytest.raises(UsageError, match=said):
        check_nodes(make({**ROUTE, **facts}), {"WS1", "PACSLAB"}.__contains__, "PACSLAB")


@pytest.mark.parametrize(
    "facts",
    [
        {"exclude_source": False, "when": ["SourceAE!=WS1"]},
        {"exclude_source": False, "when": ["Modality=CT"]},  # a loop it may be, but some do this
        {"classes": "CTImageStorage, MRImageStorage", "window": "Mon-Fri 18:00–06:00"},
    ],
)
def test_these_are_rules(facts: dict[str, Any]) -> None:
    made = make({**ROUTE, **facts})
    check_nodes(made, {"WS1"}.__contains__, "PACSLAB")
    assert make(made.facts()) == made
