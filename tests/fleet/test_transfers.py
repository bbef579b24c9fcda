"""How a device transfers: pauses, associations it leaves open, and lengths it cannot bear."""

from __future__ import annotations

import time
from collections.abc import Callable

import pytest

from simulator.errors import CannotError, LocalError, RejectedError, UsageError
from simulator.network import scu
from simulator.network.associate import Caller, Peer
from tests.fleet.conftest import Ward
from tests.net import free_port


def until(done: Callable[[], bool]) -> bool:
    deadline = time.monotonic() + 5
    while not done() and time.monotonic() < deadline:
        time.sleep(0.02)
    return done()


def test_it_pauses_between_two_series_only(ward: Ward) -> None:
    device = ward.fleet.modality("CT1")
    done = device.perform(device.find_item(ward.order("CT1").accession))
    assert done.error is None
    assert {len(protocol.series) for protocol in device.profile.protocols.values()} == {2}
    device.change({"transfer.pause": 0.4})
    begun = time.monotonic()
    assert device.resend(done.accession).sent == done.images
    assert 0.4 <= time.monotonic() - begun < 0.4 * done.images


def test_an_association_it_lingers_on_ends_when_its_time_is_over(ward: Ward) -> None:
    device, live = ward.fleet.modality("CT1"), ward.shelf.server.live
    device.change({"transfer.linger": 0.5})
    device.echo()
    assert len(live) == 1
    assert until(lambda: not live)


def test_a_device_that_is_switched_off_leaves_nothing_open(ward: Ward) -> None:
    device, live = ward.fleet.modality("CT1"), ward.shelf.server.live
    ward.fleet.start_listeners()
    device.change({"transfer.linger": 3600})
    for _ in range(3):
        device.echo()
    device.echo("ris")  # the RIS is not the archive
    assert len(live) == 3
    device.change({"online": False})
    assert until(lambda: not live)


def test_a_restore_ends_what_was_left_open(ward: Ward) -> None:
    device, live = ward.fleet.modality("CT1"), ward.shelf.server.live
    ward.fleet.snapshot(ward.folder / "kept")
    device.change({"transfer.linger": 3600})
    device.echo()
    ward.fleet.restore(ward.folder / "kept")
    assert until(lambda: not live)
    assert device.settings.transfer_linger == 0


def test_it_hangs_up_where_longer_pdus_are_announced_than_it_bears(ward: Ward) -> None:
    device = ward.fleet.modality("CT1")
    device.change({"transfer.longest_pdu": 16384})
    with pytest.raises(LocalError, match="Maximum Length Received"):
        device.echo()
    device.change({"transfer.longest_pdu": 1048576})
    assert device.echo()


def test_a_service_agent_has_its_port_and_answers_under_its_own_name_only(ward: Ward) -> None:
    device, port = ward.fleet.modality("NM1"), free_port()
    ward.fleet.start_listeners()
    device.change({"agent.port": port})
    caller = Caller(ae="CT1")
    scu.echo(Peer(ae="NM1_SERVICE", host="127.0.0.1", port=port), caller)
    with pytest.raises(RejectedError, match="1/1/7"):
        scu.echo(Peer(ae="PACSLAB", host="127.0.0.1", port=port), caller)
    device.change({"agent.port": 0})
    assert not ward.fleet.device("NM1").settings.agent_port
    ward.fleet.modality("PT1").change({"agent.port": port})  # it is free again


def test_an_agent_cannot_have_a_port_that_is_taken(ward: Ward) -> None:
    device = ward.fleet.modality("NM1")
    ward.fleet.start_listeners()
    with pytest.raises(CannotError, match="cannot listen"):
        device.change({"agent.port": ward.shelf.peer.port})
    assert device.settings.agent_port == 0


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("transfer.pause", "-1"),
        ("transfer.linger", "100000"),
        ("transfer.longest_pdu", 100),
        ("agent.port", 70000),
        ("agent.port", True),
    ],
)
def test_impossible_values_are_refused(ward: Ward, key: str, value: object) -> None:
    with pytest.raises(UsageError, match="not possible"):
        ward.fleet.modality("CT1").change({key: value})
