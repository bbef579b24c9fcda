"""Acceptance of a device: a good one passes, and each quirk is found by the step that looks."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

import pytest

from simulator.fleet.acceptance import Acceptance
from simulator.fleet.acceptance_steps import report
from simulator.fleet.disk import Image, Job
from simulator.fleet.modality import Modality
from simulator.fleet.profile import load_profiles
from simulator.network.dimse import decode_dataset, encode_dataset
from tests.fleet.conftest import Ward
from tests.net import free_port

PROFILES = load_profiles()


def accept(ward: Ward, name: str = "US1") -> dict[str, Any]:
    return Acceptance(ward.fleet.modality(name), PROFILES[name]).run()


def steps(facts: dict[str, Any], level: str = "red") -> dict[str, str]:
    """Return the steps of a level, without protocol and transfer syntax, and what they say."""
    return {x["name"].partition(", ")[0]: x["what"]
            for x in facts["steps"] if x["level"] == level}  # fmt: skip


@pytest.fixture
def device(ward: Ward) -> Iterator[Modality]:
    ward.order("US1")
    made = ward.fleet.modality("US1")
    made.start()
    yield made
    made.stop()


def test_a_good_device_passes_and_is_put_back_as_it_was(ward: Ward, device: Modality) -> None:
    before = device.settings
    facts = accept(ward)
    assert steps(facts) == {} and list(steps(facts, "amber")) == ["proposed to the archive"]
    assert "Storage Commitment" in steps(facts, "amber")["proposed to the archive"]
    names = " ".join(step["name"] for step in facts["steps"])
    for what in ("echo", "worklist", "MPPS", "commitment", "store", "types", "character", "clock"):
        assert what in names
    for syntax in PROFILES["US1"].transfer_syntaxes:
        assert f"store UltrasoundImageStorage, {syntax}" in names
    assert device.settings == before and not ward.shelf.stored, "nothing went to the archive"
    assert not ward.ris.steps.all() and device.queue() == []
    page = report(facts)
    assert page.startswith("# Acceptance of US1: amber") and page.count("\n| ") == 2 + len(
        facts["steps"]
    )


@pytest.mark.parametrize("name", ["MG1", "CT2", "DX2", "CR1"])
def test_devices_of_many_kinds_make_what_they_claim(ward: Ward, name: str) -> None:
    facts = accept(ward, name)
    assert set(steps(facts)) == {"echo from outside"}, "it was not switched on"
    stored = [step for step in facts["steps"] if step["name"].startswith("store ")]
    assert len(stored) >= len(PROFILES[name].sop_classes)
    assert ("clock" in steps(facts, "amber")) == bool(PROFILES[name].clock_drift)


def without(device: Modality, keyword: str) -> None:
    """Let a device write its objects without an attribute."""
    data = device.disk.data

    def quirky(job: Job, image: Image) -> bytes:
        ds = decode_dataset(data(job, image), image.transfer_syntax_uid)
        del ds[keyword]
        return encode_dataset(ds, image.transfer_syntax_uid)

    device.disk.data = quirky  # type: ignore[method-assign]


Quirk = Callable[[Modality], object]
QUIRKS: list[tuple[Quirk, str, str]] = [
    (lambda d: vars(d).update(profile=replace(d.profile, character_set="ISO_IR 144")),
     "character set", "ISO_IR 144"),
    (lambda d: vars(d).update(profile=replace(d.profile, station_name="US9")),
     "as the statement says", "StationName is 'US9', the statement says 'US1-CART'"),
    (lambda d: vars(d).update(profile=replace(d.profile, clock_drift=900.0)), "clock", "s off"),
    (lambda d: without(d, "ReferringPhysicianName"), "types 1 and 2",
     "ReferringPhysicianName (type 2) is missing"),
    (lambda d: without(d, "Rows"), "types 1 and 2", "Rows (type 1) is missing"),
    (lambda d: without(d, "PatientBirthDate"), "copied from the worklist", "19610704"),
    (lambda d: d.change({"ae_title": "US-1"}), "AE title", "calls itself 'US-1'"),
    (lambda d: d.change({"archive.port": free_port()}), "echo to the archive", "nobody answered"),
    (lambda d: d.change({"ris.ae": "WRONG"}), "echo to the RIS", "the peer refused"),
    (lambda d: d.change({"online": False}), "examination", "is offline"),
    (lambda d: d.stop(), "echo from outside", "does not listen"),
]  # fmt: skip


@pytest.mark.parametrize(("quirk", "step", "says"), QUIRKS)
def test_a_quirk_is_found_by_the_step_that_looks_for_it(
    ward: Ward, device: Modality, quirk: Quirk, step: str, says: str
) -> None:
    quirk(device)
    facts = accept(ward)
    assert facts["level"] == "red"
    assert says in steps(facts)[step], steps(facts)


def test_a_device_that_forgets_its_reports_is_found(ward: Ward, device: Modality) -> None:
    from simulator.fleet import delivery

    def forgets(disk: Any, job: Job, *rest: Any) -> Job:
        return disk.update(job, owed=())

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(delivery, "report", forgets)
        facts = accept(ward)
    assert "N-CREATE did not come" in steps(facts)["MPPS"]
