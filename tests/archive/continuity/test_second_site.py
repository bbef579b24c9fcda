"""The proof of a backup: at a second site the same 500 questions get the same answers."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from pydicom.dataset import Dataset

from simulator.errors import StatusError
from simulator.network import scu
from simulator.network.associate import Peer, associate, plain_context
from simulator.network.association import Association
from simulator.network.mllp import MllpServer
from simulator.network.mllp_client import MllpClient
from tests.archive import query_suite as suite
from tests.archive.support import CALLER, Lab, query, study, until
from tests.archive.support import lab as run_lab
from tests.hl7_support import message

_BACK: dict[str, tuple[str, ...]] = {
    "PATIENT": ("PatientID", "PatientName", "PatientBirthDate", "PatientSex"),
    "STUDY": ("StudyInstanceUID", "StudyDate", "AccessionNumber", "PatientName",
              "StudyDescription", "ModalitiesInStudy", "NumberOfStudyRelatedInstances"),
    "SERIES": ("SeriesInstanceUID", "Modality", "SeriesNumber", "SeriesDescription"),
    "IMAGE": ("SOPInstanceUID", "SOPClassUID", "InstanceNumber", "Rows", "ImageType"),
}  # fmt: skip


def questions(lab: Lab) -> Iterator[tuple[str, Dataset]]:
    """Yield queries of all levels and kinds of key, about what the first archive holds."""
    patients = sorted({row["patient_id"] for row in lab.archive.index.studies()})
    for row in lab.archive.index.studies():
        uid = row["study_uid"]
        for key, value in (
            ("StudyInstanceUID", uid), ("AccessionNumber", row["accession"]),
            ("StudyDate", row["date"]), ("StudyDate", f"-{row['date']}"),
            ("StudyDate", f"{row['date']}-"), ("AccessionNumber", f"{row['accession'][:1]}*"),
            ("PatientName", f"{row['patient_name'][:2]}*"), ("PatientName", row["patient_name"]),
            ("StudyDescription", "*head*"), ("ModalitiesInStudy", row["modalities"][0]),
        ):  # fmt: skip
            yield "study", asked("STUDY", **{key: value})
        for series in lab.archive.index.tree(uid):
            found = {"StudyInstanceUID": uid, "SeriesInstanceUID": series["series_uid"]}
            yield "study", asked("SERIES", StudyInstanceUID=uid, Modality=series["modality"])
            yield "study", asked("IMAGE", **found)
            for instance in series["instances"]:
                yield "study", asked("IMAGE", **found, SOPInstanceUID=instance["sop_uid"])
    for patient in patients:
        yield "patient", asked("PATIENT", PatientID=patient)
        yield "patient", asked("PATIENT", PatientID=f"{patient[:2]}*")
        yield "patient", asked("STUDY", PatientID=patient)


def asked(level: str, **keys: str) -> Dataset:
    ds = query(level, **dict.fromkeys(_BACK[level], ""))
    for keyword, value in keys.items():
        setattr(ds, keyword, value)
    if not all(value.isascii() for value in keys.values()):
        ds.SpecificCharacterSet = "ISO_IR 192"
    return ds


def answers(peer: Peer, asked_now: list[tuple[str, Dataset]]) -> list[Any]:
    """Return what an archive answers to each, or the status with which it refuses."""
    classes = {model: str(scu.MODELS[model, "find"]) for model in ("study", "patient")}
    with associate(peer, [plain_context(uid) for uid in classes.values()], CALLER) as association:
        return [_answers(association, ds, classes[model]) for model, ds in asked_now]


def _answers(association: Association, ds: Dataset, sop_class: str) -> Any:
    try:
        return [one.to_json_dict() for one in scu.find_on(association, ds, sop_class)]
    except StatusError as error:
        return error.sentence


def test_500_queries_have_equal_answers_and_all_files_equal_digests(tmp_path: Path) -> None:
    with run_lab(tmp_path / "one") as first, run_lab(tmp_path / "two") as second:
        suite.store(first.peer, CALLER)
        dates = {number: f"202604{number - 29:02}" for number in range(30, 55)}
        first.store(*[ds for n, day in dates.items() for ds in study(n, 3, StudyDate=day)])
        second.store(*study(99))
        made = first.archive.continuity.create("night", "test")
        second.archive.continuity.vault.take_over(first.archive.continuity.vault, made.name)
        second.archive.continuity.restore("night", "test")
        asked_now = list(questions(first))[:500]
        assert len(asked_now) == 500
        here, there = (answers(lab.peer, asked_now) for lab in (first, second))
        different = [q for q, a, b in zip(asked_now, here, there, strict=True) if a != b]
        assert different == []
        assert sum(bool(answer) for answer in here) > 400  # they were not all empty
        for row in first.archive.index.locate([]):
            data = second.archive.store.read(row.digest)
            assert hashlib.sha256(data).hexdigest() == row.digest
            assert data == first.archive.store.read(row.digest)
        (asked_for, got), (_, again) = (
            lab.get(StudyInstanceUID="1.2.3.30") for lab in (first, second)
        )
        assert asked_for.completed == 3 and got == again


_PID = "PID|1||T1^^^^MR||TEST^ANNA||19700101|F"


def hear(lab: Lab, number: int, kind: str, body: str) -> None:
    """Let an archive take one message of the RIS."""
    receive = lab.archive.interfaces.receiver.receive
    server = MllpServer(name="archive", host="127.0.0.1", port=0, receive=receive).start()
    with MllpClient("127.0.0.1", int(server.port)) as client:
        assert client.send(message(f"M{number}", kind, body, sender="RIS")).code == "AA"
    server.stop()


def test_orders_reports_and_the_reading_list_come_along_and_the_ris_is_said_not_to(
    tmp_path: Path,
) -> None:
    with run_lab(tmp_path / "one") as first, run_lab(tmp_path / "two") as second:
        for n in (1, 2):
            exam = f"OBR|1|P{n}|A{n}|CT^CT chest{'|' * 14}A{n}|RP{n}|SP{n}"
            said = f"{_PID}\nORC|NW|P{n}|A{n}||SC\n{exam}"
            hear(first, n, "ORM^O01", f"{said}\nZDS|1.2.3.{n}")
            completed = said.replace(f"NW|P{n}|A{n}||SC", f"SC|P{n}|A{n}||CM")
            hear(first, 10 + n, "ORM^O01", f"{completed}\nZDS|1.2.3.{n}")
            first.store(*study(n, PatientID="T1"))
        rooms = first.archive.interfaces, second.archive.interfaces
        until(lambda: len(rooms[0].reading_list()) == 2)
        hear(first, 20, "ORU^R01", f"{_PID}\nOBR|1|P2|A2|CT{'|' * 21}F\nOBX|1|TX|||Well.")
        made = first.archive.continuity.create("night", "test")
        second.archive.continuity.vault.take_over(first.archive.continuity.vault, made.name)
        second.archive.continuity.restore("night", "test")
        waiting, there = (room.reading_list() for room in rooms)
        assert [row["accession"] for row in waiting] == ["A1"] and there == waiting
        assert len(first.archive.orders.all()) == 2
        assert second.archive.orders.all() == first.archive.orders.all()
        assert [row["text"] for row in rooms[1].reports("A2")] == ["Well."]
        said = second.archive.continuity.verify("night", "test").facts()["not_in_it"]
        assert said[0].startswith("the RIS's own database")
