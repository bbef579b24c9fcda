"""The configuration of a backup put back: config.toml and certificates, read at the next start.

What is there now stays beside it as `….before-restore`, so that nothing is lost by a wrong choice.
"""

from __future__ import annotations

import shutil
from pathlib import Path

from simulator.archive.continuity import manifest as m
from simulator.archive.continuity.manifest import Manifest
from simulator.archive.continuity.vault import Vault
from simulator.config import load_seat_config
from simulator.errors import RefusedError, UsageError

CONFIG = "config.toml"
ASIDE = ".before-restore"


def check(vault: Vault, backup: Manifest) -> None:
    """Refuse a configuration that this version cannot read; raises RefusedError."""
    if CONFIG in (found := _members(vault, backup)):
        try:
            load_seat_config(found[CONFIG])
        except UsageError as error:
            raise RefusedError(
                f"The configuration of {backup.name} cannot be used: {error.sentence}",
                "Restore without it.", 409,
            ) from error  # fmt: skip


def put_back(seat: Path, vault: Vault, backup: Manifest) -> list[str]:
    """Write the configuration of a backup into `seat`; returns the names of what changed."""
    found = sorted(_members(vault, backup).items())
    return [name for name, source in found if _written(source, m.inside(seat, name))]


def _members(vault: Vault, backup: Manifest) -> dict[str, Path]:
    place = vault.place(backup.name)
    return {name: m.inside(place, name) for name in backup.members if _is_configuration(name)}


def _is_configuration(name: str) -> bool:
    return name == CONFIG or name.startswith("tls/")


def _written(source: Path, to: Path) -> bool:
    """Copy one file, keeping what is there aside; returns whether it differed."""
    if to.exists() and to.read_bytes() == source.read_bytes():
        return False
    to.parent.mkdir(parents=True, exist_ok=True)
    if to.exists():
        to.replace(to.with_name(to.name + ASIDE))
    shutil.copyfile(source, to)
    to.chmod(0o600 if to.name == "key.pem" else 0o644)
    return True
