"""The worklist as other people's programs ask for it, and as another worklist server answers.

Every required matching key of PS3.4 Table K.6-1 is asked of ours and of DCMTK's wlmscpfs over the
same items; requests in the manner of dcm4che are written from the standard.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path

import pytest
from pydicom import dcmread
from pydicom.dataset import Dataset, FileMetaDataset
from pydicom.uid import ExplicitVRLittleEndian

from simulator.hospital.orders import Order
from simulator.hospital.ris import Ris
from simulator.hospital.worklist import entry_of
from simulator.network import scu
from simulator.network.associate import Caller, Peer
from simulator.people import Person
from tests import peers
from tests.net import free_port, wait_for_port

STEP = "ScheduledProcedureStepSequence"
PEOPLE = (
    ("M1", "SMITH^JANE"), ("M2", "SMITH^JOHN^A"), ("M3", "SMYTHE^ANN"), ("M12", "MÜLLER^EVA"),
)  # fmt: skip


@pytest.fixture
def items(ris: Ris) -> list[Order]:
    """Twelve steps over three days, two stations, four patients."""
    placed = []
    for n in range(12):
        number, name = PEOPLE[n % 4]
        who = Person(mrn=number, name=name, birth_date="19700101", sex="F")
        at = datetime(2026, 3, 1 + n % 3, 8 + n, 15 * (n % 4))
        code = ("CT-HEAD", "MR-BRAIN")[n % 2]
        placed.append(ris.book.place(code=code, person=who, scheduled=at, accession=f"A{n}"))
    ris.book.edit("A1", {"performing": "HOUSE^GREGORY"})
    return [ris.book.get(order.accession) for order in placed]


# What is asked for: top-level keys without a dot, keys of the step with one.
QUERIES: tuple[dict[str, str], ...] = (
    {},
    {".ScheduledStationAETitle": "CT1"},
    {".ScheduledStationAETitle": "CT9"},
    {".Modality": "MR"},
    {".ScheduledProcedureStepStartDate": "20260302"},
    {".ScheduledProcedureStepStartDate": "20260302-20260303"},
    {".ScheduledProcedureStepStartDate": "20260302-"},
    {".ScheduledProcedureStepStartDate": "-20260301"},
    {".ScheduledProcedureStepStartDate": "20260302", ".ScheduledProcedureStepStartTime": "-1200"},
    {".ScheduledProcedureStepStartTime": "100000-143000"},
    {".ScheduledPerformingPhysicianName": "HOUSE*"},
    {".ScheduledStationAETitle": "CT1", ".Modality": "CT",
     ".ScheduledProcedureStepStartDate": "20260301-20260302"},
    {"PatientName": "SMITH*"},
    {"PatientName": "SM?TH*"},
    {"PatientName": "SMITH^JANE"},
    {"PatientName": "*"},
    {"PatientID": "M1"},
    {"AccessionNumber": "A3"},
    {"AccessionNumber": "NONE"},
)  # fmt: skip
# Wild cards where the table asks for single values only: ours takes them, wlmscpfs does not.
MORE: tuple[dict[str, str], ...] = ({"PatientID": "M?"}, {"AccessionNumber": "A1?"})


def request(keys: dict[str, str]) -> Dataset:
    """Return a query with every required return key, and these values to match."""
    ds, step = Dataset(), Dataset()
    for keyword in ("PatientName", "PatientID", "AccessionNumber", "RequestedProcedureID",
                    "StudyInstanceUID", "PatientBirthDate", "PatientSex"):  # fmt: skip
        setattr(ds, keyword, keys.get(keyword, ""))
    for keyword in ("ScheduledStationAETitle", "ScheduledProcedureStepStartDate",
                    "ScheduledProcedureStepStartTime", "Modality",
                    "ScheduledPerformingPhysicianName", "ScheduledProcedureStepID"):  # fmt: skip
        setattr(step, keyword, keys.get(f".{keyword}", ""))
    ds.ScheduledProcedureStepSequence = [step]
    return ds


def answers(peer: Peer, keys: dict[str, str]) -> dict[str, Dataset]:
    caller = Caller(ae="CT1")
    found = scu.find(peer, request(keys), caller, model="worklist")
    return {str(ds.AccessionNumber): ds for ds in found}


@contextmanager
def wlmscpfs(orders: list[Order], folder: Path) -> Iterator[Peer]:
    """DCMTK's worklist server with these items."""
    place, port = folder / "wl" / "OTHER", free_port()
    place.mkdir(parents=True)
    (place / "lockfile").touch()
    for order in orders:
        entry = entry_of(order)
        entry.file_meta = FileMetaDataset()
        entry.file_meta.TransferSyntaxUID = ExplicitVRLittleEndian
        entry.save_as(place / f"{order.accession}.wl", enforce_file_format=False)
    program = peers.peer("wlmscpfs")
    with peers.background(program, "-dfp", folder / "wl", "-dfr", port, grace=0):
        wait_for_port(port)
        yield Peer(ae="OTHER", host="127.0.0.1", port=port)


@pytest.mark.peer("wlmscpfs")
def test_we_answer_as_wlmscpfs_does(
    ris: Ris, peer_of: Peer, items: list[Order], tmp_path: Path
) -> None:
    with wlmscpfs(items, tmp_path) as other:
        for keys in (*QUERIES, {"RequestedProcedureID": items[4].requested_procedure_id}):
            ours, theirs = answers(peer_of, keys), answers(other, keys)
            assert sorted(ours) == sorted(theirs), keys
            for accession, ds in ours.items():
                assert _values(ds) == _values(theirs[accession]), (keys, accession)


