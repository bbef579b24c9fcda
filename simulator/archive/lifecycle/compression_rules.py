"""Compression rules: which images are encoded how, and when."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

from sqlalchemy import delete, insert, select

from simulator.archive.lifecycle.amounts import period_of
from simulator.archive.lifecycle.modalities import modality_of
from simulator.archive.lifecycle.tables import compression_rules
from simulator.database import Database
from simulator.errors import RefusedError, UsageError
from simulator.setting import AE_TITLE

LOSSLESS = {
    "rle": "1.2.840.10008.1.2.5",
    "jpeg-ls": "1.2.840.10008.1.2.4.80",
    "jpeg-2000": "1.2.840.10008.1.2.4.90",
}
LOSSY = {"jpeg-2000-lossy": "1.2.840.10008.1.2.4.91", "jpeg-lossy": "1.2.840.10008.1.2.4.50"}
STANDARDS = {"jpeg-2000-lossy": "ISO_15444_1", "jpeg-lossy": "ISO_10918_1"}  # (0028,2114)
NEVER_LOSSY = ("MG",)  # no one may read mammograms that have lost anything
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9 ._-]{0,47}")


@dataclass(frozen=True, kw_only=True)
class Rule:
    """Which images are encoded how."""

    name: str
    method: str
    modality: str = ""
    source: str = ""
    older_than: str = "0d"
    ratio: int = 10  # of lossy JPEG 2000
    enabled: bool = True

    @property
    def is_lossy(self) -> bool:
        """Whether something is lost: then a new instance is made, beside the old one."""
        return self.method in LOSSY

    @property
    def syntax(self) -> str:
        """The transfer syntax images get."""
        return {**LOSSLESS, **LOSSY}[self.method]


class CompressionRules:
    """The compression rules of an archive."""

    def __init__(self, database: Database) -> None:
        """Work on `database`."""
        self.database = database

    def all(self) -> list[Rule]:
        """Return every rule by name."""
        with self.database.read() as db:
            rows = db.execute(select(compression_rules).order_by(compression_rules.c.name)).all()
        return [Rule(**row._mapping) for row in rows]

    def get(self, name: str) -> Rule:
        """Return one; raises RefusedError if there is none."""
        found = next((rule for rule in self.all() if rule.name == name), None)
        if found is None:
            raise RefusedError(f"There is no rule '{name[:48]}'.", "List the rules.", 404)
        return found

    def put(self, name: str, given: Mapping[str, Any]) -> dict[str, Any]:
        """Make or change a rule; raises UsageError for what makes no sense."""
        old = next((asdict(rule) for rule in self.all() if rule.name == name), {})
        rule = checked(name, {**old, **given})
        with self.database.write() as db:
            db.execute(delete(compression_rules).where(compression_rules.c.name == name))
            db.execute(insert(compression_rules).values(asdict(rule)))
        return asdict(rule)

    def remove(self, name: str) -> None:
        """Delete a rule; what it compressed stays as it is."""
        self.get(name)
        with self.database.write() as db:
            db.execute(delete(compression_rules).where(compression_rules.c.name == name))


def checked(name: str, given: Mapping[str, Any]) -> Rule:
    """Return a rule of these values; raises UsageError saying what is wrong."""
    if not _NAME.fullmatch(name):
        raise UsageError(f"'{name[:48]}' is no name of a rule.", "Use letters and digits.")
    if unknown := sorted(map(str, set(given) - set(Rule.__dataclass_fields__))):
        raise UsageError(f"'{unknown[0][:40]}' cannot be set of a rule.", "See /docs.")
    method = given.get("method", "")
    if not isinstance(method, str) or method not in {**LOSSLESS, **LOSSY}:
        raise UsageError(
            f"'{str(method)[:40]}' is no method.", f"Use {', '.join({**LOSSLESS, **LOSSY})}."
        )
    modality = modality_of(given.get("modality", ""))
    if method in LOSSY and modality in NEVER_LOSSY:
        raise UsageError(
            f"{modality} is never compressed with loss: it must not be read from such images.",
            "Choose a lossless method.",
        )
    source, ratio = given.get("source", ""), given.get("ratio", 10)
    if not isinstance(source, str) or (source and not re.fullmatch(AE_TITLE, source)):
        raise UsageError(f"'{str(source)[:40]}' is no AE title.", "Leave it out for any.")
    if not isinstance(ratio, int) or isinstance(ratio, bool) or not 2 <= ratio <= 100:
        raise UsageError(f"{str(ratio)[:40]} is no ratio.", "Give a whole number from 2 to 100.")
    if not isinstance(given.get("enabled", True), bool):
        raise UsageError("'enabled' is neither true nor false.", "Send true or false.")
    older = period_of(given.get("older_than", "0d"), "older_than", zero=True)
    return Rule(**{**given, "name": name, "modality": modality, "older_than": older})
