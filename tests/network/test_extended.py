"""Extended negotiation of queries: a byte for each feature (PS3.4 C.5.1.1)."""

from __future__ import annotations

import pytest
from pynetdicom.presentation import build_context

from simulator.network import extended, negotiation

FIND = "1.2.840.10008.5.1.4.1.2.2.1"
WILLING = {extended.RELATIONAL, extended.COMBINED, extended.EMPTY_VALUES, extended.VALUE_LISTS}


@pytest.mark.parametrize(
    ("offered", "answered"),
    [
        (b"\1", b"\1"),
        (b"\0", b"\0"),
        (b"\1\1", b"\1\1"),
        (b"\1\1\1", b"\1\1\0"),  # fuzzy matching of names: not done, and not promised
        (b"\1\2\1", b"\1\0\0"),  # a byte that is neither 0 nor 1 asks for nothing
        (b"\1\1\1\1\1\1\1", b"\1\1\0\0\0\1\1"),
        (b"\1\1\1\1\1\1\1\1\1", b"\1\1\0\0\0\1\1"),  # what the standard does not know yet
    ],
)
def test_we_promise_what_we_do(offered: bytes, answered: bytes) -> None:
    assert extended.answered(offered, WILLING) == answered


def test_features_and_their_bytes() -> None:
    assert extended.information(()) == b"\0"
    assert extended.information({extended.COMBINED}) == b"\0\1"
    assert extended.information({extended.VALUE_LISTS}) == b"\0\0\0\0\0\0\1"
    assert extended.features(b"\1\0\1") == {extended.RELATIONAL, extended.FUZZY}


def test_it_goes_there_and_back() -> None:
    contexts = [build_context(FIND)]
    request = negotiation.proposal_pdu("CT1", "PACSLAB", contexts, extensions={FIND: b"\1\1\1"})
    proposal = negotiation.read_proposal(request[6:], ("127.0.0.1", 1))
    assert proposal.extended == {FIND: b"\1\1\1"}
    agreed = {FIND: extended.answered(proposal.extended[FIND], WILLING)}
    answer, _, _ = negotiation.agree(proposal, contexts, extensions=agreed)
    assert extended.read_acceptance(answer[6:]) == {FIND: b"\1\1\0"}


def test_nothing_offered_nothing_agreed() -> None:
    contexts = [build_context(FIND)]
    request = negotiation.proposal_pdu("CT1", "PACSLAB", contexts)
    proposal = negotiation.read_proposal(request[6:], ("127.0.0.1", 1))
    answer, _, _ = negotiation.agree(proposal, contexts)
    assert extended.read_acceptance(answer[6:]) == {}
