from __future__ import annotations

import socket
import ssl
import stat
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest
from pydicom.dataset import Dataset
from pynetdicom import AE

from simulator.authority import Authority
from simulator.errors import (
    CannotError,
    HandshakeError,
    LocalError,
    NetworkError,
    NoAnswerError,
    RefusedError,
    UsageError,
)
from simulator.network import scu
from simulator.network.associate import Caller, Peer, associate, plain_context, send_store
from simulator.network.dimse import encode_dataset
from simulator.network.limits import Limits
from simulator.network.tls import Renewed, Tls, client_context, server_context
from tests import peers
from tests.net import free_port, no_thread_left, wait_for, wait_for_port
from tests.network.support import SmallArchive, image, small_archive, study_query

CT = "1.2.840.10008.5.1.4.1.1.2"


@dataclass
class Safe:
    """An archive that speaks TLS, the authority behind it, and a device's certificate."""

    archive: SmallArchive
    authority: Authority
    folder: Path

    def tls(self, name: str = "CT1", **options: Any) -> Tls:
        return Tls.of(self.folder / name, **options)

    def echo(self, tls: Tls | None, host: str = "127.0.0.1") -> None:
        caller = Caller(ae="CT1", tls=tls, acse_timeout=3)
        scu.echo(Peer(ae="PACSLAB", host=host, port=self.archive.port), caller)

    def reasons(self) -> list[str]:
        wait_for(lambda: "tls.failed" in self.archive.kinds())
        return [f["reason"] for kind, _, f in self.archive.told if kind == "tls.failed"]


def run(folder: Path, *, mutual: bool, **options: Any) -> Iterator[Safe]:
    authority = Authority(folder)
    authority.init()
    for name in ("PACSLAB", "CT1"):
        authority.issue(name)
    server = Tls.of(folder / "PACSLAB")
    contexts = Renewed(lambda: server_context(server, mutual=mutual), server)
    with no_thread_left(), small_archive(tls=contexts, **options) as archive:
        archive.limits = Limits(acse_timeout=2)
        yield Safe(archive, authority, folder)


@pytest.fixture
def safe(tmp_path: Path) -> Iterator[Safe]:
    yield from run(tmp_path, mutual=False)


@pytest.fixture
def mutual(tmp_path: Path) -> Iterator[Safe]:
    yield from run(tmp_path, mutual=True)


# --- what works -------------------------------------------------------------------------------


def test_everything_goes_over_tls(safe: Safe) -> None:
    peer = Peer(ae="PACSLAB", host="127.0.0.1", port=safe.archive.port)
    caller = Caller(ae="CT1", tls=safe.tls())
    ds = image(512)
    data = encode_dataset(ds, "1.2.840.10008.1.2")
    with associate(peer, [plain_context(CT)], caller) as association:
        assert association.wire.tls is not None
        assert association.wire.tls.version() == "TLSv1.3"
        context = association.accepted(CT)
        assert context is not None
        data = encode_dataset(ds, context.transfer_syntax)
        for _ in range(3):
            status = send_store(
                association, sop_class=CT, sop_instance=ds.SOPInstanceUID,
                transfer_syntax=context.transfer_syntax, data=[data],
            )  # fmt: skip
            assert status == 0
    assert [stored for _, stored in safe.archive.stored] == [data] * 3
    assert len(list(scu.find(peer, study_query(), caller))) == 3


def test_a_query_over_tls_is_cancelled(safe: Safe) -> None:
    safe.archive.matches, safe.archive.waits_after = 1000, 2
    peer = Peer(ae="PACSLAB", host="127.0.0.1", port=safe.archive.port)
    found = scu.find(peer, study_query(), Caller(ae="CT1", tls=safe.tls()))
    assert next(found) and next(found)
    found.close()  # type: ignore[attr-defined]
    wait_for(lambda: safe.archive.cancelled_after == 2)


def test_a_waiting_tls_association_is_not_taken_for_a_readable_one(safe: Safe) -> None:
    peer = Peer(ae="PACSLAB", host="127.0.0.1", port=safe.archive.port)
    with associate(peer, [plain_context(CT)], Caller(tls=safe.tls())) as association:
        assert not association.wire.readable()  # though tickets of TLS 1.3 may have come
        assert not association.wire.wait(0.1)
        assert association.lingers(0.05)


def test_mutual_tls_lets_in_who_has_a_certificate(mutual: Safe) -> None:
    mutual.echo(mutual.tls())
    assert "c-echo" in mutual.archive.kinds()


