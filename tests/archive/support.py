"""A real archive on a free port, what to send to it, and ways to ask it: for tests."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from hashlib import sha256
from pathlib import Path
from typing import Any

from pydicom.dataset import Dataset
from pydicom.uid import CTImageStorage, ExplicitVRLittleEndian, generate_uid
from pynetdicom.presentation import build_context
from pynetdicom.sop_class import (  # type: ignore[attr-defined]
    StudyRootQueryRetrieveInformationModelFind as FIND,
)

from simulator.archive.archive import Address, Archive
from simulator.archive.attributes import read_header
from simulator.archive.index import Location
from simulator.archive.nodes import Node
from simulator.clock import Clock, ClockKeeper
from simulator.journal import Entry, Journal, JournalReader
from simulator.network import command as cmd
from simulator.network import scu
from simulator.network.associate import PLAIN, Caller, Peer, associate, context_for, send_store
from simulator.network.association import Association, Context, Message
from simulator.network.dimse import decode_dataset, encode_dataset

ADMIN = ("pacsadmin", "correct horse battery")
CALLER = Caller(ae="CT1")
PIXELS = bytes(range(256)) * 32


class Lab:
    """An archive that runs, and its journal."""

    def __init__(
        self, folder: Path, clock: Clock, nodes: Sequence[Node] = (), database: str = ""
    ) -> None:
        """Open an archive below `folder` and let in the nodes named, CT1 and WS1."""
        self.journal = Journal(folder / "journal", "archive", clock)
        self.reader = JournalReader(folder / "journal")
        address = Address(host="127.0.0.1", port=0)
        self.archive = Archive(folder / "archive", address, clock, self.journal, database=database)
        if self.archive.database.is_new:
            known = [Node(ae="CT1"), Node(ae="WS1"), *nodes]
            self.archive.provision(known, [], ADMIN)
        self.port = int(self.archive.server.port)
        self.peer = Peer(ae="PACSLAB", host="127.0.0.1", port=self.port)

    def store(self, *objects: Dataset, syntax: str = ExplicitVRLittleEndian) -> list[int]:
        """Send data sets over one association; return their statuses."""
        with self.open(*{ds.SOPClassUID for ds in objects}, syntax=syntax) as association:
            return [store_on(association, ds, syntax=syntax) for ds in objects]

    def enter(self, *objects: Dataset) -> None:
        """Enter data sets in the index only: quick, where no file is looked at."""
        for ds in objects:
            data = encode_dataset(ds, ExplicitVRLittleEndian)
            header = read_header([data], ExplicitVRLittleEndian)
            place = Location(
                sop_uid=ds.SOPInstanceUID,
                sop_class=ds.SOPClassUID,
                transfer_syntax=ExplicitVRLittleEndian,
                digest=sha256(data).hexdigest(),
                offset=0,
                size=len(data),
                study_uid=ds.StudyInstanceUID,
                series_uid=ds.SeriesInstanceUID,
            )
            self.archive.index.file(header, place, "CT1", "2026-03-02T07:00:00", replace=False)

    @contextmanager
    def open(
        self,
        *sop_classes: str,
        syntax: str | list[Any] = ExplicitVRLittleEndian,
        caller: Caller = CALLER,
    ) -> Iterator[Association]:
        """Open an association for these SOP classes."""
        contexts = [build_context(uid, syntax) for uid in sop_classes or (CTImageStorage,)]
        with associate(self.peer, contexts, caller) as association:
            yield association

    def find(self, level: str = "STUDY", *, model: str = "study", **keys: Any) -> list[Dataset]:
        """Return the answers to a query."""
        return list(scu.find(self.peer, query(level, **keys), CALLER, model=model))

    def get(self, level: str = "STUDY", **keys: Any) -> tuple[scu.Retrieved, list[Dataset]]:
        """Fetch with C-GET, in whatever the archive has."""
        got: list[Dataset] = []

        def receive(message: Message) -> int:
            got.append(decode_dataset(message.data, message.context.transfer_syntax))
            return 0

        storage = [build_context(CTImageStorage, PLAIN)]
        return scu.get(self.peer, query(level, **keys), receive, storage, CALLER), got

    def set(self, key: str, value: Any) -> None:
        """Change a setting."""
        self.archive.settings.set(key, value)

    def told(self, kind: str = "") -> list[Entry]:
        """Return the journal's entries of this kind."""
        return self.reader.entries(kind)

    def files(self) -> list[str]:
        """Return the digests of all files."""
        return sorted(self.archive.store.digests())


