"""A small certification authority for the lab: certificates for archive and devices, in the seat.

`tls/ca/` holds the authority, `tls/NAME/` what a node has: `certificate.pem`, `key.pem` (0600) and
`trusted.pem`, the authorities it trusts. A new authority leaves the old trust where it is: that,
too, is something to repair. Certificates live in the machine's time, not in hospital time.
"""

from __future__ import annotations

import ipaddress
import re
import shutil
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from simulator.clock import real_now
from simulator.errors import CannotError, RefusedError, UsageError
from simulator.files import write_atomically

DAYS, CA_DAYS = 397.0, 3650.0
_LONGEST = 36500.0
_CA = "ca"


@dataclass(frozen=True, kw_only=True)
class Facts:
    """What stands in a certificate, and how it is doing."""

    name: str
    subject: str
    issuer: str
    hosts: tuple[str, ...]
    begins: str
    ends: str
    days_left: float
    state: str  # valid | expired | not yet valid | of another authority
    trusts: str  # present | old | none: whether the node trusts the present authority

    def facts(self) -> dict[str, Any]:
        """The facts as JSON holds them."""
        return {**asdict(self), "hosts": list(self.hosts)}


class Authority:
    """The lab's own authority, in one folder."""

    def __init__(self, folder: Path) -> None:
        """Keep everything in `folder`."""
        self.folder = folder

    @property
    def exists(self) -> bool:
        """Whether there is an authority."""
        return (self.folder / _CA / "certificate.pem").exists()

    def init(self, *, days: float = CA_DAYS, replace: bool = False) -> Facts:
        """Make the authority; an old one is only replaced when asked for."""
        if self.exists and not replace:
            raise RefusedError("There is an authority already.", "Add --replace for a new one.")
        key = ec.generate_private_key(ec.SECP256R1())
        begins, ends = _lifetime(days)
        serial = f"{x509.random_serial_number() % 16**6:06X}"
        name = _name(f"PACS Lab training authority {serial}")
        builder = _builder(name, name, key, begins, ends)
        builder = builder.add_extension(x509.BasicConstraints(ca=True, path_length=0), True)
        builder = builder.add_extension(_usage(signs=True), True)
        certificate = builder.sign(key, hashes.SHA256())
        self._write(_CA, certificate, key)
        return self.show(_CA)

    def issue(self, name: str, hosts: Sequence[str] = (), *, days: float = DAYS) -> Facts:
        """Issue a new key and certificate; `hosts` are the names and addresses it is good for.

        With `days` of 0 or less it has expired already.
        """
        self._place(name)
        hosts = hosts or ("127.0.0.1", "localhost")
        return self._certify(name, ec.generate_private_key(ec.SECP256R1()), hosts, days)

    def renew(self, name: str, *, days: float = DAYS) -> Facts:
        """Issue a new certificate for the key and the hosts a node has."""
        old = self.show(name)
        key = serialization.load_pem_private_key(self._read(name, "key.pem"), None)
        assert isinstance(key, ec.EllipticCurvePrivateKey)
        return self._certify(name, key, old.hosts, days)

    def trust(self, name: str) -> Facts:
        """Let a node trust the present authority, and no other."""
        self.show(name)
        write_atomically(self._place(name) / "trusted.pem", self._read(_CA, "certificate.pem"))
        return self.show(name)

    def remove(self, name: str) -> None:
        """Throw a node's certificate and key away."""
        self.show(name)
        shutil.rmtree(self._place(name))

    def all(self) -> list[Facts]:
        """Return what there is about every certificate, the authority first."""
        paths = self.folder.glob("*/certificate.pem")
        return [self.show(name) for name in sorted({p.parent.name for p in paths}, key=_ca_first)]

    def show(self, name: str) -> Facts:
        """Return what stands in a node's certificate."""
        certificate = self._load(name)
        return Facts(
            name=name,
            subject=certificate.subject.rfc4514_string(),
            issuer=certificate.issuer.rfc4514_string(),
            hosts=_hosts(certificate),
            begins=certificate.not_valid_before_utc.isoformat(),
            ends=certificate.not_valid_after_utc.isoformat(),
            days_left=round((certificate.not_valid_after_utc - _now()) / timedelta(days=1), 2),
            state=self._state(certificate),
            trusts=self._trusts(name),
        )

    # --- inner parts ----------------------------------------------------------------------------

    def _certify(
        self, name: str, key: ec.EllipticCurvePrivateKey, hosts: Sequence[str], days: float
    ) -> Facts:
        if name.lower() == _CA:
            raise UsageError("That is the authority itself.", "Use 'pacslab tls init --replace'.")
        authority = self._load(_CA)
        signer = serialization.load_pem_private_key(self._read(_CA, "key.pem"), None)
        assert isinstance(signer, ec.EllipticCurvePrivateKey)
        begins, ends = _lifetime(days)
        builder = _builder(_name(name), authority.subject, key, begins, ends)
        both = [ExtendedKeyUsageOID.SERVER_AUTH, ExtendedKeyUsageOID.CLIENT_AUTH]
        for extension, critical in (
            (x509.BasicConstraints(ca=False, path_length=None), True),
            (_usage(signs=False), True),
            (x509.ExtendedKeyUsage(both), False),
            (x509.SubjectAlternativeName([_general_name(host) for host in hosts]), False),
            (x509.AuthorityKeyIdentifier.from_issuer_public_key(signer.public_key()), False),
        ):
            builder = builder.add_extension(extension, critical)
        self._write(name, builder.sign(signer, hashes.SHA256()), key)
        return self.trust(name)

    def _write(
        self, name: str, certificate: x509.Certificate, key: ec.EllipticCurvePrivateKey
    ) -> None:
        pem = serialization.Encoding.PEM
        plain = serialization.NoEncryption()
        secret = key.private_bytes(pem, serialization.PrivateFormat.PKCS8, plain)
        write_atomically(self._place(name) / "key.pem", secret, private=True)
        public = certificate.public_bytes(pem)
        write_atomically(self._place(name) / "certificate.pem", public)

    def _place(self, name: str) -> Path:
        if not re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9_-]{0,15}", name):
            raise UsageError(f"'{name}' is no name for a certificate.", "Use the AE title.")
        return self.folder / name

    def _load(self, name: str) -> x509.Certificate:
        return x509.load_pem_x509_certificate(self._read(name, "certificate.pem"))

    def _read(self, name: str, file: str) -> bytes:
        try:
            return (self._place(name) / file).read_bytes()
        except OSError:
            if name == _CA:
                raise CannotError(
                    f"There is no authority in {self.folder}.", "Make one: 'pacslab tls init'."
                ) from None
            raise RefusedError(
                f"{name} has no certificate.", f"Give it one: 'pacslab tls issue {name}'.", 404
            ) from None

    def _state(self, certificate: x509.Certificate) -> str:
        if certificate.not_valid_after_utc <= _now():
            return "expired"
        if certificate.not_valid_before_utc > _now():
            return "not yet valid"
        ours = self.exists and certificate.issuer == self._load(_CA).subject
        return "valid" if ours else "of another authority"

    def _trusts(self, name: str) -> str:
        path = self.folder / name / "trusted.pem"
        if name == _CA or not path.exists():
            return "" if name == _CA else "none"
        return "present" if path.read_bytes() == self._read(_CA, "certificate.pem") else "old"


