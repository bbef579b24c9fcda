"""Backups, media, migration, downtime and the upgrade drill on a whole seat, by command."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from simulator.client import Client
from simulator.errors import CannotError
from simulator.seat import Seat

Command = Callable[..., tuple[int, str, str]]


def told(hospital: Client) -> list[tuple[Any, ...]]:
    """Return what the archive lists, apart from when it came."""
    return sorted(
        (row["study_uid"], row["patient_id"], row["instances"], row["order_state"])
        for row in hospital.archive.studies()
    )


def test_a_backup_is_carried_verified_and_put_back(
    command: Command, hospital: Client, tmp_path: Path
) -> None:
    out, before = tmp_path / "tape", told(hospital)
    status, said, _ = command("archive", "backup", "create", "--name", "night", "--out", str(out))
    assert status == 0 and "Backup night: 8 studies" in said and "Carried to" in said
    status, said, _ = command("archive", "backup", "verify", str(out))
    assert status == 0 and "can be restored" in said
    assert command("archive", "backup", "list", str(out))[1].count("night") == 1
    hospital.archive.delete(before[0][0])
    status, said, _ = command("archive", "restore", str(out), "--study", before[0][0])
    assert status == 0 and [row[0] for row in told(hospital)] == [row[0] for row in before]
    assert command("archive", "restore", "night")[0] == 0
    assert told(hospital) == before
    assert command("archive", "undo-restore")[0] == 0
    assert "agree" in command("archive", "verify")[1]
    victim = next((out / "files").rglob("*.dcm"))
    victim.write_bytes(victim.read_bytes()[:-1])
    status, said, _ = command("archive", "backup", "verify", str(out))
    assert status == 1 and "its content has changed" in said
    status, _, error = command("archive", "restore", str(out))
    assert status == 1 and "is not whole" in error
    assert told(hospital) == before
    assert command("archive", "backup", "remove", "night")[0] == 0
    assert not hospital.backups.list()


def test_a_broken_index_is_put_back_while_the_archive_is_down(
    command: Command, hospital: Client, seat: Seat, tmp_path: Path
) -> None:
    out, before = tmp_path / "tape", told(hospital)
    assert command("archive", "backup", "create", "--out", str(out))[0] == 0
    seat.service("stop", "archive")
    try:
        for part in (seat.folder / "archive").glob("index.db*"):
            part.unlink()
        (seat.folder / "archive" / "index.db").write_bytes(b"a hot copy that is none")
        with pytest.raises(CannotError, match="cannot be opened"):
            seat.service("start", "archive")
        status, said, error = command("archive", "restore", str(out))
        assert status == 0 and "broken-index-1" in said, error
    finally:
        seat.service("start", "archive")
        shutil.rmtree(seat.folder / "archive" / "broken-index-1", ignore_errors=True)
    assert told(hospital) == before
    status, said, _ = command("archive", "rebuild", "--yes")
    assert status == 0 and "0 unreadable" in said and told(hospital) == before


def test_a_cd_goes_out_and_comes_back(command: Command, hospital: Client, tmp_path: Path) -> None:
    study = hospital.archive.studies()[0]
    cd = tmp_path / "cd"
    status, said, _ = command("archive", "media", "export", study["study_uid"], "--out", str(cd))
    assert status == 0 and f"{study['instances']} files of 1 studies" in said
    assert (cd / "DICOMDIR").is_file()
    hospital.archive.delete(study["study_uid"])
    status, said, _ = command("archive", "media", "import", str(cd), "--dry-run")
    assert status == 0 and "would be imported" in said
    assert not hospital.media.list()
    assert command("archive", "media", "import", str(cd), "--keep-accession")[0] == 0
    found = hospital.archive.study(study["study_uid"])
    assert (found["instances"], found["source"]) == (study["instances"], "MEDIA")
    status, _, error = command("archive", "media", "import", str(tmp_path / "no"))
    assert status == 3 and "no folder" in error
    status, _, error = command("archive", "media", "import", str(cd), "--map", "X")
    assert status == 2 and "FOREIGN=OURS" in error


def test_the_schema_goes_back_and_forward(command: Command, hospital: Client, seat: Seat) -> None:
    before = told(hospital)
    status, _, error = command("archive", "schema", "downgrade", "0001")
    assert status == 1 and "stop archive" in error
    seat.service("stop", "archive")
    try:
        done = json.loads(command("archive", "schema", "downgrade", "0001", "--json")[1])
        assert done["same"] and Path(done["saved"]).is_file()
        assert not json.loads(command("archive", "schema", "show", "--json")[1])["current"]
        assert json.loads(command("archive", "schema", "upgrade", "--json")[1])["to"] > "0001"
    finally:
        seat.service("start", "archive")
    assert told(hospital) == before and hospital.schema.show()["current"]


def test_devices_keep_their_images_in_a_downtime_and_all_is_found_again(
    command: Command, hospital: Client, tmp_path: Path
) -> None:
    page = tmp_path / "worklist.html"
    assert command("ris", "worklist", "--print", str(page))[0] == 0 and page.is_file()
    order = hospital.ris.place(code="CT-HEAD", station_ae="CT1", status="scheduled")
    assert command("archive", "downtime", "start", "the disks are exchanged")[0] == 0
    ct = hospital.modality("CT1")
    done = ct.perform(order["accession"])
    assert not done.ok or done.facts.get("queued")
    status, said, _ = command("archive", "downtime", "reconcile")
    assert status == 1 and "queued at CT1" in said and order["accession"] in said
    assert hospital.downtime.status()["on"]
    assert command("archive", "downtime", "stop")[0] == 0
    ct.send()
    rows = json.loads(command("archive", "downtime", "reconcile", "--json")[1])
    (row,) = [row for row in rows if row["accession"] == order["accession"]]
    assert (row["state"], row["said"]) == ("arrived", row["arrived"]), row


@pytest.mark.peer("Orthanc")
def test_a_migration_to_an_orthanc_by_command(
    command: Command, hospital: Client, orthanc: Any, tmp_path: Path
) -> None:
    peer, lines = f"ORTHANC@127.0.0.1:{orthanc.port}", tmp_path / "report.csv"
    orthanc.register("PACSLAB", 1)
    status, said, error = command("archive", "migrate", "to", peer)
    assert status == 0, said + error
    (row,) = hospital.migrations.list()
    assert "equal" in said and row["state"] == "done"
    number = str(row["number"])
    assert command("archive", "migrate", "report", number, "--csv", str(lines))[0] == 0
    assert lines.read_text("utf-8").count("\n") == 1 + row["studies"]["equal"]
    gone = orthanc.instances()[0]
    (found,) = orthanc.call(
        "POST", "/tools/find", {"Level": "Instance", "Query": {"SOPInstanceUID": gone}}
    )
    orthanc.call("DELETE", f"/instances/{found}")
    status, said, _ = command("archive", "migrate", "reconcile", number)
    assert status == 1 and "1 missing" in said
    assert command("archive", "migrate", "resume", number)[0] == 0
    status, _, error = command("archive", "migrate", "from", "ORTHANC:4242")
    assert status == 2 and "AET@HOST:PORT" in error