def test_a_stopping_server_ends_tls_associations(tmp_path: Path) -> None:
    runner = run(tmp_path, mutual=False)
    safe = next(runner)
    peer = Peer(ae="PACSLAB", host="127.0.0.1", port=safe.archive.port)
    with (
        pytest.raises(NoAnswerError),
        associate(peer, [plain_context(CT)], Caller(tls=safe.tls())) as association,
    ):
        safe.archive.server.stop()
        association.receive()
    assert next(runner, None) is None


def test_a_renewed_certificate_is_used_from_the_next_connection_on(safe: Safe) -> None:
    safe.authority.renew("PACSLAB", days=-1)
    with pytest.raises(LocalError, match="has expired"):
        safe.echo(safe.tls())
    safe.authority.renew("PACSLAB")
    safe.echo(safe.tls())


# --- all the ways in which certificates fail ------------------------------------------------------


def test_an_expired_server_certificate(safe: Safe) -> None:
    safe.authority.issue("PACSLAB", days=0)
    with pytest.raises(LocalError, match="peer's certificate has expired") as caught:
        safe.echo(safe.tls())
    assert "renew" in caught.value.remedy
    assert safe.reasons() == ["our certificate has expired"]


def test_a_server_of_an_unknown_authority(safe: Safe) -> None:
    safe.authority.init(replace=True)
    safe.authority.issue("PACSLAB")  # and CT1 was told nothing of it
    with pytest.raises(LocalError, match="comes from an authority we do not trust"):
        safe.echo(safe.tls())
    assert safe.reasons() == ["it does not trust our authority"]
    assert safe.authority.show("CT1").trusts == "old"
    safe.authority.trust("CT1")
    safe.echo(safe.tls())


def test_a_server_with_another_name(safe: Safe) -> None:
    safe.authority.issue("PACSLAB", ["archive.example"])
    with pytest.raises(LocalError, match="made out to another address"):
        safe.echo(safe.tls())
    with pytest.raises(LocalError, match="made out to another name"):
        safe.echo(safe.tls(), "localhost")
    safe.echo(safe.tls(check_host=False))


def test_an_unchecked_server_is_only_encrypted(safe: Safe) -> None:
    safe.authority.issue("PACSLAB", ["archive.example"], days=-5)
    safe.echo(safe.tls(verify=False))


def test_a_missing_client_certificate(mutual: Safe) -> None:
    with pytest.raises(HandshakeError, match="wants a certificate of ours") as caught:
        mutual.echo(replace(mutual.tls(), certificate=None, key=None))
    assert caught.value.kind == "the peer refused"
    assert mutual.reasons() == ["the peer showed no certificate, and mutual TLS asks for one"]


def test_an_expired_client_certificate(mutual: Safe) -> None:
    mutual.authority.renew("CT1", days=-1)
    with pytest.raises(HandshakeError, match="our certificate has expired"):
        mutual.echo(mutual.tls())
    assert mutual.reasons() == ["the peer's certificate has expired"]


def test_a_client_of_an_unknown_authority(mutual: Safe, tmp_path: Path) -> None:
    other = Authority(tmp_path / "other")
    other.init()
    other.issue("CT1")
    theirs = Tls.of(tmp_path / "other" / "CT1")
    tls = replace(theirs, trusted=mutual.tls().trusted)
    with pytest.raises(HandshakeError, match="does not trust our authority"):
        mutual.echo(tls)
    assert mutual.reasons() == ["the peer's certificate comes from an authority we do not trust"]


def test_plain_to_a_tls_port(safe: Safe) -> None:
    with pytest.raises(NoAnswerError, match="TLS") as caught:
        safe.echo(None)
    assert "TLS" in str(caught.value)
    assert safe.reasons() == ["the peer speaks plain DICOM on the TLS port"]


def test_tls_to_a_plain_port(safe: Safe) -> None:
    with small_archive() as plain:
        caller = Caller(ae="CT1", tls=safe.tls(), acse_timeout=3)
        with pytest.raises(NoAnswerError, match="No TLS handshake") as caught:
            scu.echo(Peer(ae="PACSLAB", host="127.0.0.1", port=plain.port), caller)
        assert "Is that a TLS port?" in caught.value.remedy
        wait_for(lambda: "association.malformed" in plain.kinds())
        text = next(text for kind, text, _ in plain.told if kind == "association.malformed")
    assert "first bytes of a TLS handshake" in text


