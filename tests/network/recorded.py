"""Traffic that is recorded, for tests of the tape and of captures."""

from __future__ import annotations

from typing import Any

from pydicom.uid import CTImageStorage

from simulator.network import dimse
from simulator.network.associate import Caller, Peer, associate, plain_context, send_store
from simulator.network.recording import Connection, Tape
from tests.net import wait_for
from tests.network.support import image

EXPLICIT = "1.2.840.10008.1.2.1"


def ended(tape: Tape) -> Connection:
    wait_for(lambda: bool(tape.all()) and tape.all()[-1].ended, why="the connection is still open")
    return tape.all()[-1]


def sent(port: int, rows: int = 512, **options: Any) -> int:
    """Send an image as CT1; returns how many bytes its data set has."""
    ds = image(rows)
    data = dimse.encode_dataset(ds, EXPLICIT)
    peer = Peer(ae="PACSLAB", host="127.0.0.1", port=port)
    with associate(peer, [plain_context(CTImageStorage)], Caller(ae="CT1", **options)) as open_:
        send_store(
            open_, sop_class=CTImageStorage, sop_instance=ds.SOPInstanceUID,
            transfer_syntax=EXPLICIT, data=[data],
        )  # fmt: skip
    return len(data)
