"""What comes over the wire may be anything: a status, nothing lost, no crash of ours."""

from __future__ import annotations

import logging
import socket
import struct
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydicom.dataset import Dataset
from pydicom.sequence import Sequence
from pydicom.uid import (
    CTImageStorage,
    DeflatedExplicitVRLittleEndian,
    ExplicitVRLittleEndian,
    MRImageStorage,
)
from pynetdicom.sop_class import (  # type: ignore[attr-defined]
    StudyRootQueryRetrieveInformationModelFind as FIND,
)

from simulator.errors import NoAnswerError, StatusError
from simulator.network import command as cmd
from simulator.network import negotiation, scu
from simulator.network.associate import plain_context
from simulator.network.dimse import encode_dataset
from tests.archive.support import (
    CALLER,
    Lab,
    ask,
    image,
    query,
    raw_store,
    save,
    store_on,
    study,
    until,
)
from tests.archive.support import lab as run_lab
from tests.peers import run

ENCODED = encode_dataset(image(SOPInstanceUID="1.2.3.4"), ExplicitVRLittleEndian)


@pytest.fixture
def quiet(lab: Lab, caplog: pytest.LogCaptureFixture) -> Iterator[Lab]:
    """An archive with one study that is still whole at the end, and no traceback in any log."""
    caplog.set_level(logging.INFO)
    lab.store(*study(7, 2))
    yield lab
    assert "Traceback" not in caplog.text
    assert [record for record in caplog.records if record.exc_info] == []
    assert lab.get(StudyInstanceUID="1.2.3.7")[0].completed == 2


@pytest.mark.parametrize(
    ("says", "status"),
    [
        ({"sop_instance": "1." + "2" * 68}, 0x0117),
        ({"sop_instance": "../../../../tmp/evil"}, 0x0117),
        ({"sop_instance": "/etc/passwd"}, 0x0117),
        ({"sop_instance": "1..2"}, 0x0117),
        ({"sop_instance": ""}, 0x0117),
        ({"sop_instance": "1.2.3.5"}, 0xA900),  # not what the data set says
        ({"sop_class": MRImageStorage}, 0x0122),
    ],
)
def test_a_command_that_is_wrong(quiet: Lab, says: dict[str, str], status: int) -> None:
    with quiet.open() as association:
        ds = image(SOPInstanceUID="1.2.3.4")
        named = Dataset()
        named.SOPClassUID = says.get("sop_class", ds.SOPClassUID)
        named.add_new(0x00080018, "LO", says.get("sop_instance", ds.SOPInstanceUID))
        response = raw_store(association, named, ENCODED)
        assert response["Status"] == status
        assert response["ErrorComment"]
        assert store_on(association, ds) == 0  # the association is as well as before
    assert quiet.archive.index.counts()["instances"] == 3
    names = {path.name for path in quiet.archive.folder.rglob("*")}
    assert not any("evil" in name or "passwd" in name for name in names)


@pytest.mark.parametrize(
    ("changes", "status"),
    [
        ({"SOPClassUID": MRImageStorage}, 0xA900),
        ({"SOPInstanceUID": "1.2.3.5"}, 0xA900),
        ({"StudyInstanceUID": None}, 0xA900),
        ({"SeriesInstanceUID": ""}, 0xA900),
        ({"StudyInstanceUID": "1." + "2" * 68}, 0xA900),
        ({"StudyInstanceUID": "../../evil"}, 0xA900),
    ],
)
def test_a_data_set_that_is_wrong(quiet: Lab, changes: dict[str, Any], status: int) -> None:
    ds = image(SOPInstanceUID="1.2.3.4")
    said = Dataset()
    said.SOPClassUID, said.SOPInstanceUID = ds.SOPClassUID, ds.SOPInstanceUID
    for keyword, value in changes.items():
        if value is None:
            del ds[keyword]
        else:
            setattr(ds, keyword, value)
    with quiet.open() as association:
        response = raw_store(association, said, encode_dataset(ds, ExplicitVRLittleEndian))
        assert response["Status"] == status
        assert store_on(association, image()) == 0


@pytest.mark.parametrize("vr", [b"GM", b"US", b"SQ"])
def test_an_element_that_cannot_be_read_is_kept_and_not_indexed(quiet: Lab, vr: bytes) -> None:
    """A bad Study Description is no reason to lose an image."""
    at = ENCODED.index(b"\x08\x00\x30\x10LO")
    data = ENCODED[: at + 4] + vr + ENCODED[at + 6 :]
    with quiet.open() as association:
        status = raw_store(association, image(SOPInstanceUID="1.2.3.4"), data)["Status"]
    if vr == b"SQ":  # its length is read differently: the rest is lost with it
        assert status in (0, 0xA900) or status >> 12 == 0xC
        return
    assert status == 0
    (found,) = quiet.find(StudyInstanceUID="1.2.3.1", StudyDescription="")
    assert found.StudyDescription in ("", "CT chest") or vr == b"US"


