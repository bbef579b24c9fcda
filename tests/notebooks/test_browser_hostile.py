"""What came over the wire is shown as text, however it looks and however long it is."""

from __future__ import annotations

import warnings
from pathlib import Path

import pytest
from playwright.sync_api import Dialog
from pydicom.dataset import Dataset
from pynetdicom.presentation import build_context

from simulator.client import Client
from simulator.imaging.uids import make_uid
from simulator.network.associate import Caller, associate, context_for, encoded, send_store
from simulator.seat import Seat
from tests.archive.support import until
from tests.notebooks.browser import Lab, Panel, opened, written
from tests.notebooks.seen import Eyes

pytestmark = pytest.mark.timeout(240)
SCRIPT = "<script>alert(1)</script>"
PICTURE = "<img src=x onerror=alert(2)>"
ENDLESS = "W" * 20_000
CALLS = (
    "study_browser(seat)", "worklist_board(seat)", "message_viewer(seat)", "audit_panel(seat)",
    "fixup(seat)", "log_pane(seat)",
)  # fmt: skip


def test_names_from_the_wire_run_no_script(hospital: Seat, morning: Client, chromium: Path) -> None:
    _an_object_arrives(morning)
    patient = {"patient_name": f"{SCRIPT}^{PICTURE}", "patient_id": "E2", "birth_date": "19700101",
               "sex": "O"}  # fmt: skip
    order = morning.ris.place(code="CT-HEAD", patient=patient)
    name = written(hospital, "hostile.ipynb", *(f"console.{call}" for call in CALLS))
    dialogs: list[str] = []

    def dismiss(dialog: Dialog) -> None:
        dialogs.append(dialog.message)
        dialog.dismiss()

    with opened(hospital, name, chromium) as lab:
        lab.page.on("dialog", dismiss)
        lab.run_all(len(CALLS))
        eyes = Eyes(lab)
        for panel, wanted in _looked_at(lab, str(order["accession"])):
            found = [*eyes.unseen(panel.place, wanted), *eyes.wide(panel.place)]
            assert not found, f"{panel.place}: {found}"
        lab.page.wait_for_timeout(300)  # a picture that cannot be loaded says so a little later
        assert not lab.page.locator("img[src='x'], .pl-panel script").count()
    assert not dialogs
    assert not lab.complaints and lab.hosts <= {"127.0.0.1", ""}


def _an_object_arrives(seat: Client) -> None:
    """Send an image whose texts are markup and have no end."""
    uid = seat.archive.study(seat.archive.studies()[0]["study_uid"])["tree"][0]["instances"][0]
    warnings.simplefilter("ignore", UserWarning)  # pydicom warns of what this is made for
    ds: Dataset = seat.archive.instance(uid["sop_uid"])
    syntax = str(ds.file_meta.TransferSyntaxUID)
    ds.PatientName, ds.PatientID, ds.AccessionNumber = f"{SCRIPT}^{PICTURE}", SCRIPT, ""
    ds.StudyDescription = ds.SeriesDescription = PICTURE + ENDLESS
    ds.InstitutionName, ds.StationName = ENDLESS, SCRIPT
    ds.StudyInstanceUID, ds.SeriesInstanceUID = make_uid("hostile"), make_uid("hostile", "1")
    ds.SOPInstanceUID = make_uid("hostile", "2")
    context = build_context(ds.SOPClassUID, syntax)
    with associate(seat.archive.peer, [context], Caller(ae="CT2")) as association:
        data = encoded(ds, context_for(association, ds.SOPClassUID, syntax))
        send_store(association, sop_class=ds.SOPClassUID, sop_instance=ds.SOPInstanceUID,
                   transfer_syntax=syntax, data=data)  # fmt: skip
    until(lambda: seat.archive.unmatched(), 30)


def _looked_at(lab: Lab, accession: str) -> list[tuple[Panel, list[str]]]:
    """Bring the texts to the screen, as a trainee would; returns what must be read where."""
    browser, messages, audit = map(lab.panel, ("study-browser", "message-viewer", "audit-panel"))
    browser.fill("filter-text", "script")
    browser.press("open-viewer")
    lab.page.locator(".pl-viewer .pl-overlay table").wait_for()
    lab.panel("viewer").unfold("All tags")
    messages.fill("filter-accession", accession)
    audit.fill("patient", SCRIPT)
    audit.press("search")
    log = lab.panel("log-pane")
    log.fill("filter-kind", "study.unmatched")
    log.press("refresh")
    return [
        (browser, [SCRIPT, PICTURE, "WWWW"]),
        (lab.panel("viewer"), [SCRIPT, PICTURE, "WWWW"]),
        (lab.panel("worklist-board"), [SCRIPT, PICTURE]),
        (messages, [SCRIPT, "<img src"]),
        (audit, [SCRIPT]),
        (lab.panel("fixup"), [SCRIPT, PICTURE]),
        (log, [SCRIPT]),
    ]
