"""Every sample file pydicom ships: stored by DCMTK and by us, and given back unchanged."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest
from pydicom import dcmread
from pydicom.uid import UID, ExplicitVRBigEndian, ExplicitVRLittleEndian
from pynetdicom.presentation import build_context

from simulator.archive.nodes import Node
from simulator.archive.services import STORAGE_SYNTAXES
from simulator.network import scu
from simulator.network.associate import Caller, associate, send_store
from simulator.network.association import Message
from tests.archive.support import CALLER, Lab, query
from tests.archive.support import lab as run_lab
from tests.interop.support import (
    LETTER,
    PLAIN,
    Sample,
    by_syntax,
    data_set_bytes,
    differences,
    is_plain,
    samples,
    tool,
)
from tests.net import free_port, wait_for_port
from tests.peers import background

SENT = [sample for sample in samples() if sample.syntax in STORAGE_SYNTAXES]
# What has no study, or is a truncated header, no archive can file; each is refused with 0xA900.
HOMELESS = {
    sample.name
    for sample in SENT
    if "StudyInstanceUID" not in (ds := dcmread(sample.path, stop_before_pixels=True))
    or not ds.StudyInstanceUID
}
GROUPS = by_syntax(sample for sample in SENT if sample.name not in HOMELESS)


@pytest.fixture(scope="module")
def lab(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Lab]:
    """One archive for all; a later sample with the same identity takes the place of an earlier."""
    folder = Path(tmp_path_factory.mktemp("samples"))
    with run_lab(folder, [Node(ae="WS2")]) as made:
        made.set("store.duplicates", "replace")
        yield made


def stored(lab: Lab, sample: Sample) -> bytes:
    found = lab.archive.index.find_instance(sample.sop_instance)
    assert found is not None, f"{sample.name} was not stored"
    assert found.transfer_syntax == sample.syntax
    return lab.archive.store.read(found.digest)[found.offset :]


def uid_of(path: Path) -> str:
    return str(dcmread(path, stop_before_pixels=True).SOPInstanceUID)


def test_there_are_enough_of_them() -> None:
    assert len(SENT) > 100
    assert len({sample.syntax for sample in SENT}) == 11
    assert len(HOMELESS) < 8


@pytest.mark.parametrize("syntax", sorted({s.syntax for s in SENT}), ids=lambda s: UID(s).keyword)
def test_our_sender_and_c_get_give_back_every_byte(lab: Lab, syntax: str) -> None:
    for sample in SENT:
        if sample.syntax != syntax:
            continue
        contexts = [build_context(sample.sop_class, syntax)]
        with associate(lab.peer, contexts, CALLER) as association:
            try:
                status = send_store(
                    association,
                    sop_class=sample.sop_class,
                    sop_instance=sample.sop_instance,
                    transfer_syntax=syntax,
                    data=[sample.data],
                )
            except Exception as error:
                status = getattr(error, "status", -1)
        if sample.name in HOMELESS:
            assert status == 0xA900, sample.name
            continue
        assert status == 0, sample.name
        got: list[Message] = []

        def receive(message: Message, got: list[Message] = got) -> int:
            got.append(message)
            return 0

        row = lab.archive.index.find_instance(sample.sop_instance)
        assert row is not None
        identifier = query(
            "IMAGE",
            StudyInstanceUID=row.study_uid,
            SeriesInstanceUID=row.series_uid,
            SOPInstanceUID=row.sop_uid,
        )
        scu.get(lab.peer, identifier, receive, contexts, CALLER)
        assert [message.data for message in got] == [sample.data], sample.name


@pytest.mark.peer("storescu", "getscu", "storescp")
@pytest.mark.parametrize("syntax", sorted(GROUPS), ids=lambda s: UID(s).keyword)
def test_storescu_getscu_and_movescu(
    lab: Lab, syntax: str, tmp_path: Path, peer: Callable[[str], Path]
) -> None:
    if not is_plain(syntax) and syntax not in LETTER:
        pytest.skip("DCMTK's tools cannot propose this syntax")
    group = GROUPS[syntax]
    letter = LETTER.get(syntax, "b" if syntax == ExplicitVRBigEndian else "")
    sending = (f"-x{letter}",) if letter else ()
    done = tool("storescu", lab, "-nh", "-R", *sending, *[sample.path for sample in group])
    sent = []
    for sample in group:
        row = lab.archive.index.find_instance(sample.sop_instance)
        if row is None or row.transfer_syntax != syntax:
            assert sample.name in done.stdout or "Failed" in done.stdout, sample.name
            continue  # storescu itself will not send it, and says so
        was, now = dcmread(sample.path), dcmread(lab.archive.store.path(row.digest))
        assert now.get("PixelData") == was.get("PixelData"), sample.name
        assert differences(was, now) == [], sample.name
        sent.append((sample, row))
    assert sent, done.stdout
    studies = sorted({row.study_uid for _, row in sent})
    keys = ("-k", "QueryRetrieveLevel=STUDY", "-k", "StudyInstanceUID=" + "\\".join(studies))

    got, moved = tmp_path / "got", tmp_path / "moved"
    got.mkdir()
    moved.mkdir()
    port = free_port()
    with background(peer("storescp"), "-od", moved, "-aet", "WS2", "+B", "+xa", port):
        wait_for_port(port)
        lab.archive.nodes.change("WS2", {"port": port})
        tool("movescu", lab, "-S", "-aem", "WS2", *keys)
    tool("getscu", lab, "-S", "+B", "-od", str(got), *keys)
    came, fetched = ({uid_of(path): path for path in folder.iterdir()} for folder in (moved, got))
    for sample, _ in sent:
        assert data_set_bytes(came[sample.sop_instance]) == stored(lab, sample), sample.name
        if sample.sop_instance not in fetched:
            continue
        was, now = dcmread(sample.path), dcmread(fetched[sample.sop_instance])
        if syntax == ExplicitVRLittleEndian:  # what getscu asks for: as it is stored
            assert data_set_bytes(fetched[sample.sop_instance]) == stored(lab, sample), sample.name
        elif "PixelData" in was:  # else it is decompressed, or written anew: the same picture
            assert np.array_equal(now.pixel_array, was.pixel_array), sample.name
        if syntax in PLAIN:
            assert differences(was, now) == [], sample.name
    if syntax in PLAIN:
        assert lab.told("c-get")[-1].facts["status"] == "0x0000"


def test_a_caller_nobody_knows_is_not_served(lab: Lab) -> None:
    from simulator.errors import RejectedError

    with pytest.raises(RejectedError):
        scu.echo(lab.peer, Caller(ae="NOBODY"))
