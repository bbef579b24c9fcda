"""A whole day: every order ends in exactly one right place, and all counts agree."""

from __future__ import annotations

from pathlib import Path

import pytest

from simulator.client import connect
from simulator.seat import Options, Seat
from tests.net import wait_for


@pytest.mark.slow
@pytest.mark.timeout(600)
def test_orders_mpps_studies_and_reports_agree(tmp_path: Path) -> None:
    seat = Seat(tmp_path / "seat")
    seat.folder.mkdir()
    config = "seed = 3\nbaseline_studies = 8\npace_minutes = 5.0\n"
    (seat.folder / "config.toml").write_text(config, "utf-8")
    seat.up(Options(ports="auto", lab=False))
    try:
        hospital = connect(seat.folder)
        for _ in range(24):
            hospital.clock.step(60)
        wait_for(lambda: not any(row["queued"] for row in hospital.ris.channels()), 30)
        hospital.fleet.pause()
        orders = {row["accession"]: row for row in hospital.ris.orders()}
        done = {key for key, row in orders.items() if row["status"] in ("completed", "reported")}
        wait_for(lambda: not hospital.archive.studies(order_state="new"), 30)
        studies = hospital.archive.studies()
        assert len(studies) == len({row["accession"] for row in studies}) == len(done) > 100
        assert {row["accession"] for row in studies} == done
        assert {row["order_state"] for row in studies} == {"matched"}
        for steps in (hospital.ris.mpps(), hospital.archive.call("GET", "/mpps")):
            completed = [row for row in steps if row["status"] == "COMPLETED"]
            assert {a for row in completed for a in row["accessions"]} == done
        reported = {key for key in done if orders[key]["status"] == "reported"}
        for reports in (hospital.ris.reports(), hospital.archive.reports()):
            assert len(reports) == len(reported)
            assert {row["accession"] for row in reports} == reported
        waiting = {row["accession"] for row in hospital.archive.reading_list()}
        assert waiting == done - reported
        at_archive = {row["accession"]: row["status"] for row in hospital.archive.orders()}
        assert at_archive == {key: row["status"] for key, row in orders.items()}
        states = {row["state"] for row in hospital.ris.messages(limit=100_000)}
        assert states <= {"sent", "accepted"}
    finally:
        seat.down()
