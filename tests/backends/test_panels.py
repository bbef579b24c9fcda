"""Panels on a foreign archive: those that can, work; the others show the one line."""

from __future__ import annotations

from collections.abc import Iterator
from html import unescape
from typing import Any

import pytest

from simulator import console
from simulator.client import Client

pytestmark = [pytest.mark.peer("Orthanc"), pytest.mark.timeout(180)]


def texts(widget: Any) -> Iterator[str]:
    """Yield everything a panel shows."""
    value = getattr(widget, "value", "")
    yield unescape(str(bytes(value)[:8] if isinstance(value, memoryview) else value))
    for child in getattr(widget, "children", ()):
        yield from texts(child)


def shown(widget: Any) -> str:
    return "\n".join(texts(widget))


def test_the_status_board_names_the_backend(orthanc_hospital: Client) -> None:
    text = shown(console.status_board(orthanc_hospital))
    assert "orthanc" in text and "Orthanc has no HL7 listener" in text and "4 studies" in text
    assert "pl-say pl-bad" not in text


def test_studies_and_pixels_are_shown(orthanc_hospital: Client) -> None:
    assert "pl-say pl-bad" not in shown(console.study_browser(orthanc_hospital))
    rows = orthanc_hospital.archive.studies()
    images = [row for row in rows if set(row["modalities"]) & {"CT", "DX", "US", "MR", "CR"}]
    text = shown(console.viewer(images[0]["study_uid"], orthanc_hospital))
    assert "pl-say pl-bad" not in text and "PNG" in text


def test_nodes_are_shown_with_what_they_are(orthanc_hospital: Client) -> None:
    text = shown(console.node_table(orthanc_hospital))
    assert "WS1" in text and "Reading workstation" in text and "pl-say pl-bad" not in text


@pytest.mark.parametrize(
    ("panel", "line"), [("users_panel", "no accounts or roles"), ("settings_panel", "no settings")]
)
def test_what_is_lacking_is_said_in_the_panel(
    orthanc_hospital: Client, panel: str, line: str
) -> None:
    assert line in shown(getattr(console, panel)(seat=orthanc_hospital))
