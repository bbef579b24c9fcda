"""Ending an open association from outside: its own thread sends the A-ABORT (PS3.8 9.3.8).

Two threads that write would mix their PDUs, and OpenSSL lets only one. So the connection is shut
for reading: whatever the thread waits for ends, and it says goodbye between two messages.
"""

from __future__ import annotations

import socket
from contextlib import suppress

from simulator.network import wire as w
from simulator.network.association import Aborted, Association
from simulator.network.pdata import pdu


def cut(association: Association, why: str) -> None:
    """Have an association aborted as soon as its thread looks up; `why` goes to the journal."""
    association.unwanted = why
    with suppress(OSError):  # it ends at this moment by itself
        socket.socket.shutdown(association.wire.sock, socket.SHUT_RD)  # past TLS


def check_wanted(association: Association) -> None:
    """Raise Aborted if the association was cut: a busy sender keeps the connection readable."""
    if association.unwanted:
        raise Aborted(association.unwanted)


def say_goodbye(association: Association) -> str:
    """Send the A-ABORT of an association that was cut; returns why, empty if it was not."""
    if association.unwanted:
        with suppress(w.Closed, OSError):
            association.wire.send([pdu(w.ABORT, bytes(4))])
        w.drain(association.wire)
        association.wire.close()
    return association.unwanted
