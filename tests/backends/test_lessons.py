"""The lessons about storing, finding and fetching run on any archive; panels say what lacks."""

from __future__ import annotations

from pathlib import Path

import nbformat
import pytest
from nbclient import NotebookClient

from simulator.backends.capabilities import REMEDY
from simulator.client import Client

LESSONS = (
    "00-start-here",
    "01-inside-an-image",
    "02-talking-dicom",
    "03-storage",
    "04-query-and-retrieve",
    "05-the-worklist-day",
)
FOLDER = Path(__file__).parent.parent.parent / "notebooks"
pytestmark = pytest.mark.timeout(300)


def run(name: str, client: Client, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Run a lesson on a seat; returns what its panels complain of."""
    monkeypatch.setenv("PACSLAB_SEAT", str(client.seat.folder))
    lesson = nbformat.read(FOLDER / f"{name}.ipynb", as_version=4)
    NotebookClient(lesson, timeout=120, kernel_name="python3").execute()
    state = lesson.metadata.widgets["application/vnd.jupyter.widget-state+json"]["state"]
    shown = [str(widget["state"].get("value", "")) for widget in state.values()]
    return [text for text in shown if "pl-say pl-bad" in text]


def plain(text: str) -> str:
    return text.replace("&#x27;", "'")


@pytest.mark.peer("Orthanc")
@pytest.mark.parametrize("name", LESSONS)
def test_on_orthanc(name: str, orthanc_hospital: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    complaints = run(name, orthanc_hospital, monkeypatch)
    assert all(REMEDY in plain(text) for text in complaints), complaints


@pytest.mark.peer("dcmqrscp")
@pytest.mark.parametrize("name", LESSONS)
def test_on_an_external_archive(
    name: str, external_hospital: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    complaints = run(name, external_hospital, monkeypatch)
    assert all(REMEDY in plain(text) for text in complaints), complaints
