"""User identity negotiation and the limits of associations, at the archive's door."""

from __future__ import annotations

from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest
from pynetdicom import AE
from pynetdicom.pdu_primitives import UserIdentityNegotiation
from pynetdicom.sop_class import Verification  # type: ignore[attr-defined]

from simulator.archive.nodes import Node
from simulator.errors import NoAnswerError, RejectedError, StatusError
from simulator.network import scu
from simulator.network.associate import Caller
from simulator.network.negotiation import Identity
from tests import peers
from tests.archive.support import CALLER, Lab, query, raw_store, save, study, until

PASSWORD = "battery horse staple"
FAILED = (1, 2, 1)


@pytest.fixture
def staffed(lab: Lab) -> Lab:
    """An archive with a radiologist, a device's own account, and an auditor."""
    for name, role in (("rita", "radiologist"), ("ct1", "service"), ("audi", "auditor")):
        lab.archive.users.add({"name": name, "role": role}, PASSWORD, "test")
    lab.set("dicom.user_identity", "required")
    return lab


def caller(user: str, passcode: str = PASSWORD, **more: Any) -> Caller:
    return Caller(ae="CT1", identity=Identity(user=user, passcode=passcode, **more))


def triple(lab: Lab, who: Caller) -> tuple[int, int, int] | None:
    try:
        scu.echo(lab.peer, who)
    except RejectedError as error:
        return error.triple
    return None


def test_off_nobody_is_asked(lab: Lab) -> None:
    assert triple(lab, CALLER) is None
    assert triple(lab, caller("nobody", "wrong")) is None
    assert lab.told("association.accepted")[0].facts["user"] == ""


def test_required_only_the_right_ones_come_in(staffed: Lab) -> None:
    assert triple(staffed, CALLER) == FAILED
    assert triple(staffed, caller("rita", "wrong")) == FAILED
    assert triple(staffed, caller("nobody")) == FAILED
    assert triple(staffed, caller("rita")) is None
    assert triple(staffed, caller("rita", "")) is None  # a name alone proves nothing, but is one
    whys = [entry.text for entry in staffed.told("association.rejected")]
    assert "a user identity is required: none was given" in whys[0]
    assert "user 'rita': User name or password is wrong" in whys[1]
    assert staffed.told("association.accepted")[0].facts["user"] == "rita"
    assert "wrong password" in staffed.told("login.failed")[0].text


def test_the_rejection_says_what_to_look_at(staffed: Lab) -> None:
    with pytest.raises(RejectedError, match="user name and password"):
        scu.echo(staffed.peer, caller("rita", "wrong"))


def test_optional_checks_what_is_given(staffed: Lab) -> None:
    staffed.set("dicom.user_identity", "optional")
    assert triple(staffed, CALLER) is None
    assert triple(staffed, caller("rita", "wrong")) == FAILED
    assert triple(staffed, caller("rita")) is None


def test_wrong_passcodes_lock_the_account(staffed: Lab) -> None:
    staffed.set("login.max_failures", 2)
    for _ in range(2):
        assert triple(staffed, caller("rita", "wrong")) == FAILED
    assert triple(staffed, caller("rita")) == FAILED
    assert triple(staffed, caller("rita", "")) == FAILED
    assert "locked" in staffed.told("association.rejected")[-1].text


def test_the_account_decides_what_may_be_asked(staffed: Lab) -> None:
    (ds,) = study(1)
    with staffed.open(caller=caller("rita")) as association:
        assert raw_store(association, ds)["Status"] == 0x0124
    with staffed.open(caller=caller("ct1")) as association:
        assert raw_store(association, ds)["Status"] == 0
    assert len(list(scu.find(staffed.peer, query("STUDY"), caller("rita")))) == 1
    with pytest.raises(StatusError, match=r"user audi may not find") as refused:
        list(scu.find(staffed.peer, query("STUDY"), caller("audi")))
    assert refused.value.status == 0x0124


def test_locking_acts_on_an_open_association(staffed: Lab) -> None:
    first, second = study(1, 2)
    with staffed.open(caller=caller("ct1")) as association:
        assert raw_store(association, first)["Status"] == 0
        staffed.archive.users.change("ct1", {"status": "disabled"}, "test")
        assert raw_store(association, second)["Status"] == 0x0124


