"""Where the archive of a seat is: what `[backend]` in config.toml says, and what `up` was asked."""

from __future__ import annotations

import json
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from simulator.backends.capabilities import check_kind
from simulator.config import BackendConfig
from simulator.errors import LocalError, UsageError
from simulator.files import write_atomically
from simulator.network.associate import Peer
from simulator.ports import HOST, Plan

AE_TITLE = "PACSLAB"
_HOW = "Give '--peer AET@HOST:PORT', or ae, host and port under [backend] in config.toml."


@dataclass(frozen=True, kw_only=True)
class Asked:
    """What the command line said about the backend; None: nothing."""

    kind: str | None = None
    peer: str | None = None
    dicomweb: str | None = None


def merged(config: BackendConfig, asked: Asked) -> BackendConfig:
    """Return the backend of a new seat; raises UsageError for what cannot be."""
    kind = check_kind(asked.kind or ("external" if asked.peer else config.kind))
    if kind != "external" and (asked.peer or asked.dicomweb):
        raise UsageError(
            f"The backend '{kind}' is on this machine, at a port of the seat.",
            "Use --peer and --dicomweb with '--backend external' only.",
        )
    values: dict[str, Any] = {**vars(config), "kind": kind}
    if asked.peer:
        peer = _parsed(asked.peer)
        values |= {"ae": peer.ae, "host": peer.host, "port": peer.port}
    if asked.dicomweb is not None:
        values["dicomweb"] = asked.dicomweb
    made = BackendConfig(**values)
    if kind == "external":
        check(made)
    return made


def _parsed(text: str) -> Peer:
    try:
        return Peer.parse(text)
    except LocalError as error:
        raise UsageError(error.sentence, error.remedy) from error


def check(config: BackendConfig) -> None:
    """Refuse an external backend that nobody can call."""
    if not (config.ae and config.host and config.port):
        raise UsageError("Which archive? The external backend has no address.", _HOW)
    ae = config.ae
    fine = ae.isascii() and ae.isprintable() and "\\" not in ae and ae == ae.strip()
    if not fine or len(ae) > 16:
        raise UsageError(
            f"'{ae}' is not an AE title.", "Use 1 to 16 printable ASCII characters, no backslash."
        )
    if config.dicomweb and urlsplit(config.dicomweb).scheme not in ("http", "https"):
        raise UsageError(
            f"'{config.dicomweb}' is no DICOMweb address.", "Write it like http://host:8080/rs."
        )


def archive_of(config: BackendConfig, plan: Plan) -> Peer:
    """Return where images go, whoever answers there."""
    if config.kind == "external":
        return Peer(ae=config.ae, host=config.host, port=config.port)
    return Peer(ae=AE_TITLE, host=HOST, port=plan.archive)


def write(path: Path, old: BackendConfig, new: BackendConfig) -> None:
    """Add `[backend]` to a config.toml if `new` is not what it says; never changes one there."""
    if new == old:
        return
    if old != BackendConfig():
        raise UsageError(
            f"{path} names another backend under [backend].", "Change it there, or leave it out."
        )
    usual = BackendConfig()
    rows = [
        f"{item.name} = {json.dumps(getattr(new, item.name))}"
        for item in fields(new)
        if item.name == "kind" or getattr(new, item.name) != getattr(usual, item.name)
    ]
    text = "\n".join(["\n[backend]  # which archive: embedded, orthanc or external", *rows, ""])
    write_atomically(path, path.read_bytes() + text.encode())