def deep(levels: int) -> bytes:
    """Return a data set with sequences nested so deep, of undefined length."""
    down = b"\x40\x00\x75\x02SQ\0\0\xff\xff\xff\xff\xfe\xff\x00\xe0\xff\xff\xff\xff" * levels
    up = b"\xfe\xff\x0d\xe0\0\0\0\0\xfe\xff\xdd\xe0\0\0\0\0" * levels
    start = ENCODED.index(b"\xe0\x7f\x10\x00")
    return ENCODED[:start] + down + up + ENCODED[start:]


GARBAGE: dict[str, bytes] = {
    "noise": bytes(range(7, 256)) * 9,
    "zeros": bytes(5000),
    "text": b"Once upon a time there was a modality " * 30,
    "cut short": ENCODED[:333],
    "a length that runs over": ENCODED[:200] + b"\x10\x00\x10\x00PN\xff\xff" + ENCODED[200:300],
    "implicit where explicit was agreed": encode_dataset(
        image(SOPInstanceUID="1.2.3.4"), "1.2.840.10008.1.2"
    ),
    "300 sequences deep": deep(300),
    "20 000 sequences deep": deep(20_000),
}


@pytest.mark.parametrize("name", GARBAGE)
def test_garbage_in_place_of_a_data_set(quiet: Lab, name: str) -> None:
    with quiet.open() as association:
        response = raw_store(association, image(SOPInstanceUID="1.2.3.4"), GARBAGE[name])
        status = response["Status"]
        assert status in (0x0000, 0xA900) or status >> 12 == 0xC, hex(status)
        assert store_on(association, image()) == 0
    kept = 1 if status == 0 else 0  # what can be filed is kept as it came
    assert quiet.archive.index.counts()["instances"] == 3 + kept


@pytest.fixture(scope="module")
def steady(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Lab]:
    with run_lab(Path(tmp_path_factory.mktemp("steady"))) as lab:
        yield lab


@settings(max_examples=60, deadline=None)
@given(st.data())
def test_flipped_bytes_never_break_the_association(steady: Lab, data: st.DataObject) -> None:
    changed = bytearray(ENCODED[:1400])
    for _ in range(data.draw(st.integers(1, 4))):
        at = data.draw(st.integers(0, len(ENCODED[:700])))
        changed[at] = data.draw(st.integers(0, 255))
    with steady.open(CTImageStorage, FIND) as association:
        raw_store(association, image(SOPInstanceUID="1.2.3.4"), bytes(changed))
        identifier = Dataset()
        identifier.QueryRetrieveLevel = "STUDY"
        answers = ask(association, identifier)
        assert answers[-1].command["Status"] == 0


QUERIES = st.lists(
    st.tuples(
        st.sampled_from(
            [
                0x00100010,
                0x00100020,
                0x00080020,
                0x00080061,
                0x0020000D,
                0x00081032,
                0x00080005,
                0x00080052,
                0x00280010,
                0x00201208,
                0x00280106,
                0x7FE00010,
                0x00090010,
            ]
        ),
        st.sampled_from([b"LO", b"SQ", b"US", b"DA", b"PN", b"UI", b"UN", b"OB", b"IS", b"AT"]),
        st.binary(max_size=9),
    ),
    max_size=5,
)


@settings(max_examples=80, deadline=None)
@given(QUERIES)
def test_no_query_meets_a_bug(steady: Lab, elements: list[tuple[int, bytes, bytes]]) -> None:
    """Known keys with any VR and any bytes: an answer or a refusal, and the next one is served."""
    body = b"\x08\x00\x52\x00CS\x06\x00STUDY "
    for tag, vr, value in sorted(elements):
        long = vr in (b"SQ", b"UN", b"OB")
        length = struct.pack("<HI", 0, len(value)) if long else struct.pack("<H", len(value))
        body += struct.pack("<HH", tag >> 16, tag & 0xFFFF) + vr + length + value
    with steady.open(FIND, CTImageStorage) as association:
        context = association.accepted(FIND)
        assert context is not None
        steady.enter(*study(1)) if not steady.archive.index.studies() else None
        command = {"CommandField": cmd.C_FIND, "AffectedSOPClassUID": FIND, "Priority": 0}
        last = list(association.request(context, command, [body]))[-1]
        assert last.command["Status"] != 0x0110, last.command
        assert ask(association, query("STUDY"))[-1].command["Status"] == 0


