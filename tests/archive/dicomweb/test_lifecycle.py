"""DICOMweb where a volume is full, or images are on another tier."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from tests.archive.dicomweb.support import WebLab, part10, reasons
from tests.archive.support import image, study, until

UID = "1.2.3.1"


def test_a_full_volume_is_507(web: WebLab) -> None:
    volumes = web.lab.archive.lifecycle.volumes
    volumes.change("ONLINE1", {"capacity": 10})
    answer = web.stow(part10(image()))
    assert answer.status_code == 507 and reasons(answer) == [0xA700]
    assert "no room" in answer.headers["Warning"]
    volumes.change("ONLINE1", {"capacity": 0})
    assert web.stow(part10(image())).status_code == 200


def test_nearline_images_are_recalled_and_had_later(web: WebLab) -> None:
    life, clock = web.lab.archive.lifecycle, web.lab.archive.clock
    web.lab.store(*study(1, 2))
    life.tiers.copy(UID, "NEAR1")
    life.tiers.free(UID)
    (row,) = web.get("/studies").json()
    assert row["00080056"]["Value"] == ["NEARLINE"]
    answer = web.get(f"/studies/{UID}")
    assert answer.status_code == 503
    assert "nearline: it is on its way from NEAR1" in answer.json()["error"]
    moved: Any = clock
    moved.jump(clock.now() + timedelta(seconds=61))
    until(lambda: life.recalls.all()[0]["state"] == "done")
    assert web.get(f"/studies/{UID}").status_code == 200
    assert web.get("/studies").json()[0]["00080056"]["Value"] == ["ONLINE"]


def test_offline_images_ask_for_a_mount(web: WebLab) -> None:
    life = web.lab.archive.lifecycle
    web.lab.store(*study(1))
    life.tiers.copy(UID, "NEAR1")
    life.tiers.free(UID)
    life.volumes.mount("NEAR1", there=False)
    answer = web.get(f"/studies/{UID}/metadata")
    assert answer.status_code == 503 and "must be mounted" in answer.json()["error"]
    life.copies.note(life.tiers.where(UID)[0]["digest"], life.volumes.get("NEAR1"), "damaged")
    answer = web.get(f"/studies/{UID}")
    assert answer.status_code == 409 and "No good copy" in answer.json()["error"]


def test_a_held_study_is_not_deleted(web: WebLab) -> None:
    web.lab.store(*study(1))
    web.lab.archive.lifecycle.holds.put("court", "test", study_uid=UID)
    answer = web.http.delete(f"/studies/{UID}")
    assert answer.status_code == 409 and "on hold" in answer.json()["error"]
    assert web.get("/studies").json()