def _now() -> datetime:
    return real_now().astimezone(UTC)


def _lifetime(days: float) -> tuple[datetime, datetime]:
    """Return begin and end; what has expired already was good for a day before that."""
    if not -_LONGEST <= days <= _LONGEST:
        raise UsageError(f"{days:g} days are no lifetime.", f"Give at most {_LONGEST:g}.")
    ends = _now() + timedelta(days=days)
    return min(_now() - timedelta(hours=1), ends - timedelta(days=1)), ends


def _name(text: str) -> x509.Name:
    return x509.Name(
        [
            x509.NameAttribute(NameOID.ORGANIZATION_NAME, "PACS Lab, for training only"),
            x509.NameAttribute(NameOID.COMMON_NAME, text),
        ]
    )


def _builder(
    subject: x509.Name,
    issuer: x509.Name,
    key: ec.EllipticCurvePrivateKey,
    begins: datetime,
    ends: datetime,
) -> x509.CertificateBuilder:
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(begins)
        .not_valid_after(ends)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), False)
    )


def _usage(*, signs: bool) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=True, key_cert_sign=signs, crl_sign=signs, key_agreement=False,
        content_commitment=False, key_encipherment=False, data_encipherment=False,
        encipher_only=False, decipher_only=False,
    )  # fmt: skip


def _general_name(host: str) -> x509.GeneralName:
    try:
        return x509.IPAddress(ipaddress.ip_address(host))
    except ValueError:
        pass
    if not re.fullmatch(r"[A-Za-z0-9*]([A-Za-z0-9.-]{0,252})", host):
        raise UsageError(f"'{host}' is not a host.", "Give an IP address or a host name.")
    return x509.DNSName(host)


def _hosts(certificate: x509.Certificate) -> tuple[str, ...]:
    try:
        found = certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    except x509.ExtensionNotFound:
        return ()
    return tuple(str(name.value) for name in found)


def _ca_first(name: str) -> tuple[bool, str]:
    return name != _CA, name
