"""The fix-up desk over HTTP."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest

from simulator.archive.admin import Admin
from simulator.web import WebServer, build_app
from tests.archive.fixup.desk import everything, study_of
from tests.archive.support import Lab, study, until
from tests.archive.support import lab as run_lab

TOKEN = "the instructor's own"
UID = "/api/studies/1.2.3.1"


class Api:
    """The admin API of an archive that runs."""

    def __init__(self, lab: Lab) -> None:
        self.lab = lab
        admin = Admin(lab.archive, lab.reader, TOKEN)
        self.web = WebServer(
            build_app("archive", admin.routes(), admin.authenticate), "127.0.0.1", 0, "test"
        ).start()
        self.client = httpx.Client(
            base_url=f"http://127.0.0.1:{self.web.port}", trust_env=False, timeout=20
        )

    def post(self, path: str, token: str = TOKEN, **body: Any) -> tuple[int, Any]:
        headers = {"Authorization": f"Bearer {token}", "X-Pacslab-Actor": "eva"}
        answer = self.client.post(path, json=body, headers=headers)
        return answer.status_code, answer.json()

    def get(self, path: str, token: str = TOKEN) -> Any:
        answer = self.client.get(path, headers={"Authorization": f"Bearer {token}"})
        assert answer.status_code == 200, answer.text
        return answer.json()

    def user(self, role: str, **facts: Any) -> str:
        users = self.lab.archive.users
        users.add({"name": f"a.{role}", "role": role, **facts}, "long enough 1", "test")
        return users.login(f"a.{role}", "long enough 1")


@contextmanager
def running(folder: Path) -> Iterator[Api]:
    """Run an archive with two studies, and its API."""
    with run_lab(folder) as lab:
        lab.store(*study(1, 2), *study(2, 1, PatientName="Bolt^Bea"))
        until(lambda: not [s for s in lab.archive.index.studies() if s["order_state"] == "new"])
        made = Api(lab)
        yield made
        made.client.close()
        made.web.stop()


@pytest.fixture
def api(tmp_path: Path) -> Iterator[Api]:
    with running(tmp_path) as made:
        yield made


@pytest.fixture(scope="module")
def untouched(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Api]:
    with running(tmp_path_factory.mktemp("untouched")) as made:
        yield made


def test_preview_do_undo_by_http(api: Api) -> None:
    before = everything(api.lab)
    body = {"values": {"StudyDescription": "CT abdomen"}}
    status, shown = api.post(f"{UID}/edit", preview=True, **body)
    assert (status, shown["preview"]["objects"]) == (200, 2)
    assert everything(api.lab) == before
    status, done = api.post(f"{UID}/edit", **body)
    assert (status, done["instances"], done["change"]) == (200, 2, 1)
    (change,) = api.get("/api/changes")
    assert (change["by"], change["state"], change["kind"]) == ("eva", "done", "edit")
    assert len(api.get("/api/changes/1")["objects"]) == 2
    status, shown = api.post("/api/changes/1/undo", preview=True)
    assert shown["preview"]["changes"][0]["after"] == "CT chest"
    assert api.post("/api/changes/1/undo")[0] == 200
    assert everything(api.lab) == before


def test_reject_show_restore_purge_by_http(api: Api) -> None:
    assert api.post(f"{UID}/reject", code="113037", comment="wrong side")[0] == 200
    assert {row["code"] for row in api.get("/api/rejected?study_uid=1.2.3.1")} == {"113037"}
    assert api.post(f"{UID}/reject", code="113037")[0] == 409
    assert api.post(f"{UID}/restore", preview=True)[1]["preview"][0]["objects"] == 3
    assert api.post(f"{UID}/restore")[0] == 200
    assert api.post(f"{UID}/restore")[0] == 409
    assert api.post(f"{UID}/purge")[0] == 409
    api.post(f"{UID}/reject", code="113038", instances=["1.2.3.1.1.2"])
    assert api.get(UID)["rejected"][0]["sop_uid"] == "1.2.3.1.1.2"
    assert api.post(f"{UID}/purge") == (200, {"ok": True, "instances": 2})
    (told,) = api.lab.told("study.purged")
    assert told.facts["by"] == "eva"
    assert study_of(api.lab)["instances"] == 1


def test_merge_and_unmerge_by_http(api: Api) -> None:
    before = everything(api.lab)
    assert api.post("/api/patients/merge", retired="T1", survivor="T1")[0] == 409
    _, shown = api.post("/api/patients/merge", retired="T2", survivor="T1", preview=True)
    assert "1 studies move from T2 to T1" in shown["preview"]["text"]
    assert api.post("/api/patients/merge", retired="T2", survivor="T1")[0] == 200
    assert [row["studies"] for row in api.get("/api/patients?text=T1")] == [2]
    assert api.post("/api/patients/unmerge", retired="T2")[0] == 200
    assert everything(api.lab) == before
    assert api.post("/api/patients/unmerge", retired="T2")[0] == 404
    assert api.post("/api/patients/change-id", patient="T2", new="T1")[0] == 409
    assert api.post("/api/patients/change-id", patient="T2", new="T9")[0] == 200


@pytest.mark.parametrize(
    ("path", "body", "status"),
    [
        (f"{UID}/edit", {}, 400),
        (f"{UID}/edit", {"values": {"Rows": "1"}}, 400),
        (f"{UID}/edit", {"values": {"StudyID": "1"}, "preview": "maybe"}, 400),
        (f"{UID}/link", {"accession": "NONE"}, 404),
        (f"{UID}/move-series", {"to": "1.2.3.1", "series": ["1.2.3.1.1"]}, 409),
        (f"{UID}/move-series", {"to": "1.2.3.2", "series": [7]}, 400),
        (f"{UID}/move-series", {"to": "1.2.3.2"}, 400),
        (f"{UID}/split", {"series": ["1.2.3.1.1"]}, 409),
        (f"{UID}/reject", {"code": "113000"}, 400),
        (f"{UID}/reject", {"code": 113037}, 400),
        (f"{UID}/unlink", {}, 409),
        ("/api/studies/1.9/edit", {"values": {"StudyID": "1"}}, 404),
        ("/api/studies/1.9/reject", {"code": "113037"}, 404),
        ("/api/patients/merge", {"retired": "T1", "survivor": "T9"}, 404),
        ("/api/patients/merge", {"retired": "", "survivor": "T1"}, 400),
        ("/api/patients/change-id", {"patient": "T1", "new": "a\\b"}, 400),
        ("/api/changes/7/undo", {}, 404),
        ("/api/changes/x/undo", {}, 400),
    ],
)
def test_bad_input_is_refused_whole(
    untouched: Api, path: str, body: dict[str, Any], status: int
) -> None:
    api = untouched
    before, files = everything(api.lab), api.lab.files()
    found, said = api.post(path, **body)
    assert found == status and said["error"][-1] in ".?", said
    assert (everything(api.lab), api.lab.files()) == (before, files)
    assert api.get("/api/changes") == []


def test_problems_with_their_ages_and_candidates(api: Api) -> None:
    found = api.get("/api/problems")
    counts = {row["kind"]: row["count"] for row in found["counts"]}
    assert counts == {"unmatched": 2, "conflict": 0, "duplicate": 0, "quarantine": 0}
    assert {row["what"] for row in found["rows"]} == {"1.2.3.1", "1.2.3.2"}
    api.lab.store(*study(3, 1, AccessionNumber="A1"))
    until(lambda: study_of(api.lab, "1.2.3.3")["order_state"] == "unmatched")
    counts = {row["kind"]: row["count"] for row in api.get("/api/problems")["counts"]}
    assert (counts["unmatched"], counts["duplicate"]) == (3, 2)
    assert api.get(f"{UID}/candidates") == []


def test_who_may_not_see_all_of_a_patient_does_not_correct_it(api: Api) -> None:
    """A patient's attributes and identifiers change in all studies, closed ones included."""
    labels = api.lab.archive.labels
    labels.put("staff", {"description": "staff", "restricted": True})
    api.lab.store(*study(5, 1, PatientID="T1"))
    token = api.user("qc")
    assert api.post(f"{UID}/edit", token, values={"PatientSex": "M"}, preview=True)[0] == 200
    labels.give("1.2.3.5", "staff", "test")
    assert api.post(f"{UID}/edit", token, values={"PatientSex": "M"})[0] == 403
    assert api.post(f"{UID}/edit", token, values={"StudyID": "7"})[0] == 200
    assert api.post("/api/patients/merge", token, retired="T1", survivor="T2")[0] == 403
    number = api.post("/api/studies/1.2.3.5/edit", values={"StudyID": "8"})[1]["change"]
    assert number not in [row["number"] for row in api.get("/api/changes", token)]
    assert api.post(f"/api/changes/{number}/undo", token)[0] == 404


