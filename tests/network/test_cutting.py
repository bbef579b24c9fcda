"""An association is ended from outside: the other side gets an A-ABORT, whatever it is doing."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from simulator.authority import Authority
from simulator.errors import NoAnswerError
from simulator.network import cutting
from simulator.network.associate import Caller, Peer, associate, plain_context
from simulator.network.association import Aborted, Association
from simulator.network.tls import Tls
from tests.archive.support import Lab, store_on, study, until
from tests.archive.support import lab as run_lab

VERIFICATION = "1.2.840.10008.1.1"


@pytest.fixture
def lab(tmp_path: Path) -> Iterator[Lab]:
    with run_lab(tmp_path) as made:
        yield made


def cut_all(lab: Lab) -> None:
    for association in list(lab.archive.server.live.values()):
        cutting.cut(association, "somebody wanted it")


def seen(association: Association) -> Aborted:
    with pytest.raises(Aborted) as caught:
        association.receive()
    return caught.value


def test_an_idle_one_gets_an_a_abort(lab: Lab) -> None:
    with pytest.raises(NoAnswerError), lab.open(VERIFICATION) as association:
        cut_all(lab)
        abort = seen(association)
        assert (abort.source, abort.reason) == (0, 0)
        raise abort
    until(lambda: not lab.archive.server.live)
    entry = lab.told("association.aborted")[-1]
    assert entry.text.endswith("somebody wanted it") and entry.facts["calling"] == "CT1"


def test_one_by_tls_gets_it_too(lab: Lab, tmp_path: Path) -> None:
    authority = Authority(tmp_path / "tls")
    authority.init()
    for name in ("PACSLAB", "CT1"):
        authority.issue(name)
    lab.set("dicom.tls", "on")
    peer = Peer(ae="PACSLAB", host="127.0.0.1", port=lab.archive.listeners.tls_port)
    caller = Caller(ae="CT1", tls=Tls.of(tmp_path / "tls" / "CT1"))
    with (
        pytest.raises(NoAnswerError),
        associate(peer, [plain_context(VERIFICATION)], caller) as association,
    ):
        cut_all(lab)
        abort = seen(association)
        assert abort.source == 0
        raise abort


def test_one_that_sends_all_the_time_is_ended_between_two_messages(lab: Lab) -> None:
    objects = study(1, 400)
    with pytest.raises(NoAnswerError), lab.open() as association:
        for number, ds in enumerate(objects):
            if number == 5:
                cut_all(lab)
            store_on(association, ds)
    until(lambda: not lab.archive.server.live)
    assert 5 <= lab.archive.index.counts()["instances"] < 10