def test_a_server_that_is_too_old(safe: Safe) -> None:
    old = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    old.check_hostname, old.verify_mode = False, ssl.CERT_NONE
    old.set_ciphers("ALL:@SECLEVEL=0")
    with pytest.warns(DeprecationWarning):
        old.minimum_version = ssl.TLSVersion.TLSv1_1
        old.maximum_version = ssl.TLSVersion.TLSv1_1
    sock = socket.create_connection(("127.0.0.1", safe.archive.port), 3)
    with sock, pytest.raises(OSError):
        old.wrap_socket(sock)
    assert "unsupported protocol" in safe.reasons()[0]


def test_a_silent_caller_of_a_tls_port_is_dropped_in_time(safe: Safe) -> None:
    safe.archive.limits = Limits(acse_timeout=0.2)
    with socket.create_connection(("127.0.0.1", safe.archive.port), 3) as sock:
        assert sock.recv(1) == b""
    assert safe.reasons() == ["the peer did not answer in time in the middle of the handshake"]
    safe.echo(safe.tls())


def test_a_port_scan_of_a_tls_port_is_not_told(safe: Safe) -> None:
    socket.create_connection(("127.0.0.1", safe.archive.port), 3).close()
    safe.echo(safe.tls())
    assert "tls.failed" not in safe.archive.kinds()


def test_a_silent_server_is_given_up_in_time(safe: Safe) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        peer = Peer(ae="PACSLAB", host="127.0.0.1", port=listener.getsockname()[1])
        with pytest.raises(NoAnswerError, match="did not answer in time"):
            scu.echo(peer, Caller(tls=safe.tls(), acse_timeout=0.2))


@pytest.mark.parametrize("file", ["trusted.pem", "certificate.pem", "key.pem"])
def test_a_file_of_no_use_is_our_own_error(safe: Safe, file: str) -> None:
    (safe.folder / "CT1" / file).write_text("nothing")
    with pytest.raises(LocalError, match=r"cannot be used"):
        safe.echo(safe.tls())


def test_a_server_without_a_certificate_says_so(tmp_path: Path) -> None:
    server = Tls.of(tmp_path / "PACSLAB")
    with small_archive(tls=lambda: server_context(server)) as archive:
        with pytest.raises(NetworkError):
            scu.echo(
                Peer(ae="PACSLAB", host="127.0.0.1", port=archive.port),
                Caller(tls=Tls(trusted=Path(ssl.get_default_verify_paths().cafile or "/x"))),
            )
        with pytest.raises(NoAnswerError):
            scu.echo(Peer(ae="PACSLAB", host="127.0.0.1", port=archive.port), Caller())
        wait_for(lambda: "tls.failed" in archive.kinds())
        assert "pacslab tls issue" in archive.told[-1][1]


# --- the authority ----------------------------------------------------------------------------


def test_keys_are_private(safe: Safe) -> None:
    for name in ("ca", "PACSLAB", "CT1"):
        mode = (safe.folder / name / "key.pem").stat().st_mode
        assert stat.S_IMODE(mode) == 0o600


def test_lifetimes_are_told(safe: Safe) -> None:
    assert [row.name for row in safe.authority.all()] == ["ca", "CT1", "PACSLAB"]
    facts = safe.authority.issue("CT1", ["127.0.1.1", "ct1.example"], days=30)
    assert facts.state == "valid" and 29.9 < facts.days_left <= 30
    assert facts.hosts == ("127.0.1.1", "ct1.example") and facts.trusts == "present"
    assert safe.authority.renew("CT1", days=-2).state == "expired"
    key = (safe.folder / "CT1" / "key.pem").read_bytes()
    safe.authority.renew("CT1")
    assert (safe.folder / "CT1" / "key.pem").read_bytes() == key
    safe.authority.init(replace=True)
    assert safe.authority.show("CT1").state == "of another authority"
    safe.authority.remove("CT1")
    with pytest.raises(RefusedError):
        safe.authority.show("CT1")


def test_what_makes_no_sense_is_refused(tmp_path: Path) -> None:
    authority = Authority(tmp_path)
    with pytest.raises(CannotError, match="no authority"):
        authority.issue("CT1")
    authority.init()
    with pytest.raises(RefusedError, match="already"):
        authority.init()
    for name in ("../x", "", "ca", "A" * 17):
        with pytest.raises(UsageError):
            authority.issue(name)
    with pytest.raises(UsageError, match="host"):
        authority.issue("CT1", ["a b"])
    with pytest.raises(UsageError, match="lifetime"):
        authority.issue("CT1", days=1e9)


def test_contexts_follow_bcp_195(safe: Safe) -> None:
    for context in (client_context(safe.tls()), server_context(safe.tls("PACSLAB"), mutual=True)):
        assert context.minimum_version == ssl.TLSVersion.TLSv1_2
        assert context.verify_mode == ssl.CERT_REQUIRED
        names = [cipher["name"] for cipher in context.get_ciphers()]
        assert names and not [name for name in names if "CBC" in name or name.startswith("AES")]


