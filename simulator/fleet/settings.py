"""What a service engineer can set on a device, as one typed table of dotted keys.

Defaults follow from the device's profile and the seat; only what was changed is stored.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import Field, dataclass, fields, replace
from typing import Any

from pydicom import uid

from simulator.errors import UsageError
from simulator.fleet.encoding_settings import EncodingSettings
from simulator.fleet.profile import ModalityProfile
from simulator.fleet.setting import Value, listed, one_of, setting
from simulator.fleet.workflow_settings import WorkflowSettings
from simulator.network.associate import Caller, Peer
from simulator.network.tls_listening import MODES


def _ae(value: Any) -> str:
    text = str(value).strip()
    if not 0 < len(text) <= 16 or not text.isascii() or not text.isprintable() or "\\" in text:
        raise ValueError("an AE title: 1 to 16 ASCII characters, no backslash")
    return text


def _ae_or_any(value: Any) -> str:
    return _ae(value) if str(value).strip() else ""


def _host(value: Any) -> str:
    text = str(value).strip()
    if not re.fullmatch(r"[A-Za-z0-9]([A-Za-z0-9.:-]{0,252})", text):
        raise ValueError("an IP address or a host name")
    return text


def _port(value: Any) -> int:
    if isinstance(value, bool) or not re.fullmatch(r"\d{1,5}", str(value).strip()):
        raise ValueError("a port: 1 to 65535")
    if not 0 < int(value) < 65536:
        raise ValueError("a port: 1 to 65535")
    return int(value)


def _port_or_none(value: Any) -> int:
    return _port(value) if str(value).strip() != "0" else 0


def _modality(value: Any) -> str:
    text = str(value).strip()
    if not re.fullmatch(r"[A-Z0-9 _]{0,16}", text):
        raise ValueError("a modality code such as CT, or empty for any")
    return text


def _syntaxes(value: Any) -> tuple[str, ...]:
    names = listed(value)
    for name in names:
        known = getattr(uid, name, None)
        if not isinstance(known, uid.UID) or not known.is_transfer_syntax:
            raise ValueError("pydicom keywords of transfer syntaxes, the preferred one first")
    if not names or len(set(names)) != len(names):
        raise ValueError("at least one transfer syntax, none twice")
    return names


def _seconds(value: Any) -> float:
    text = "" if isinstance(value, bool) else str(value).strip()
    if not re.fullmatch(r"\d+(\.\d+)?", text) or not 0.1 <= float(text) <= 300:
        raise ValueError("seconds: 0.1 to 300")
    return float(text)


def _pause(value: Any) -> float:
    text = "" if isinstance(value, bool) else str(value).strip()
    if not re.fullmatch(r"\d+(\.\d+)?", text) or float(text) > 86400:
        raise ValueError("seconds: 0 to 86400")
    return float(text)


def _length(value: Any) -> int:
    text = "" if isinstance(value, bool) else str(value).strip()
    if not re.fullmatch(r"\d{1,7}", text) or (int(text) and not 4096 <= int(text) <= 1048576):
        raise ValueError("bytes: 4096 to 1048576, or 0 for any")
    return int(text)


def _switch(value: Any) -> bool:
    words = {"true": True, "on": True, "yes": True, "false": False, "off": False, "no": False}
    if str(value).lower() not in words:
        raise ValueError("true or false")
    return words[str(value).lower()]


def _user(value: Any) -> str:
    text = str(value).strip()
    if len(text) > 64 or not text.isprintable():
        raise ValueError("the name of an account, or empty")
    return text


def _passcode(value: Any) -> str:
    if not isinstance(value, str) or len(value) > 128:
        raise ValueError("a passcode, or empty")
    return value


@dataclass(frozen=True, kw_only=True)
class Settings(WorkflowSettings, EncodingSettings):
    """The settings of one device; see `table` for what each means."""

    ae_title: str = setting("ae_title", _ae, "what the device calls itself, calling and called")
    archive_ae: str = setting("archive.ae", _ae, "AE title it sends images to")
    archive_host: str = setting("archive.host", _host, "address of the archive")
    archive_port: int = setting("archive.port", _port, "port of the archive")
    archive_tls: bool = setting(
        "archive.tls", _switch, "whether it calls the archive by TLS; the port must fit", False
    )
    archive_user: str = setting(
        "archive.user", _user, "account it names to the archive; empty for none", ""
    )
    archive_passcode: str = setting(
        "archive.passcode", _passcode, "passcode of that account; empty for none", ""
    )
    ris_ae: str = setting("ris.ae", _ae, "AE title it asks for the worklist and reports to")
    ris_host: str = setting("ris.host", _host, "address of the RIS")
    ris_port: int = setting("ris.port", _port, "port of the RIS")
    ris_tls: bool = setting("ris.tls", _switch, "whether it calls the RIS by TLS", False)
    listener_tls: str = setting(
        "listener.tls", one_of(MODES), "how its own port speaks: off, on, or mutual (TLS)", "off"
    )
    worklist_station_ae: str = setting(
        "worklist.station_ae", _ae_or_any, "shows only this station's entries; empty for any", ""
    )
    worklist_modality: str = setting(
        "worklist.modality", _modality, "shows only this modality's entries; empty for any", ""
    )
    worklist_date: str = setting(
        "worklist.date", one_of(("today", "any")), "today: only today's entries; any: all", "today"
    )
    syntaxes: tuple[str, ...] = setting(
        "syntaxes", _syntaxes, "transfer syntaxes it offers, the one it encodes in first",
        ("ExplicitVRLittleEndian", "ImplicitVRLittleEndian"),
    )  # fmt: skip
    commitment: bool = setting(
        "commitment", _switch, "whether sent images stay until the archive commits to them", False
    )
    commitment_wait: float = setting(
        "commitment.wait", _seconds, "seconds to stay on the association for the result", 1.0
    )
    timeouts_connect: float = setting(
        "timeouts.connect", _seconds, "seconds to wait for a connection", 5.0
    )
    timeouts_acse: float = setting(
        "timeouts.acse", _seconds, "seconds to wait for an association", 10.0
    )
    timeouts_dimse: float = setting(
        "timeouts.dimse", _seconds, "seconds to wait for each answer", 30.0
    )
    transfer_pause: float = setting(
        "transfer.pause", _pause, "seconds it pauses between two series of a transfer", 0.0
    )
    transfer_linger: float = setting(
        "transfer.linger", _pause,
        "seconds it leaves an association to the archive open after its work", 0.0,
    )  # fmt: skip
    transfer_longest_pdu: int = setting(
        "transfer.longest_pdu", _length,
        "longest PDU (bytes) that the archive may say it takes; 0: any", 0,
    )  # fmt: skip
    agent_port: int = setting(
        "agent.port", _port_or_none,
        "port of its maker's service agent on the archive's computer; 0: none", 0,
    )  # fmt: skip
    online: bool = setting("online", _switch, "whether its network is switched on", True)

    def with_changes(self, changes: Mapping[str, Any]) -> Settings:
        """Return settings with these dotted keys changed; raises UsageError for a bad one."""
        known = items(type(self))
        wanted: dict[str, Any] = {
            known[check_key(k, tuple(known))].name: _read(known[k], k, v)
            for k, v in changes.items()
        }
        return replace(self, **wanted)

    def values(self) -> dict[str, Value]:
        """Return every setting by its dotted key."""
        return {key: getattr(self, item.name) for key, item in items(type(self)).items()}

    def table(self) -> dict[str, str]:
        """Return what each setting means, by its dotted key."""
        return {key: str(item.metadata["says"]) for key, item in items(type(self)).items()}

    def changes_from(self, default: Settings) -> dict[str, Value]:
        """Return the settings that differ from `default`: what has to be stored."""
        usual = default.values()
        return {key: value for key, value in self.values().items() if value != usual[key]}

    def archive(self) -> Peer:
        """Where images go."""
        return Peer(ae=self.archive_ae, host=self.archive_host, port=self.archive_port)

    def ris(self) -> Peer:
        """Where the worklist comes from."""
        return Peer(ae=self.ris_ae, host=self.ris_host, port=self.ris_port)

    def caller(self, host: str) -> Caller:
        """Who calls when this device calls from `host`."""
        return Caller(
            ae=self.ae_title,
            host=host,
            connect_timeout=self.timeouts_connect,
            acse_timeout=self.timeouts_acse,
            dimse_timeout=self.timeouts_dimse,
        )


def items(kind: type[Settings]) -> dict[str, Field[Any]]:
    """Return the settings of one kind of device, by their dotted keys."""
    last = {x.name for base in (WorkflowSettings, EncodingSettings) for x in fields(base)}
    ordered = sorted(fields(kind), key=lambda item: item.name in last)
    return {item.metadata["key"]: item for item in ordered}


SECRET = ("archive.passcode",)  # never shown
TABLE = {key: str(item.metadata["says"]) for key, item in items(Settings).items()}


def device_defaults(profile: ModalityProfile, archive: Peer, ris: Peer) -> Settings:
    """Return how a modality is set up when it is installed."""
    return Settings(
        ae_title=profile.ae_title,
        worklist_station_ae=profile.ae_title,
        worklist_modality=profile.modality,
        worklist_needs=profile.worklist_needs,
        worklist_charsets=profile.worklist_charsets,
        syntaxes=tuple(profile.transfer_syntaxes),
        **peers(archive, ris),
    )


def peers(archive: Peer, ris: Peer) -> dict[str, Any]:
    """Return what a device is told of the two services of the house."""
    return {
        "archive_ae": archive.ae, "archive_host": archive.host, "archive_port": archive.port,
        "ris_ae": ris.ae, "ris_host": ris.host, "ris_port": ris.port,
    }  # fmt: skip


def _read(item: Field[Any], key: str, value: Any) -> Value:
    try:
        read: Value = item.metadata["read"](value)
    except ValueError as error:
        raise UsageError(f"'{value}' is not possible for '{key}'.", f"Give {error}.") from None
    return read


def check_key(key: str, known: tuple[str, ...] = tuple(TABLE)) -> str:
    """Return the key if a device of this kind has it; raises UsageError otherwise."""
    if key not in known:
        raise UsageError(f"There is no setting '{key}'.", f"Known: {', '.join(known)}.")
    return key