def test_deflated_is_not_accepted(quiet: Lab) -> None:
    with (
        pytest.raises(StatusError, match="accepted no presentation context"),
        quiet.open(syntax=DeflatedExplicitVRLittleEndian) as association,
    ):
        raw_store(association, image())


def test_a_file_that_is_no_dicom(quiet: Lab, tmp_path: Path, peer: Callable[[str], Path]) -> None:
    """storescu sends the good one of three and says so of the others."""
    (tmp_path / "note.dcm").write_bytes(b"this is no DICOM file at all, only a note" * 20)
    (tmp_path / "empty.dcm").write_bytes(b"")
    save(image(), tmp_path / "good.dcm")
    files = [tmp_path / f"{name}.dcm" for name in ("note", "empty", "good")]
    call = ("-nh", "-aet", "CT1", "-aec", "PACSLAB", "127.0.0.1", quiet.port)
    done = run(peer("storescu"), *call, *files)
    assert "note.dcm" in done.stdout
    assert quiet.archive.index.counts()["instances"] == 3


def proposal() -> bytes:
    return negotiation.proposal_pdu("CT1", "PACSLAB", [plain_context(CTImageStorage)])


@pytest.mark.parametrize(
    "said",
    [
        b"\x01\x00\xff\xff\xff\xf0",
        b"GET / HTTP/1.1\r\nHost: x\r\n\r\n",
        b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + bytes(500),  # TLS where none is spoken
        proposal()[:50],
        proposal()[:6] + bytes(len(proposal()) - 6),
        proposal() + b"\x04\x00\xff\xff\xff\xf0",
        proposal() + b"\x04\x00\x00\x00\x00\x06\x00\x00\x00\xff\x01\x03",
        proposal() + b"\x04\x00\x00\x00\x00\x0a\x00\x00\x00\x06\x63\x03abcd",
        proposal() + proposal(),
        proposal() + b"\x07",
    ],
    ids=[
        "huge PDU", "HTTP", "TLS", "half a proposal", "zeros", "huge P-DATA", "PDV too long",
        "context not agreed", "proposed twice", "cut",
    ],
)  # fmt: skip
def test_bytes_that_are_no_dicom(quiet: Lab, said: bytes) -> None:
    """The connection ends, cleanly; nobody else notices."""
    with socket.create_connection(("127.0.0.1", quiet.port), 5) as sock:
        sock.settimeout(5)
        with suppress(OSError):  # it may be gone already
            sock.sendall(said)
            sock.shutdown(socket.SHUT_WR)
            while sock.recv(4096):
                pass
    scu.echo(quiet.peer, CALLER)
    until(lambda: not quiet.archive.server.live)


def test_a_sender_that_vanishes_in_the_middle_of_an_object(quiet: Lab) -> None:
    with pytest.raises(NoAnswerError), quiet.open() as association:
        context = association.accepted(CTImageStorage)
        assert context is not None
        command = {
            "CommandField": cmd.C_STORE,
            "MessageID": 1,
            "AffectedSOPClassUID": CTImageStorage,
            "AffectedSOPInstanceUID": "1.2.3.4",
            "CommandDataSetType": 1,
        }
        part = cmd.encode(command)
        size = len(part)
        association.wire.send(
            [struct.pack(">BBIIBB", 4, 0, size + 6, size + 2, context.id, 3), part]
        )
        half = ENCODED[:3000]
        size = len(half)
        association.wire.send(
            [struct.pack(">BBIIBB", 4, 0, size + 6, size + 2, context.id, 0), half]
        )
        association.wire.close()
        association.receive()
    until(lambda: not quiet.archive.server.live)
    assert quiet.archive.index.counts()["instances"] == 2
    assert list((quiet.archive.store.folder / "incoming").iterdir()) == []


def test_a_private_and_an_odd_element_are_kept_as_they_came(quiet: Lab) -> None:
    """Nothing is dropped or repaired: what comes back is what was sent, to the byte."""
    ds = image(SOPInstanceUID="1.2.3.4", PatientID="A\\B", PatientName="a=b=c=d^^^^^^")
    ds.add_new(0x00090010, "LO", "ACME 1.1")
    ds.add_new(0x00091001, "UN", b"\x00\x01\x02\x03")
    ds.add_new(0x00081030, "LO", "x" * 80)
    item = Dataset()
    item.add_new(0x00090010, "LO", "ACME 1.1")
    ds.ProcedureCodeSequence = Sequence([item])
    assert quiet.store(ds) == [0]
    found = quiet.archive.index.find_instance("1.2.3.4")
    assert found is not None
    kept = quiet.archive.store.read(found.digest)[found.offset :]
    assert kept == encode_dataset(ds, ExplicitVRLittleEndian)
    assert len(quiet.find(PatientID="", StudyInstanceUID="1.2.3.1")) == 1