@contextmanager
def lab(folder: Path, nodes: Sequence[Node] = (), database: str = "") -> Iterator[Lab]:
    """Run an archive for the length of a block; it must not have met a bug meanwhile."""
    made = Lab(folder, ClockKeeper(folder / "clock.json"), nodes, database)
    made.archive.start()
    try:
        yield made
        bugs = [str(entry) for entry in made.told("bug")]
        assert not bugs, bugs
    finally:
        made.archive.stop()
        made.journal.close()


def image(**values: Any) -> Dataset:
    """Return a small CT image; `values` replace what it says, None takes an attribute out."""
    ds = Dataset()
    ds.SOPClassUID, ds.SOPInstanceUID = CTImageStorage, generate_uid()
    ds.StudyInstanceUID, ds.SeriesInstanceUID = "1.2.3.1", "1.2.3.1.1"
    ds.StudyDate, ds.StudyTime, ds.AccessionNumber = "20260302", "070000", "A1"
    ds.ReferringPhysicianName, ds.StudyID, ds.StudyDescription = "Ref^Rita", "1", "CT chest"
    ds.PatientName, ds.PatientID = "Test^Anna", "T1"
    ds.PatientBirthDate, ds.PatientSex = "19700101", "F"
    ds.Modality, ds.SeriesNumber, ds.InstanceNumber = "CT", 1, 1
    ds.Rows, ds.Columns, ds.SamplesPerPixel = 64, 64, 1
    ds.PhotometricInterpretation = "MONOCHROME2"
    ds.BitsAllocated, ds.BitsStored, ds.HighBit, ds.PixelRepresentation = 16, 16, 15, 0
    for keyword, value in values.items():
        if value is None:
            del ds[keyword]
        else:
            setattr(ds, keyword, value)
    ds.add_new(0x7FE00010, "OW", PIXELS)
    return ds


def study(number: int, count: int = 1, **values: Any) -> list[Dataset]:
    """Return `count` images of a study of their own."""
    uid = f"1.2.3.{number}"
    facts = {"StudyInstanceUID": uid, "SeriesInstanceUID": f"{uid}.1", **values}
    facts.setdefault("PatientID", f"T{number}")
    facts.setdefault("AccessionNumber", f"A{number}")
    return [
        image(**{"SOPInstanceUID": f"{uid}.1.{n}", "InstanceNumber": n, **facts})
        for n in range(1, count + 1)
    ]


def save(ds: Dataset, path: Path) -> Path:
    """Write a data set as a Part 10 file."""
    ds.ensure_file_meta()
    ds.file_meta.TransferSyntaxUID = ExplicitVRLittleEndian
    ds.save_as(path, enforce_file_format=True)
    return path


def query(level: str, **keys: Any) -> Dataset:
    """Return an identifier; an empty level is left out."""
    ds = Dataset()
    if level:
        ds.QueryRetrieveLevel = level
    for keyword, value in keys.items():
        setattr(ds, keyword, value)
    return ds


def store_on(
    association: Association, ds: Dataset, *, syntax: str = ExplicitVRLittleEndian, **says: str
) -> int:
    """Send one data set on an open association; `says` replaces what the command says of it."""
    return send_store(
        association,
        sop_class=says.get("sop_class", ds.SOPClassUID),
        sop_instance=says.get("sop_instance", ds.SOPInstanceUID),
        transfer_syntax=syntax,
        data=[encode_dataset(ds, syntax)],
    )


def raw_store(association: Association, ds: Dataset, data: bytes | None = None) -> cmd.Command:
    """Send a C-STORE and return the whole response, whatever its status."""
    context = context_for(association, CTImageStorage)
    command = {
        "CommandField": cmd.C_STORE,
        "AffectedSOPClassUID": ds.SOPClassUID,
        "AffectedSOPInstanceUID": ds.SOPInstanceUID,
        "Priority": 0,
    }
    body = encode_dataset(ds, context.transfer_syntax) if data is None else data
    (response,) = association.request(context, command, [body])
    return response.command


def ask(
    association: Association,
    identifier: Dataset,
    sop_class: str = FIND,
    field: int = cmd.C_FIND,
    **more: Any,
) -> list[Message]:
    """Send a C-FIND, C-MOVE or C-GET and return every response, whatever its status."""
    context: Context = context_for(association, sop_class)
    command = {"CommandField": field, "AffectedSOPClassUID": sop_class, "Priority": 0, **more}
    data = [encode_dataset(identifier, context.transfer_syntax)]
    return list(association.request(context, command, data))


def until(what: Callable[[], object], seconds: float = 5.0) -> None:
    """Wait until `what` returns something true."""
    deadline = time.monotonic() + seconds
    while not what():
        assert time.monotonic() < deadline, "waited in vain"
        time.sleep(0.01)
