"""Do no harm: what changed since the exercise began, apart from what it asks for.

Two pictures of the seat are compared. What an exercise may change stands in its `may_change`, as
patterns "area/item/key" such as "node/CT1/port"; "patient/M123/accession" means the studies that
were this patient's, "rule/+" a rule that was added. Everything else is harm; some of it endangers
patients or opens the archive, and then nothing else counts.
"""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import Any

from simulator.client import Client
from simulator.clients.archive import ArchiveClient

Picture = dict[str, dict[str, dict[str, Any]]]  # area → item → key → value

_STUDY = ("patient_id", "patient_name", "birth_date", "accession", "instances", "order_state")
_NODE = ("host", "port", "rights", "description", "max_associations", "tls", "ian")
_USER = ("full_name", "department", "role", "status", "created", "labels", "grants", "expires",
         "kind")  # fmt: skip
_VOLUME = ("tier", "capacity", "threshold", "low", "recall_seconds", "writable", "mounted")
_RETENTION = ("keep", "modality", "description", "patients", "after_majority", "enabled")
_HOLD = ("study_uid", "patient_id", "issuer", "released_by")
_ORDER = ("patient_id", "patient_name", "birth_date", "station_ae", "modality", "code")
_ONLY_WITH = {"user": "users", "role": "users", "node": "nodes", "setting": "settings",
              "volume": "storage", "retention": "storage", "hold": "storage",
              "route": "queues", "destination": "queues", "label": "users",
              "meaning": "users", "person": "users"}  # fmt: skip
_LABEL = ("description", "restricted", "rules")
_ASKER = ("worklist", "mpps", "stations", "charset")
_ROUTE = ("kind", "enabled", "trigger", "when", "to", "source", "hours", "window", "classes",
          "exclude_source", "modalities", "regions", "max_age_days", "max_studies",
          "check_presence", "delay_seconds", "priority")  # fmt: skip
_PORT = ("vlan", "duplex", "node_duplex", "address")
_RULE = ("source", "target", "action", "after", "silent")
_GUARDS = (
    "dicom.check_called_ae", "dicom.check_calling_ae", "dicom.check_host", "login.lockout",
    "login.revoke_on_disable", "password.refuse_common",
)  # fmt: skip
_RECORDING = ("audit.off", "audit.off_nodes")


@dataclass(frozen=True, kw_only=True)
class Change:
    """One difference: `key` is empty where the whole item came or went."""

    area: str
    item: str
    key: str = ""
    old: Any = None
    new: Any = None
    patient: str = ""  # whose study it was

    @property
    def path(self) -> str:
        """The form that patterns are written for."""
        return f"{self.area}/{self.item}/{self.key}"

    def is_allowed(self, patterns: Sequence[str]) -> bool:
        """Return whether one of these patterns covers the change."""
        paths = [self.path, *([f"patient/{self.patient}/{self.key}"] if self.patient else [])]
        paths += [f"{self.area}/+"] if self.old is None and not self.key else []
        return any(fnmatchcase(path, pattern) for path in paths for pattern in patterns)

    def __str__(self) -> str:
        """One sentence."""
        name = f"{self.area} {self.item}".replace("setting ", "the setting ")
        if self.key in ("", "value"):
            if self.old is None or self.new is None:
                return f"{name} {'was added' if self.old is None else 'is gone'}"
            return f"{name} was {self.old!r} and is {self.new!r}"
        return f"{self.key} of {name} was {self.old!r} and is {self.new!r}"


def picture(client: Client) -> Picture:
    """Take a picture of everything that must not change unasked."""
    seen = client.as_staff("instructor")  # reads without logging in
    archive, ris = seen.archive, seen.ris
    readers: dict[str, Any] = {
        "study": lambda: _table(archive.studies(), "study_uid", _STUDY),
        "user": lambda: _table(seen.users.list(), "name", _USER),
        "role": lambda: _table(seen.users.roles(), "name", ("rights",)),
        "node": lambda: _table(archive.nodes(), "ae", _NODE),
        "setting": lambda: _table(archive.settings(), "key", ("value",)),
        "device": lambda: {row["name"]: row["settings"] for row in seen.fleet.devices()},
        "mapping": lambda: _table(ris.mapping(), "code", ("station_ae", "modality", "protocol")),
        "order": lambda: _table(ris.orders(), "accession", _ORDER),
        "ris-setting": lambda: _table(ris.settings(), "key", ("value",)),
        "ris-device": lambda: _table(ris.devices(), "ae", _ASKER),
        "port": lambda: _table(seen.network.ports(), "node", _PORT),
        "rule": lambda: _table(seen.network.rules(), "name", _RULE),
        "label": lambda: _table(seen.labels.list(), "name", _LABEL),
        "meaning": lambda: _table(seen.directory.show()["map"], "name", ("kind", "value")),
        "person": lambda: _table(_people(seen), "user", ("groups", "claims", "enabled")),
    }
    readers |= {
        "route": lambda: _table(archive.rules.list(), "name", _ROUTE),
        "destination": lambda: _destinations(archive),
        "volume": lambda: _table(seen.storage.list(), "name", _VOLUME),
        "retention": lambda: _table(seen.retention.list(), "name", _RETENTION),
        "hold": lambda: {
            str(row["number"]): {key: row[key] for key in _HOLD}
            for row in seen.holds.list(released=True)
        },
    }
    for area, capability in _ONLY_WITH.items():
        if not getattr(client.capabilities, capability):
            del readers[area]
    with ThreadPoolExecutor(len(readers)) as pool:
        found = pool.map(lambda read: read(), readers.values())
        return dict(zip(readers, found, strict=True))


