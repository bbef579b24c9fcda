"""Every storage class and usual transfer syntax is kept as it came; Deflated on request."""

from __future__ import annotations

import zlib
from typing import Any

import pytest
from pydicom import dcmread
from pydicom.dataset import Dataset
from pydicom.uid import (
    MPEG4HP41,
    CTImageStorage,
    DeflatedExplicitVRLittleEndian,
    ExplicitVRLittleEndian,
    HTJ2KLossless,
    JPEGLosslessSV1,
)
from pynetdicom.presentation import AllStoragePresentationContexts, build_context

from simulator.archive.storage_classes import STORAGE_SYNTAXES
from simulator.errors import StatusError
from simulator.network import scu
from simulator.network.associate import associate, context_for
from simulator.network.association import Message
from simulator.network.dimse import encode_dataset
from tests.archive.support import CALLER, Lab, image, query, raw_store, store_on

CLASSES = sorted({str(context.abstract_syntax) for context in AllStoragePresentationContexts})
PRIVATE = "1.2.826.0.1.3680043.9.7133.1.99"


def negotiated(lab: Lab, classes: list[str], syntax: str) -> list[str]:
    """Return which of the classes the archive takes in a syntax."""
    found: list[str] = []
    for at in range(0, len(classes), 128):
        contexts = [build_context(uid, syntax) for uid in classes[at : at + 128]]
        with associate(lab.peer, contexts, CALLER) as association:
            found += [cx.abstract_syntax for cx in association.contexts.values()]
    return sorted(found)


@pytest.mark.parametrize("syntax", [ExplicitVRLittleEndian, HTJ2KLossless])
def test_every_storage_class_of_the_standard(lab: Lab, syntax: str) -> None:
    assert len(CLASSES) > 160
    assert negotiated(lab, CLASSES, syntax) == CLASSES


@pytest.mark.parametrize("syntax", STORAGE_SYNTAXES, ids=lambda uid: uid.name)
def test_every_usual_syntax_is_kept_as_it_came(lab: Lab, syntax: Any) -> None:
    """Encapsulated pixels are not looked at: these are no picture at all."""
    ds = image(SOPInstanceUID="1.2")
    if syntax.is_compressed:
        ds.PixelData = b"\xfe\xff\x00\xe0\0\0\0\0\xfe\xff\x00\xe0\4\0\0\0\xff\xd8ab"
        ds["PixelData"].VR = "OB"
        ds["PixelData"].is_undefined_length = True
    sent = encode_dataset(ds, syntax)
    with lab.open(syntax=syntax) as association:
        assert raw_store(association, ds, sent)["Status"] == 0
    found = lab.archive.index.find_instance("1.2")
    assert found is not None and found.transfer_syntax == syntax
    data = lab.archive.store.read(found.digest)
    assert data[:128] == bytes(128) and data[found.offset :] == sent
    assert dcmread(lab.archive.store.path(found.digest)).file_meta.TransferSyntaxUID == syntax


def test_private_classes_by_setting(lab: Lab) -> None:
    ds = image(SOPClassUID=PRIVATE, SOPInstanceUID="1.2")
    assert negotiated(lab, [CTImageStorage, PRIVATE], ExplicitVRLittleEndian) == [CTImageStorage]
    lab.set("store.private_classes", f"1.2.3.4 {PRIVATE}")
    assert lab.store(ds) == [0]
    assert lab.archive.index.has("1.2")
    lab.set("store.private_classes", "none")
    assert negotiated(lab, [CTImageStorage, PRIVATE], ExplicitVRLittleEndian) == [CTImageStorage]


# --- Deflated -------------------------------------------------------------------------------------


def deflated(ds: Dataset) -> bytes:
    engine = zlib.compressobj(9, zlib.DEFLATED, -zlib.MAX_WBITS)
    return engine.compress(encode_dataset(ds, ExplicitVRLittleEndian)) + engine.flush()


def send(lab: Lab, data: bytes, ds: Dataset) -> Any:
    with lab.open(syntax=DeflatedExplicitVRLittleEndian) as association:
        answer = raw_store(association, ds, data)
        assert context_for(association, CTImageStorage)
    return answer


def test_deflated_is_not_offered_by_default(lab: Lab) -> None:
    with pytest.raises(StatusError, match="accepted no presentation context"):
        send(lab, deflated(image()), image())


def test_deflated_is_inflated_on_arrival(lab: Lab) -> None:
    lab.set("store.deflated", True)
    ds = image(SOPInstanceUID="1.2")
    assert send(lab, deflated(ds), ds)["Status"] == 0
    found = lab.archive.index.find_instance("1.2")
    assert found is not None and found.transfer_syntax == ExplicitVRLittleEndian
    data = lab.archive.store.read(found.digest)[found.offset :]
    assert data == encode_dataset(ds, ExplicitVRLittleEndian)
    assert lab.get(StudyInstanceUID="1.2.3.1")[1] == [ds]


def test_a_bomb_is_refused_and_the_association_lives(lab: Lab) -> None:
    lab.set("store.deflated", True)
    bomb = image(SOPInstanceUID="1.2")
    bomb.PixelData = bytes(50_000_000)
    packed = deflated(bomb)
    assert len(packed) < 100_000
    with lab.open(syntax=[DeflatedExplicitVRLittleEndian]) as association:
        answer = raw_store(association, bomb, packed)
        assert answer["Status"] == 0xA700
        assert answer["ErrorComment"].startswith("inflates to more than")
        small = image()
        assert raw_store(association, small, deflated(small))["Status"] == 0
    assert lab.archive.quarantine.all() == []  # a bomb is not kept either
    lab.set("store.deflated_ratio", 1000)
    assert send(lab, packed, bomb)["Status"] == 0xA700 or len(packed) * 1000 > 50_000_000


@pytest.mark.parametrize("data", [b"no deflated data", b"", deflated(image())[:-40]])
def test_deflated_data_that_is_broken(lab: Lab, data: bytes) -> None:
    lab.set("store.deflated", True)
    assert send(lab, data, image())["Status"] >> 12 == 0xC
    assert lab.archive.index.counts()["instances"] == 0


@pytest.mark.parametrize("syntax", [JPEGLosslessSV1, MPEG4HP41, HTJ2KLossless])
def test_what_no_decoder_knows_goes_out_as_it_came(lab: Lab, syntax: str) -> None:
    ds = image(SOPInstanceUID="1.2")
    ds.PixelData = b"\xfe\xff\x00\xe0\0\0\0\0\xfe\xff\x00\xe0\4\0\0\0\xff\xd8ab"
    ds["PixelData"].is_undefined_length = True
    with lab.open(syntax=syntax) as association:
        assert store_on(association, ds, syntax=syntax) == 0
    with pytest.raises(StatusError, match="0xA702"):
        lab.get(StudyInstanceUID="1.2.3.1")  # takes uncompressed only
    got: list[Message] = []

    def receive(message: Message) -> int:
        got.append(message)
        return 0

    storage = [build_context(CTImageStorage, syntax)]
    scu.get(lab.peer, query("STUDY", StudyInstanceUID="1.2.3.1"), receive, storage, CALLER)
    assert got[0].data == encode_dataset(ds, syntax)