# --- pynetdicom and DCMTK ----------------------------------------------------------------------


def dcmtk(safe: Safe, tool: str, *arguments: object, own: bool = True) -> str:
    folder = safe.folder / "CT1"
    keys = ["+tls", folder / "key.pem", folder / "certificate.pem"] if own else ["+tla"]
    options = [*keys, "+cf", folder / "trusted.pem", "-aec", "PACSLAB", "-aet", "CT1", "-v"]
    done = peers.run(
        peers.peer(tool), *options, "127.0.0.1", safe.archive.port, *arguments, timeout=30
    )
    return f"{done.returncode} {done.stdout}"


def test_pynetdicom_calls_us_over_mutual_tls(mutual: Safe) -> None:
    ae = AE("CT1")
    ae.add_requested_context(CT)
    options = (client_context(mutual.tls()), "127.0.0.1")
    assoc = ae.associate("127.0.0.1", mutual.archive.port, ae_title="PACSLAB", tls_args=options)
    assert assoc.is_established
    assert assoc.send_c_store(stored(image())).Status == 0
    assoc.release()
    assert len(mutual.archive.stored) == 1


def test_we_call_pynetdicom_over_mutual_tls(safe: Safe) -> None:
    ae = AE("STORE")
    ae.add_supported_context("1.2.840.10008.1.1")
    context = server_context(safe.tls("PACSLAB"), mutual=True)
    server = ae.start_server(("127.0.0.1", 0), block=False, ssl_context=context)
    try:
        peer = Peer(ae="STORE", host="127.0.0.1", port=server.server_address[1])
        scu.echo(peer, Caller(ae="CT1", tls=safe.tls()))
    finally:
        ae.shutdown()


def stored(ds: Dataset) -> Dataset:
    ds.ensure_file_meta()
    ds.file_meta.TransferSyntaxUID = "1.2.840.10008.1.2.1"
    return ds


@pytest.mark.peer("echoscu", "storescu")
def test_dcmtk_echoes_and_stores_over_mutual_tls(mutual: Safe, tmp_path: Path) -> None:
    assert dcmtk(mutual, "echoscu").startswith("0 ")
    ds = stored(image())
    ds.save_as(tmp_path / "image.dcm", enforce_file_format=True)
    assert dcmtk(mutual, "storescu", tmp_path / "image.dcm").startswith("0 ")
    assert [uid for uid, _ in mutual.archive.stored] == [ds.SOPInstanceUID]


@pytest.mark.peer("echoscu")
def test_dcmtk_without_a_certificate_meets_mutual_tls(mutual: Safe) -> None:
    assert not dcmtk(mutual, "echoscu", own=False).startswith("0 ")
    assert mutual.reasons() == ["the peer showed no certificate, and mutual TLS asks for one"]


@pytest.mark.peer("echoscu")
def test_dcmtk_does_not_trust_an_expired_or_unknown_certificate(safe: Safe) -> None:
    assert dcmtk(safe, "echoscu", own=False).startswith("0 ")
    safe.authority.renew("PACSLAB", days=-1)
    assert not dcmtk(safe, "echoscu").startswith("0 ")
    safe.authority.init(replace=True)
    safe.authority.issue("PACSLAB")
    assert not dcmtk(safe, "echoscu").startswith("0 ")
    wait_for(lambda: len(safe.reasons()) == 2)


@pytest.mark.peer("storescp")
def test_we_call_dcmtk_over_tls(safe: Safe, tmp_path: Path) -> None:
    port = free_port()
    folder = safe.folder / "PACSLAB"
    key, certificate, trusted = (folder / f for f in ("key.pem", "certificate.pem", "trusted.pem"))
    options = ["+tls", key, certificate, "+cf", trusted]
    peer = Peer(ae="STORE", host="127.0.0.1", port=port)
    with peers.background(peers.peer("storescp"), *options, "-aet", "STORE", "-od", tmp_path, port):
        wait_for_port(port, seconds=15)
        scu.echo(peer, Caller(ae="CT1", tls=safe.tls()))
        with pytest.raises(NetworkError) as plain:
            scu.echo(peer, Caller(ae="CT1", acse_timeout=3))
        assert "TLS" in str(plain.value)
        with pytest.raises(NetworkError, match="certificate"):  # it may reset before its alert
            tls = replace(safe.tls(), certificate=None, key=None)
            scu.echo(peer, Caller(ae="CT1", tls=tls))
