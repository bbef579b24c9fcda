"""JupyterLab's launcher has our tiles; the way to the archive through it is for looking only."""

from __future__ import annotations

import json
import os
import subprocess
from pathlib import Path

import httpx
import pytest
from playwright.sync_api import Browser

from simulator import lab, viewer
from simulator.client import Client
from simulator.files import write_json
from simulator.seat import Seat
from tests.net import wait_for
from tests.seats.tab import launcher, of_fleet

pytestmark = [pytest.mark.slow, pytest.mark.timeout(180)]
TILES = ["Lessons", "Console", "Viewer (OHIF)", "Terminal"]


def test_the_launcher_begins_with_our_tiles(jupyter: Seat, chromium: Browser) -> None:
    with launcher(jupyter, chromium) as tab:
        cards = tab.page.locator(".jp-LauncherCard[data-category='PACS Lab']")
        assert cards.locator(".jp-LauncherCard-label").all_inner_texts() == TILES
        others = tab.page.locator(".jp-LauncherCard:not([data-category='PACS Lab'])")
        ours, next_one = cards.first.bounding_box(), others.first.bounding_box()
        assert ours and next_one and ours["y"] < next_one["y"]
        cards.nth(0).click()
        tab.page.locator(".jp-Notebook .jp-Cell").first.wait_for(timeout=60_000)
        assert tab.page.evaluate("window.jupyterapp.shell.currentWidget.context.path") == (
            "00-start-here.ipynb"
        )
        assert tab.bad == []


def test_the_terminal_begins_with_the_addresses(jupyter: Seat, chromium: Browser) -> None:
    archive = jupyter.facts["dicom"]["archive"]
    with launcher(jupyter, chromium) as tab:
        tab.page.locator(".jp-LauncherCard[data-category='PACS Lab']").nth(3).click()
        tab.page.locator(".jp-Terminal").wait_for(timeout=60_000)
        buffer = """() => {
          const term = window.jupyterapp.shell.currentWidget.content._term;
          const b = term.buffer.active;
          return [...Array(b.length).keys()].map(i => b.getLine(i).translateToString()).join('');
        }"""
        wanted = f"echoscu -aet WS1 -aec PACSLAB {archive['host']} {archive['port']}"
        for _ in range(60):
            tab.page.wait_for_timeout(500)
            if wanted in tab.page.evaluate(buffer):
                break
        else:
            raise AssertionError(tab.page.evaluate(buffer))


def test_without_ohif_the_tile_says_how_and_offers_the_console(
    jupyter: Seat, chromium: Browser
) -> None:
    with launcher(jupyter, chromium) as tab:
        answer = json.dumps({"viewer": False, "how": viewer.MISSING})
        tab.page.route("**/pacslab/facts*", lambda route: route.fulfill(body=answer))
        tab.page.locator(".jp-LauncherCard[data-category='PACS Lab']").nth(2).click()
        dialog = tab.page.locator(".jp-Dialog")
        assert "python -m simulator.viewer" in dialog.inner_text()
        dialog.get_by_text("Open the console").click()
        tab.page.locator(".jp-Notebook .jp-Cell").first.wait_for(timeout=60_000)
        assert tab.page.evaluate("window.jupyterapp.shell.currentWidget.context.path") == (
            "console.ipynb"
        )


def test_the_way_through_jupyter_is_for_looking_only(hospital: Client, jupyter: Seat) -> None:
    facts = json.loads((jupyter.folder / "run" / "jupyter.json").read_text("utf-8"))
    base = f"http://127.0.0.1:{facts['port']}/pacslab"
    study = f"{base}/dicom-web/studies/{of_fleet(hospital, 'CT')['study_uid']}"
    with httpx.Client(trust_env=False) as stranger:
        assert stranger.get(f"{base}/dicom-web/studies").status_code in (302, 403)
        assert stranger.get(f"{base}/viewer/").status_code in (302, 403)
    trainee = httpx.Client(
        headers={"Authorization": f"token {facts['token']}"}, trust_env=False, timeout=20
    )
    with trainee:
        (row,) = trainee.get(f"{study}/series", params={"Modality": "CT", "limit": 1}).json()
        assert row["00081190"]["Value"][0].startswith(study)  # its addresses lead through here
        assert trainee.delete(study).status_code == 405
        assert trainee.post(f"{base}/dicom-web/studies", content=b"x").status_code == 405
        assert trainee.get(f"{base}/dicom-web/studies/1.2.3").status_code == 404
        sent = trainee.get(study, headers={"Accept": "*/*"})
        assert sent.status_code == 200 and sent.content.count(b"DICM") >= 1
    entry = hospital.journal.entries(kind="dicomweb.retrieve")[-1]
    assert entry.facts["by"] == hospital.seat.secrets["admin"]["user"]


@pytest.mark.parametrize("base", ["/user/viewer/"])  # a hub's address, of somebody so named
def test_it_stands_below_a_hub_s_address_too(
    hospital: Client, seat: Seat, free_port: int, tmp_path: Path, base: str
) -> None:
    command = lab._command(seat.folder, free_port, seat.folder / "run" / "jupyter")
    command = [*command, f"--ServerApp.base_url={base}"]
    write_json(tmp_path / "jupyter_server_config.d" / "pacslab.json", lab._SERVER)
    environment = {**os.environ, **lab._environment(seat.folder, "t")}
    environment["JUPYTER_CONFIG_DIR"] = str(tmp_path)
    process = subprocess.Popen(
        command, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    root = f"http://127.0.0.1:{free_port}{base}"
    try:
        with httpx.Client(
            headers={"Authorization": "token t"}, trust_env=False, timeout=20
        ) as trainee:
            wait_for(lambda: _answers(trainee, f"{root}api/status"), 60)
            (row, *_) = trainee.get(f"{root}pacslab/dicom-web/studies?limit=1").json()
            place = row["00081190"]["Value"][0]
            assert place.startswith(f"{root}pacslab/dicom-web/studies/")
            assert trainee.get(f"{place}/metadata").status_code == 200
            page = trainee.get(f"{root}pacslab/viewer/viewer?StudyInstanceUIDs=1.2.3")
            if viewer.is_installed(seat.folder):
                assert f'window.PUBLIC_URL="{base}pacslab/viewer/"' in page.text
            else:
                assert page.status_code == 404 and "simulator.viewer" in page.json()["remedy"]
    finally:
        process.terminate()
        process.wait(20)


def _answers(client: httpx.Client, url: str) -> bool:
    try:
        return client.get(url).status_code == 200
    except httpx.HTTPError:
        return False
