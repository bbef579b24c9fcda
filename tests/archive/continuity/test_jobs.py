"""Long work on backups as jobs: begun at once, followed to the end, and failing with its reason."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any

import pytest

from simulator.archive.continuity.jobs import Jobs, Progress
from simulator.archive.continuity.vault import Vault
from simulator.errors import CannotError, RefusedError
from tests.archive.nonsense import Call, served
from tests.archive.support import Lab, study, until

Over = Callable[[int], dict[str, Any]]


def followed(call: Call, method: str, path: str, **body: Any) -> dict[str, Any]:
    """Begin a job over HTTP, wait for its end and return it."""
    begun = call(method, path, {**body, "begin": True})
    assert begun.status_code == 200 and "result" not in begun.json()
    number = begun.json()["number"]
    until(lambda: call("GET", "/api/backup-jobs").json()[number - 1]["state"] != "running", 20)
    found: dict[str, Any] = call("GET", f"/api/backup-jobs/{number}").json()
    return found


def test_every_long_work_is_a_job_with_the_result_of_the_direct_call(lab: Lab) -> None:
    lab.archive.integrity.wait()
    lab.store(*study(1, 3), *study(2, 2))
    with served(lab, "mtr.ann") as call:
        made = followed(call, "POST", "/api/backups", name="night")
        assert made["result"] == call("GET", "/api/backups/night").json()
        assert (made["what"], made["by"], made["done"], made["of"]) == ("backup", "mtr.ann", 5, 5)
        verified = followed(call, "POST", "/api/backups/night/verify")
        assert verified["result"] == call("POST", "/api/backups/night/verify", {}).json()
        assert (verified["done"], verified["of"]) == (5, 5)
        lab.archive.index.delete_study("1.2.3.1")
        back = followed(call, "POST", "/api/backups/night/restore")
        assert back["result"]["studies"] == 2 and (back["done"], back["of"]) == (10, 10)
        assert lab.archive.index.counts()["instances"] == 5
        undone = followed(call, "POST", "/api/restores/undo", sure=True)
        assert undone["result"]["instances"] == 2 == lab.archive.index.counts()["instances"]
        lab.archive.continuity.restore("night", "test")
        assert followed(call, "POST", "/api/rebuild", sure=True)["result"]["entered"] == 5
        whats = [row["what"] for row in call("GET", "/api/backup-jobs").json()]
        assert whats == ["backup", "verify", "restore", "undo", "rebuild"]


def test_a_job_fails_with_the_status_and_sentence_of_the_direct_call(lab: Lab) -> None:
    with served(lab, "mtr.ann") as call:
        begun = call("POST", "/api/backups/none/restore", {"begin": True}).json()["number"]
        lab.archive.continuity.jobs.wait()
        failed, direct = (
            call("GET", f"/api/backup-jobs/{begun}"), call("POST", "/api/backups/none/restore", {})
        )  # fmt: skip
        assert failed.status_code == direct.status_code == 404
        assert failed.json() == direct.json()
        (row,) = call("GET", "/api/backup-jobs").json()
        assert (row["state"], row["note"]) == ("failed", direct.json()["error"])
        assert call("GET", "/api/backup-jobs/99").status_code == 404


def test_an_answer_comes_while_the_backup_still_runs(
    lab: Lab, monkeypatch: pytest.MonkeyPatch
) -> None:
    lab.store(*study(1, 2))
    held, add = threading.Event(), Vault.add

    def slow(vault: Vault, *arguments: Any) -> bool:
        held.wait(20)
        return add(vault, *arguments)

    monkeypatch.setattr(Vault, "add", slow)
    with served(lab, "mtr.ann") as call:
        number = call("POST", "/api/backups", {"begin": True}).json()["number"]
        running = call("GET", f"/api/backup-jobs/{number}").json()
        assert (running["state"], running["result"]) == ("running", None)
        assert call("GET", "/api/backups").json() == []
        held.set()
        lab.archive.continuity.jobs.wait()
        done = call("GET", f"/api/backup-jobs/{number}").json()
        assert (done["state"], done["result"]["files"]) == ("done", 2)


def test_a_bug_is_journalled_and_only_the_last_jobs_are_remembered() -> None:
    bugs: list[str] = []
    jobs = Jobs(lambda: "2026-03-02T09:30:00", bugs.append)

    def broken(told: Progress) -> dict[str, Any]:
        raise ZeroDivisionError("by nought")

    number = jobs.begin("verify", "night", "eva", broken).number
    jobs.wait()
    with pytest.raises(CannotError, match="met a bug"):
        jobs.get(number)
    assert bugs == ["verify of a backup: ZeroDivisionError: by nought"]
    for _ in range(60):
        jobs.begin("verify", "night", "eva", lambda told: {})
        jobs.wait()
    with pytest.raises(RefusedError, match="no job 1 "):
        jobs.get(number)
    assert len(jobs.all()) <= 51
