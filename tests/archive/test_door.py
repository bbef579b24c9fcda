"""The door of the archive's listener: what a caller meets that is silent, unknown or too many."""

from __future__ import annotations

import socket
import time

import pytest

from simulator.errors import RejectedError
from simulator.network import scu
from simulator.network.associate import Caller, Peer, associate, plain_context
from simulator.network.rejections import CALLED_UNKNOWN, CALLING_UNKNOWN, LIMIT_EXCEEDED
from tests.archive.support import CALLER, Lab, until

VERIFICATION = "1.2.840.10008.1.1"


def test_who_connects_and_says_nothing_is_closed_after_the_acse_timeout(lab: Lab) -> None:
    lab.set("dicom.acse_timeout", 1)
    with socket.create_connection(("127.0.0.1", lab.port), 10) as silent:
        began = time.monotonic()
        assert silent.recv(1) == b""
        assert time.monotonic() - began >= 0.9
    scu.echo(lab.peer, CALLER)
    assert not lab.told("association.aborted") and not lab.told("association.rejected")


def test_each_reason_is_told_with_its_numbers(lab: Lab) -> None:
    """What the peer is told is in the journal, with what it is not told."""
    cases = [
        (Peer(ae="NOBODY", host="127.0.0.1", port=lab.port), CALLER, CALLED_UNKNOWN, "'NOBODY'"),
        (lab.peer, Caller(ae="GHOST"), CALLING_UNKNOWN, "node table"),
    ]
    for peer, caller, triple, why in cases:
        with pytest.raises(RejectedError) as caught:
            scu.echo(peer, caller)
        assert caught.value.triple == triple
        entry = lab.told("association.rejected")[-1]
        assert entry.facts["triple"] == "/".join(map(str, triple)) and why in entry.text


def test_the_total_limit_and_a_node_s_own_are_told_apart(lab: Lab) -> None:
    lab.archive.nodes.change("CT1", {"max_associations": 1})
    lab.set("dicom.max_associations", 2)
    contexts = [plain_context(VERIFICATION)]
    with associate(lab.peer, contexts, CALLER):
        for _ in range(2):
            with pytest.raises(RejectedError) as caught:
                scu.echo(lab.peer, CALLER)
            assert caught.value.triple == LIMIT_EXCEEDED
        with associate(lab.peer, contexts, Caller(ae="WS1")), pytest.raises(RejectedError):
            scu.echo(lab.peer, Caller(ae="WS1"))
    own, _, total = (e.text for e in lab.told("association.rejected"))
    assert "its own limit" in own and "which is the limit" in total
    until(lambda: not lab.archive.server.live)
    scu.echo(lab.peer, CALLER)