def test_a_positive_response_is_given_when_asked_for(staffed: Lab) -> None:
    for wants in (True, False):
        item = UserIdentityNegotiation()
        item.user_identity_type, item.positive_response_requested = 2, wants
        item.primary_field, item.secondary_field = b"rita", PASSWORD.encode()
        ae = AE("CT1")
        ae.add_requested_context(Verification)
        assoc = ae.associate("127.0.0.1", staffed.port, ae_title="PACSLAB", ext_neg=[item])
        assert assoc.is_established
        answer = assoc.acceptor.user_identity
        assert (answer is not None) is wants
        if answer is not None:
            assert answer.server_response == b""
        assoc.release()


@pytest.mark.parametrize("kind", [3, 4, 5])
def test_tickets_cannot_be_checked(staffed: Lab, kind: int) -> None:
    def comes_in() -> bool:
        item = UserIdentityNegotiation()
        item.user_identity_type, item.primary_field = kind, b"ticket"
        ae = AE("CT1")
        ae.add_requested_context(Verification)
        assoc = ae.associate("127.0.0.1", staffed.port, ae_title="PACSLAB", ext_neg=[item])
        came_in = bool(assoc.is_established)
        if came_in:
            assoc.release()
        return came_in

    assert not comes_in()
    assert "cannot be checked" in staffed.told("association.rejected")[0].text
    staffed.set("dicom.user_identity", "optional")
    assert comes_in()


@pytest.mark.peer("storescu")
def test_dcmtk_shows_who_it_is(staffed: Lab, tmp_path: Path) -> None:
    def send(*words: str) -> int:
        tool = peers.peer("storescu")
        place = ["-aec", "PACSLAB", "-aet", "CT1", "127.0.0.1", staffed.port, file]
        return peers.run(tool, *words, *place).returncode

    file = save(study(1)[0], tmp_path / "image.dcm")
    assert send() != 0
    assert send("-usr", "ct1", "-pwd", "wrong") != 0
    assert staffed.archive.index.counts()["instances"] == 0
    assert send("-usr", "ct1", "-pwd", PASSWORD, "-rsp") == 0
    assert staffed.archive.index.counts()["instances"] == 1
    staffed.archive.index.delete_study("1.2.3.1")
    assert send("-usr", "ct1") == 0
    assert staffed.archive.index.counts()["instances"] == 1


# --- limits ---------------------------------------------------------------------------------------


def test_a_node_may_have_a_limit_of_its_own(lab: Lab) -> None:
    lab.archive.nodes.change("CT1", {"max_associations": "2"})
    with ExitStack() as stack:
        for _ in range(2):
            stack.enter_context(lab.open())
        assert triple(lab, CALLER) == (2, 3, 2)
        assert triple(lab, Caller(ae="WS1")) is None
        assert "CT1 has 2 associations open" in lab.told("association.rejected")[0].text
        lab.archive.nodes.change("CT1", {"max_associations": 3})
        assert triple(lab, CALLER) is None
    lab.archive.nodes.change("CT1", {"max_associations": 1})
    assert triple(lab, CALLER) is None


def test_a_longer_pdu_than_allowed_ends_the_association(lab: Lab) -> None:
    (ds,) = study(1)
    lab.set("dicom.max_pdu", 4096)
    with lab.open() as association:
        assert association.max_fragment == 4090  # we keep to it
        assert raw_store(association, ds)["Status"] == 0
    with pytest.raises(NoAnswerError), lab.open() as association:
        association.max_fragment = 100_000
        raw_store(association, study(2)[0])
    until(lambda: lab.told("association.aborted"))
    assert "4096 are accepted" in lab.told("association.aborted")[-1].text


def test_what_makes_no_sense_for_a_node_is_refused() -> None:
    for bad in ({"max_associations": -1}, {"max_associations": True}, {"tls": "on"}, {"ian": 1}):
        with pytest.raises(Exception, match="no "):
            Node(ae="CT1", **bad)  # type: ignore[arg-type]


def test_an_old_node_table_is_completed(tmp_path: Path) -> None:
    import sqlite3

    from simulator.archive import tables as t
    from simulator.archive.nodes import Nodes
    from simulator.database import Database

    with sqlite3.connect(tmp_path / "index.db") as old:
        old.execute(
            "CREATE TABLE nodes (ae VARCHAR PRIMARY KEY, host VARCHAR NOT NULL, port INTEGER NOT "
            "NULL, description VARCHAR NOT NULL, rights JSON NOT NULL)"
        )
        old.execute("INSERT INTO nodes VALUES ('CT1', '127.0.0.1', 1, '', '[\"echo\"]')")
    old.close()
    database = Database(tmp_path / "index.db", t.metadata)
    node = Nodes(database).get("CT1")
    assert (node.max_associations, node.tls, node.ian) == (0, False, False)
    database.close()