def _values(ds: Dataset) -> dict[str, str]:
    step = ds.ScheduledProcedureStepSequence[0]
    plain = {e.keyword: str(e.value) for e in ds if e.VR not in ("SQ",)}
    plain.pop("SpecificCharacterSet", None)
    plain.pop("QueryRetrieveLevel", None)
    return plain | {f".{e.keyword}": str(e.value) for e in step}


def test_a_date_range_and_a_time_range_are_one_range(
    ris: Ris, peer_of: Peer, items: list[Order]
) -> None:
    """PS3.4 Table K.6-1: from the first day's first time to the last day's last time."""
    keys = {".ScheduledProcedureStepStartDate": "20260301-20260303",
            ".ScheduledProcedureStepStartTime": "1700-0930"}  # fmt: skip
    expected = {
        order.accession
        for order in items
        if datetime(2026, 3, 1, 17) <= order.scheduled <= datetime(2026, 3, 3, 9, 30, 59)
    }
    assert set(answers(peer_of, keys)) == expected and len(expected) == 5


@pytest.mark.peer("findscu")
@pytest.mark.parametrize("keys", [*QUERIES, *MORE])
def test_findscu_asks_for_every_required_key(
    ris: Ris, peer_of: Peer, items: list[Order], tmp_path: Path, keys: dict[str, str]
) -> None:
    sent = request(keys)
    words = [f"{e.keyword}={e.value}" for e in sent if e.VR != "SQ"]
    words += [f"(0040,0100)[0].{e.keyword}={e.value}" for e in sent[STEP].value[0]]
    done = peers.run(
        peers.peer("findscu"), "-W", "-aet", "CT1", "-aec", "RISLAB", "-X", "-od", tmp_path,
        *[part for word in words for part in ("-k", word)], peer_of.host, peer_of.port,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout
    files = [dcmread(path, force=True) for path in tmp_path.glob("rsp*.dcm")]
    assert {str(ds.AccessionNumber) for ds in files} == set(answers(peer_of, keys))
    for ds in files:
        assert ds.StudyInstanceUID and ds[STEP].value[0].ScheduledProcedureStepID


def dcm4che_style(station: str, day: str) -> Dataset:
    """A modality's request as dcm4che's tools write it: the whole of Table K.6-1, in order."""
    ds, step = Dataset(), Dataset()
    ds.SpecificCharacterSet = "ISO_IR 100"
    for keyword in ("AccessionNumber", "ReferringPhysicianName", "PatientName", "PatientID",
                    "PatientBirthDate", "PatientSex", "PatientWeight", "MedicalAlerts",
                    "Allergies", "PregnancyStatus", "StudyInstanceUID", "RequestingPhysician",
                    "RequestedProcedureDescription", "AdmissionID", "SpecialNeeds",
                    "CurrentPatientLocation", "PatientState", "RequestedProcedureID",
                    "RequestedProcedurePriority", "PatientTransportArrangements",
                    "ConfidentialityConstraintOnPatientDataDescription"):  # fmt: skip
        setattr(ds, keyword, None)
    for keyword in ("ReferencedStudySequence", "ReferencedPatientSequence",
                    "RequestedProcedureCodeSequence"):  # fmt: skip
        setattr(ds, keyword, [])
    for keyword in ("RequestedContrastAgent", "ScheduledProcedureStepDescription",
                    "ScheduledProcedureStepStartTime", "ScheduledPerformingPhysicianName",
                    "PreMedication", "ScheduledProcedureStepID", "ScheduledStationName",
                    "ScheduledProcedureStepLocation", "ScheduledProcedureStepStatus"):  # fmt: skip
        setattr(step, keyword, None)
    step.ScheduledStationAETitle, step.ScheduledProcedureStepStartDate = station, day
    step.Modality, step.ScheduledProtocolCodeSequence = "CT", []
    ds.ScheduledProcedureStepSequence = [step]
    return ds


def test_a_request_with_every_attribute_of_the_table(
    ris: Ris, peer_of: Peer, items: list[Order]
) -> None:
    """Everything that was asked for comes back, so that no optional key is said to be missing."""
    query = dcm4che_style("CT1", "20260301")
    found = list(scu.find(peer_of, query, Caller(ae="CT1"), model="worklist"))
    assert {str(ds.AccessionNumber) for ds in found} == {"A0", "A6"}
    for ds in found:
        assert {e.keyword for e in query} <= {e.keyword for e in ds}
        step = ds[STEP].value[0]
        assert {e.keyword for e in query[STEP].value[0]} <= {e.keyword for e in step}
        assert step.ScheduledProtocolCodeSequence[0].CodeValue == "head"
        assert ds.RequestedProcedureCodeSequence[0].CodeValue == "CT-HEAD"


def test_universal_matching_in_every_form(ris: Ris, peer_of: Peer, items: list[Order]) -> None:
    """Absent, zero-length and '*' say the same; so do an empty sequence and an empty item."""
    forms: list[Dataset] = []
    for step in (None, [], [Dataset()]):
        for name in (None, "", "*"):
            ds = Dataset()
            ds.AccessionNumber = ""
            if name is not None:
                ds.PatientName = name
            if step is not None:
                ds.ScheduledProcedureStepSequence = step
            forms.append(ds)
    for ds in forms:
        assert len(list(scu.find(peer_of, ds, Caller(ae="CT1"), model="worklist"))) == 12