def compare(before: Picture, after: Picture) -> list[Change]:
    """Return every difference."""
    found = []
    for area in before:
        old, new = before[area], after.get(area, {})
        found += [
            Change(area=area, item=item, old=old[item], patient=_whose(area, old[item]))
            for item in old
            if item not in new
        ]
        found += [Change(area=area, item=item, new=new[item]) for item in new if item not in old]
        for item in old.keys() & new.keys():
            found += _differences(area, item, old[item], new[item])
    return sorted(found, key=lambda change: change.path)


def _differences(area: str, item: str, old: dict[str, Any], new: dict[str, Any]) -> list[Change]:
    patient = _whose(area, old)
    return [
        Change(area=area, item=item, key=key, old=value, new=new.get(key), patient=patient)
        for key, value in old.items()
        if new.get(key) != value
    ]


def _whose(area: str, row: dict[str, Any]) -> str:
    return str(row["patient_id"]) if area == "study" else ""


def harms(changes: Sequence[Change], allowed: Sequence[str]) -> list[Change]:
    """Return what was changed without need; that new studies arrive is what a PACS is for."""
    return [
        change
        for change in changes
        if not change.is_allowed(allowed)
        and not (change.area in ("study", "order") and change.old is None)
        and not (change.area == "destination" and not change.key)  # the node table tells of it
    ]


def danger(change: Change) -> str:
    """Return why a change endangers patients or opens the archive; empty if it does not."""
    if change.area == "setting" and change.item in _GUARDS and change.new is False:
        return f"{change.item} was switched off: that opens the archive to anybody."
    if change.area == "setting" and change.item in _RECORDING and change.new != "none":
        return f"{change.item} was set to {change.new!r}: that leaves a gap in the audit trail."
    if change.area == "setting" and change.item == "login.max_failures":
        return "The number of wrong passwords that lock an account was changed."
    if change.area == "hold" and change.key == "released_by":
        return "A legal hold was released: what a court wants kept can be deleted now."
    if change.area == "retention" and change.old is not None:
        return f"The retention rule {change.item} was changed: how long is kept is law, not a fix."
    if change.area == "study" and not change.key:
        return "A study was deleted. Images are never deleted to make a complaint go away."
    if change.area == "study" and change.key == "instances" and change.new < change.old:
        return "Images of a study are gone."
    if change.area == "study" and change.key in ("patient_id", "patient_name", "birth_date"):
        return f"A study was given to another patient ({change.old} became {change.new})."
    if change.area == "user" and not change.key and change.new is None:
        return f"The account {change.item} was deleted: its history has no owner any more."
    if change.area == "user" and _role(change) == "pacs_admin":
        return f"{change.item} was given every right there is."
    if change.area == "label" and _opens(change):
        return f"The label {change.item} closes records no longer: everybody may see them."
    if change.key == "rights" and set(change.new) - set(change.old):
        return f"{change.item} was given rights nobody asked for."
    return ""


def _role(change: Change) -> Any:
    """Return the role that a change gives to an account."""
    if not change.key and change.old is None:
        return change.new.get("role")
    return change.new if change.key == "role" else None


def _opens(change: Change) -> bool:
    if change.key:
        return change.key == "restricted" and bool(change.old) and not change.new
    return change.new is None and bool(change.old.get("restricted"))


def _destinations(archive: ArchiveClient) -> dict[str, dict[str, Any]]:
    """Return of every node whether sending to it is paused, whatever is owed to it just now."""
    paused = {row["ae"] for row in archive.queue.destinations() if row["paused"]}
    return {node["ae"]: {"paused": node["ae"] in paused} for node in archive.nodes()}


def _people(seen: Client) -> Sequence[dict[str, Any]]:
    """Return the directory's people; nobody where the archive asks no directory."""
    asked = seen.archive.setting("directory.url") != "none"
    return seen.directory.people() if asked and seen.seat.lock("directory").is_held() else ()


def _table(rows: Sequence[dict[str, Any]], name: str, keys: Sequence[str]) -> Any:
    return {row[name]: {key: row.get(key) for key in keys} for row in rows}
