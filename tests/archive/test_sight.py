"""Row-level rights and emergency access: over REST, DICOMweb and DICOM alike."""

from __future__ import annotations

import base64
from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from simulator.archive.admin import Admin
from simulator.archive.dicomweb.app import PATH, DicomWeb
from simulator.errors import RefusedError, UsageError
from simulator.network import scu
from simulator.network.associate import Caller
from simulator.network.mllp import Piece
from simulator.network.negotiation import Identity
from simulator.web import WebServer, build_app
from tests.archive.support import Lab, query, study
from tests.hl7_support import message

PASSWORD = "long enough 1"


class Http:
    """The archive's HTTP doors, as one user or another."""

    def __init__(self, lab: Lab) -> None:
        admin = Admin(lab.archive, lab.reader, "instructor's")
        app = build_app("archive", admin.routes(), admin.authenticate)
        app.mount(PATH, DicomWeb(lab.archive, admin.authenticate).app())
        self.web = WebServer(app, "127.0.0.1", 0, "test").start()
        self.client = httpx.Client(base_url=f"http://127.0.0.1:{self.web.port}", trust_env=False)

    def call(self, user: str, method: str, path: str, body: Any = None) -> httpx.Response:
        secret = base64.b64encode(f"{user}:{PASSWORD}".encode()).decode()
        headers = {"Authorization": f"Basic {secret}"}
        if path.startswith("/api"):
            said = self.client.post("/api/login", json={"user": user, "password": PASSWORD})
            headers = {"Authorization": f"Bearer {said.json()['token']}"}
        return self.client.request(method, path, json=body, headers=headers)

    def seen(self, user: str) -> set[str]:
        return {row["study_uid"] for row in self.call(user, "GET", "/api/studies").json()}


@pytest.fixture
def http(lab: Lab) -> Iterator[Http]:
    lab.store(*study(1), *study(2, Modality="CT"), *study(3))
    users, labels = lab.archive.users, lab.archive.labels
    labels.put("Cardiology", {"rules": ["patient_id=T2"]})
    labels.put("Staff records", {"restricted": True})
    labels.give("1.2.3.3", "Staff records", "test")
    users.add({"name": "all", "role": "radiologist"}, PASSWORD, "test")
    users.add({"name": "card", "role": "viewer", "labels": ["Cardiology"]}, PASSWORD, "test")
    users.add({"name": "staff", "role": "viewer", "labels": ["Staff records"]}, PASSWORD, "test")
    users.add({"name": "audit", "role": "auditor"}, PASSWORD, "test")
    made = Http(lab)
    yield made
    made.client.close()
    made.web.stop()


def test_each_sees_its_own_over_rest(http: Http) -> None:
    assert http.seen("all") == {"1.2.3.1", "1.2.3.2"}  # a restricted label hides the third
    assert http.seen("card") == {"1.2.3.2"}
    assert http.seen("staff") == {"1.2.3.3"}
    assert http.call("card", "GET", "/api/studies/1.2.3.1").status_code == 404
    assert http.call("card", "GET", "/api/instances/1.2.3.1.1.1/file").status_code == 404
    assert http.call("card", "GET", "/api/instances/1.2.3.2.1.1/file").status_code == 200


def test_each_sees_its_own_over_dicomweb(http: Http) -> None:
    def found(user: str, what: str = "studies") -> set[str]:
        rows = http.call(user, "GET", f"/dicom-web/{what}").json()
        return {row["0020000D"]["Value"][0] for row in rows}

    assert found("all") == {"1.2.3.1", "1.2.3.2"} and found("all", "instances") == found("all")
    assert found("card") == {"1.2.3.2"} == found("card", "series")
    assert http.call("card", "GET", "/dicom-web/studies/1.2.3.2").status_code == 200
    for path in ("studies/1.2.3.1", "studies/1.2.3.1/metadata", "studies/1.2.3.1/thumbnail"):
        assert http.call("card", "GET", f"/dicom-web/{path}").status_code == 404


def test_what_belongs_to_hidden_studies_is_hidden_too(http: Http, lab: Lab) -> None:
    """Orders, messages and reports would name whom the studies do not show."""
    for n in (1, 2, 3):
        _receive(lab, message(f"O{n}", "ORM^O01", _order(n)))
        read = f"OBR|1|P{n}|A{n}|CT^Chest||||||||||||||A{n}|||||||F\nOBX|1|TX|R||Well.||||||F"
        report = f"PID|1||T{n}\n{read}"
        _receive(lab, message(f"R{n}", "ORU^R01", report))

    def told(user: str, what: str) -> set[str]:
        rows = http.call(user, "GET", f"/api/{what}").json()
        return {row["accession"] for row in rows}

    for what in ("orders", "reports", "messages"):
        assert told("all", what) == {"A1", "A2"}
        assert told("card", what) == {"A2"} and told("staff", what) == {"A3"}
    number = lab.archive.interfaces.log.find(accession="A3")[0]["number"]
    assert http.call("all", "GET", f"/api/messages/{number}").status_code == 404
    assert http.call("staff", "GET", f"/api/messages/{number}").status_code == 200
    body = {"patient_id": "T3", "reason": "trauma call, patient in the CT"}
    http.call("all", "POST", "/api/emergencies", body)
    assert told("all", "orders") == {"A1", "A2", "A3"}


