"""A new device is accepted by command: a good one, and one whose service settings are wrong."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

from simulator.client import Client

Command = Callable[..., tuple[int, str, str]]


def test_a_device_is_accepted_by_command(
    command: Command, hospital: Client, tmp_path: Path
) -> None:
    page = tmp_path / "ct1.md"
    studies, steps = len(hospital.archive.studies()), len(hospital.ris.mpps())
    status, said, _ = command("fleet", "accept", "CT1", "--report", str(page))
    assert status == 0, said
    assert "CT1 is green" in said or "CT1 is amber" in said
    assert page.read_text("utf-8").startswith("# Acceptance of CT1: ")
    assert (len(hospital.archive.studies()), len(hospital.ris.mpps())) == (studies, steps)
    device = hospital.modality("CT1")
    archive = device.settings["archive.ae"]
    device.set("archive.ae", "PACSLAP")
    status, said, _ = command("fleet", "accept", "CT1", "--json")
    facts = json.loads(said)
    assert status == 1 and facts["level"] == "red"
    assert "called AE title" in next(
        step["what"] for step in facts["steps"] if step["name"] == "echo to the archive"
    )
    device.set("archive.ae", archive)


def test_a_node_s_limits_are_seen_at_acceptance(command: Command, hospital: Client) -> None:
    hospital.nodes.change("US1", accepts_syntaxes="ExplicitVRLittleEndian")
    try:
        status, said, _ = command("fleet", "accept", "US1")
        assert status == 0 and "US1 is amber" in said and "Implicit VR Little Endian" in said
        hospital.nodes.change("US1", accepts_classes="CTImageStorage")
        status, said, _ = command("fleet", "accept", "US1")
        assert status == 1 and "takes no Ultrasound Image Storage" in said
    finally:
        hospital.nodes.change("US1", accepts_syntaxes="", accepts_classes="")


def test_what_is_no_modality_is_not_accepted(command: Command) -> None:
    assert command("fleet", "accept", "XX9")[0] == 2