def test_a_technologist_rejects_nothing_and_only_an_administrator_purges(api: Api) -> None:
    technologist, qc = api.user("technologist"), api.user("qc")
    assert api.post(f"{UID}/reject", technologist, code="113037")[0] == 403
    assert api.post(f"{UID}/reject", qc, code="113037")[0] == 200
    assert api.post(f"{UID}/purge", qc)[0] == 403


def test_a_patient_may_be_named_without_the_issuer_while_it_is_clear(api: Api) -> None:
    ours = {"PatientID": "N1", "IssuerOfPatientID": "OURS"}
    api.lab.store(*study(7, 1, **ours), *study(8, 1, PatientID="N2", IssuerOfPatientID="OURS"))
    merge = {"retired": "N1", "survivor": "N2"}
    status, same = api.post("/api/patients/merge", retired="N1", survivor="N1")
    assert (status, same["error"]) == (409, "A patient is not merged with itself.")
    status, shown = api.post("/api/patients/merge", preview=True, **merge)
    assert status == 200
    assert "(N1 (OURS)) disappears into" in shown["preview"]["text"]
    assert api.post("/api/patients/merge", **merge)[0] == 200
    assert api.post("/api/patients/unmerge", retired="N1")[0] == 200
    status, done = api.post("/api/patients/change-id", patient="N1", new="N3")
    assert status == 200 and "N3 (OURS)" in done["text"]  # a new number, the same house
    api.lab.store(*study(9, 1, PatientID="N2", IssuerOfPatientID="THEIRS"))
    status, said = api.post("/api/patients/merge", retired="N2", survivor="N3")
    assert (status, "issued by OURS and THEIRS" in said["error"]) == (400, True)
