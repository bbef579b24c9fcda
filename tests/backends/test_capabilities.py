"""What a backend lacks has one line each, and exercises may ask for exactly these."""

from __future__ import annotations

from dataclasses import fields

import pytest

from simulator.backends import capabilities as c
from simulator.errors import UsageError


def test_every_capability_has_its_line() -> None:
    names = {item.name for item in fields(c.Capabilities)} - {"kind"}
    assert names == set(c._LINES)
    assert set(c.AREAS.values()) <= names
    for name in names:
        assert c.ORTHANC.lacks(name).startswith("Orthanc ")
        assert c.EXTERNAL.lacks(name).startswith("The external archive ")
        assert c.EXTERNAL.lacks(name).endswith(".")


def test_ours_lacks_nothing() -> None:
    assert c.EMBEDDED.missing() == []
    assert c.EMBEDDED.unmet(("embedded", "users")) == []


def test_kinds_are_alternatives_and_capabilities_are_not() -> None:
    assert c.ORTHANC.unmet(("embedded", "orthanc")) == []
    assert c.ORTHANC.unmet(("embedded",)) == ["It needs PACS Lab's own archive."]
    assert c.ORTHANC.unmet(("nodes",)) == []
    assert len(c.EXTERNAL.unmet(("nodes", "users"))) == 2
    assert c.EXTERNAL.unmet(()) == []


def test_a_person_may_say_what_an_external_archive_can() -> None:
    facts = {"backend": "external", "capabilities": ["commitment", "nonsense"]}
    assert c.capabilities(facts).commitment and not c.capabilities(facts).dicomweb
    assert c.capabilities({}).kind == "embedded"  # a seat of an earlier version


def test_an_unknown_backend_is_refused() -> None:
    with pytest.raises(UsageError, match="no backend 'pacs'"):
        c.check_kind("pacs")


def test_the_page_is_current() -> None:
    from pathlib import Path

    from simulator.backends.page import page

    path = Path(__file__).parent.parent.parent / "docs" / "backends.md"
    how = "run 'python -m simulator.backends.page docs/backends.md'"
    assert path.read_text("utf-8") == page(), how
