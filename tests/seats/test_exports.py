"""Studies leave for research by command: a folder of objects, a report, and the map apart."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from pathlib import Path

from pydicom import dcmread

from simulator.client import Client

Command = Callable[..., tuple[int, str, str]]


def test_studies_are_exported_without_identities(
    command: Command, hospital: Client, tmp_path: Path
) -> None:
    studies = hospital.archive.studies()[:2]
    uids = [row["study_uid"] for row in studies]
    out, names, page = tmp_path / "out", tmp_path / "map.csv", tmp_path / "report.json"
    status, said, error = command(
        "archive", "export", *uids, "--out", str(out), "--map", str(names), "--report", str(page),
        "--options", "modified-dates,retain-patient-characteristics", "--project", "lung",
    )  # fmt: skip
    assert status == 0, error
    assert "of 2 studies" in said
    files = sorted(out.rglob("*.dcm"))
    report = json.loads(page.read_text("utf-8"))
    assert len(files) == report["instances"] == sum(row["instances"] for row in studies)
    for row in studies:
        for path in files:
            data = path.read_bytes()
            assert row["patient_id"].encode() not in data and row["study_uid"].encode() not in data
            assert row["patient_name"].partition("^")[0].encode() not in data
    assert dcmread(files[0]).PatientIdentityRemoved == "YES"
    assert all(row["patient_id"] in names.read_text("utf-8") for row in studies)
    assert os.name == "nt" or names.stat().st_mode & 0o777 == 0o600
    assert not hospital.exports.list(), "the archive keeps nothing of it"
    trail = hospital.audit.search(event="Export", patient_id=studies[0]["patient_id"])
    assert trail and trail[-1]["user"] == "pacsadmin"


def test_what_cannot_be_exported_is_said_before_anything_is_written(
    command: Command, hospital: Client, tmp_path: Path
) -> None:
    uid, out = hospital.archive.studies()[0]["study_uid"], tmp_path / "out"
    assert "retain-uids" in command("archive", "export", "--list-options")[1]
    assert command("archive", "export", uid)[0] == 2
    status, _, error = command("archive", "export", "1.2.3.9", "--out", str(out))
    assert status == 1 and "no study '1.2.3.9'" in error
    status, _, error = command("archive", "export", uid, "--out", str(out), "--options", "all")
    assert status == 2 and "no option 'all'" in error
    assert not out.exists()
    inside = ("--out", str(out), "--map", str(out / "map.csv"))
    status, _, error = command("archive", "export", uid, *inside)
    assert status == 2 and "beside the objects" in error and not out.exists()
    out.mkdir()
    (out / "old.txt").write_text("x", "utf-8")
    status, _, error = command("archive", "export", uid, "--out", str(out))
    assert status == 2 and "not empty" in error
