"""Conformance statements name what a device really does."""

from __future__ import annotations

import pytest
from pydicom import uid

from simulator.cli import run
from simulator.fleet.conformance import statement
from simulator.fleet.profile import load_profiles

PROFILES = load_profiles()


@pytest.mark.parametrize("name", PROFILES)
def test_every_device_has_a_statement(name: str) -> None:
    profile, text = PROFILES[name], statement(PROFILES[name])
    for keyword in (*profile.sop_classes, *profile.transfer_syntaxes):
        assert str(getattr(uid, keyword)) in text
    for protocol in profile.protocols.values():
        assert protocol.description in text
    assert f"`{profile.ae_title}`" in text and "not exist" in text
    widths = {len(line.split(" | ")) for line in text.splitlines() if line.startswith("| sett")}
    assert widths == {2}


def test_the_command_prints_it(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["fleet", "conformance", "NM1"]) == 0
    assert capsys.readouterr().out.startswith("# DICOM conformance statement")
    assert run(["fleet", "conformance", "XX1"]) == 2