def test_a_closed_record_is_closed_before_its_first_study(http: Http, lab: Lab) -> None:
    lab.archive.labels.put("VIP", {"restricted": True, "rules": ["patient_id=T9"]})
    _receive(lab, message("O9", "ORM^O01", _order(9)))
    assert lab.archive.orders.all()
    assert not http.call("all", "GET", "/api/orders").json()


def _order(n: int) -> str:
    facts = f"OBR|1|P{n}|A{n}|CT^Chest||||||||||||||A{n}|RP{n}|SP{n}\nZDS|1.2.3.{n}"
    return f"PID|1||T{n}||DOE^JANE||19700131|F\nORC|NW|P{n}|A{n}||SC\n{facts}"


def _receive(lab: Lab, raw: bytes) -> None:
    (answer,) = lab.archive.interfaces.receiver.receive(Piece("message", raw), "test")
    assert b"|AA|" in answer, answer


def test_each_sees_its_own_over_dicom(http: Http, lab: Lab) -> None:
    lab.set("dicom.user_identity", "optional")

    def found(user: str, level: str = "STUDY", model: str = "study") -> set[str]:
        key = "PatientID" if level == "PATIENT" else "StudyInstanceUID"
        caller = Caller(ae="CT1", identity=Identity(user=user, passcode=PASSWORD))
        answers = scu.find(lab.peer, query(level, **{key: None}), caller, model=model)
        return {str(ds[key].value) for ds in answers}

    assert found("card") == {"1.2.3.2"}
    assert found("all") == {"1.2.3.1", "1.2.3.2"}
    assert found("card", "PATIENT", "patient") == {"T2"}
    assert len(lab.find("STUDY", StudyInstanceUID=None)) == 3  # a node without a user: its rights


def test_breaking_the_glass_opens_one_record_for_a_while(http: Http, lab: Lab) -> None:
    body = {"patient_id": "T3", "reason": "trauma call, patient in the CT"}
    assert http.call("card", "POST", "/api/emergencies", body).status_code == 403  # no such right
    assert http.call("all", "POST", "/api/emergencies", body).status_code == 200
    assert http.seen("all") == {"1.2.3.1", "1.2.3.2", "1.2.3.3"}
    (entry,) = lab.told("access.emergency")
    assert (entry.facts["user"], entry.facts["patient_id"]) == ("all", "T3")
    with lab.archive.database.write() as db:
        db.exec_driver_sql("update emergencies set until = 1")
    assert http.seen("all") == {"1.2.3.1", "1.2.3.2"}


def test_each_emergency_waits_for_a_finding_of_somebody_else(lab: Lab) -> None:
    emergencies = lab.archive.emergencies
    made = emergencies.open("eva", "T1", "patient collapsed in the ward", "127.0.0.1")
    assert [row["number"] for row in emergencies.all(waiting=True)] == [made["number"]]
    with pytest.raises(RefusedError, match="one's own"):
        emergencies.review(made["number"], "justified", "", "eva")
    with pytest.raises(UsageError, match="no finding"):
        emergencies.review(made["number"], "fine", "", "dpo")
    emergencies.review(made["number"], "not justified", "no order, no ward", "dpo")
    with pytest.raises(RefusedError, match="already"):
        emergencies.review(made["number"], "justified", "", "boss")
    assert emergencies.all(waiting=True) == []
    assert lab.told("access.reviewed")[0].facts["finding"] == "not justified"


@pytest.mark.parametrize(("patient", "reason"), [("T1", ""), ("T1", "urgent"), ("", "a" * 30)])
def test_no_emergency_without_patient_and_reason(lab: Lab, patient: str, reason: str) -> None:
    with pytest.raises(UsageError):
        lab.archive.emergencies.open("eva", patient, reason, "")
    assert lab.archive.emergencies.all() == []


@pytest.mark.parametrize(
    "facts",
    [{"rules": ["colour=red"]}, {"rules": "modality=CT"}, {"rules": ["modality="]},
     {"restricted": "yes"}, {"description": 1}, {"size": 1}],
)  # fmt: skip
def test_labels_that_are_none(lab: Lab, facts: dict[str, Any]) -> None:
    with pytest.raises(UsageError):
        lab.archive.labels.put("A", facts)
    assert lab.archive.labels.all() == []


def test_a_label_somebody_is_limited_to_stays(http: Http, lab: Lab) -> None:
    with pytest.raises(RefusedError, match="limits what card sees"):
        lab.archive.labels.remove("Cardiology")
    lab.archive.users.change("card", {"labels": []}, "test")
    lab.archive.labels.remove("Cardiology")
    assert lab.archive.labels.of("1.2.3.2") == []
