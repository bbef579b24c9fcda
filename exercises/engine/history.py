"""Harm in between: what was changed and put back again, read from the journal.

The pictures of harm.py show only how it ends. Here every entry since the complaint that tells of a
change becomes that `Change`, so that the same rules judge it. The journal's facts name the thing;
what it was and is stands in the sentence only, which is why sentences are read.
"""

from __future__ import annotations

import re
from ast import literal_eval
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from exercises.engine import evidence
from exercises.engine.attempt import Attempt
from exercises.engine.harm import Change, Picture
from simulator.client import Client
from simulator.journal import Entry

_FROM_TO = re.compile(r"changed (\S+) (?:of (?:node |the )?\S+ )?from (.+?) to (.+)")
_GAINED = re.compile(r"\+([a-z_.]+)")
_ORDER = re.compile(r"to order (\S+)")
_PATIENT = re.compile(r"a study of .*\((\S+)\)")
_TAKEN = re.compile(r"took the label (\S+) off")
_RESETS = ("archive.reset", "hospital.reset")


@dataclass(frozen=True, kw_only=True)
class Past:
    """A change that the journal tells of, and the entry that does."""

    change: Change
    entry: Entry


@dataclass(frozen=True, kw_only=True)
class Before:
    """What the hospital was like when the complaint came in, and the archive's own records."""

    picture: Picture
    show: Callable[[int], dict[str, Any]]  # a change of the fix-up desk, by number

    def patient_of(self, study_uid: str) -> str:
        """Return whose study it was; empty if it came later."""
        return str(self.picture.get("study", {}).get(study_uid, {}).get("patient_id", ""))

    def studies_of(self, patient_id: str) -> list[str]:
        """Return the studies that were this patient's."""
        studies = self.picture.get("study", {})
        return [uid for uid, row in studies.items() if row["patient_id"] == patient_id]

    def is_closed(self, label: str) -> bool:
        """Return whether a label kept studies from most eyes."""
        return bool(self.picture.get("label", {}).get(label, {}).get("restricted"))


def entries(client: Client, attempt: Attempt, since: str = "") -> list[Entry]:
    """Return what the journal tells since an attempt began, or since a later moment."""
    journal = client.seat.folder / "journal"
    return evidence.later(journal, attempt.evidence, since or attempt.ready)


def past(client: Client, attempt: Attempt, since: str = "") -> list[Past]:
    """Return every change that the journal tells of since then, the oldest first."""
    seen = client.as_staff("instructor")  # what is closed to the administrator counts, too
    before = Before(picture=attempt.before, show=seen.changes.show)
    return [
        Past(change=change, entry=entry)
        for entry in entries(client, attempt, since)
        for change in read(entry, before)
    ]


def was_reset(client: Client, attempt: Attempt) -> bool:
    """Return whether somebody put the hospital back to its baseline since an attempt began."""
    begun = bool(attempt.ready)
    return begun and any(entry.kind in _RESETS for entry in entries(client, attempt))


def read(entry: Entry, before: Before) -> list[Change]:
    """Return what an entry says was changed; nothing if it tells of no change."""
    reader = _READERS.get((entry.source, entry.kind))
    if reader is None:
        return []
    with suppress(KeyError):  # a foreign archive may say less of it; the pictures remain
        return list(reader(entry, before))
    return []


def put_back(found: Sequence[Past], final: Sequence[Change], picture: Picture) -> list[Past]:
    """Return the changes that are not to be seen any more, once for each thing of the picture."""
    there = {(change.area, change.item, change.key) for change in final}
    there |= {(change.area, change.item, "") for change in final}
    gone: dict[tuple[str, str, str], Past] = {}
    for one in found:
        place = (one.change.area, one.change.item, one.change.key)
        seen = not place[2] or place[2] in picture.get(place[0], {}).get(place[1], {})
        if seen and place not in there and (*place[:2], "") not in there:
            gone.setdefault(place, one)
    return list(gone.values())


# --- the kinds of entries ---------------------------------------------------------------------


def _setting(entry: Entry, before: Before) -> Iterator[Change]:
    _, old, new = _from_to(entry)
    area = "setting" if entry.source == "archive" else "ris-setting"
    item = str(entry.facts.get("what") or entry.facts.get("key"))
    yield Change(area=area, item=item, key="value", old=old, new=new)


def _user(entry: Entry, before: Before) -> Iterator[Change]:
    key, old, new = _from_to(entry)
    yield Change(area="user", item=entry.facts["user"], key=key, old=old, new=new)


def _user_added(entry: Entry, before: Before) -> Iterator[Change]:
    role = entry.text.rpartition("(")[2].rstrip(")")
    yield Change(area="user", item=entry.facts["user"], new={"role": role})


def _user_deleted(entry: Entry, before: Before) -> Iterator[Change]:
    yield Change(area="user", item=entry.facts["user"], old={})


def _role(entry: Entry, before: Before) -> Iterator[Change]:
    gained = _GAINED.findall(entry.text.partition(": ")[2])
    yield Change(area="role", item=entry.facts["role"], key="rights", old=[], new=gained)


def _node(entry: Entry, before: Before) -> Iterator[Change]:
    key, old, new = _from_to(entry)
    yield Change(area="node", item=entry.facts["what"], key=key, old=old, new=new)


def _gone(area: str) -> Callable[[Entry, Before], Iterator[Change]]:
    def reader(entry: Entry, before: Before) -> Iterator[Change]:
        item = str(entry.facts.get("what") or entry.facts.get("rule"))
        if item in before.picture.get(area, {}):  # what came later may go again
            yield Change(area=area, item=item, old={})

    return reader


def _deleted(entry: Entry, before: Before) -> Iterator[Change]:
    """Tell of a study that is gone: one that came in since the complaint is a patient's, too."""
    item, named = str(entry.facts["what"]), _PATIENT.search(entry.text)
    patient = before.patient_of(item) or (named[1] if named else "")
    yield Change(area="study", item=item, old={}, patient=patient)


def _added(area: str) -> Callable[[Entry, Before], Iterator[Change]]:
    def reader(entry: Entry, before: Before) -> Iterator[Change]:
        yield Change(area=area, item=str(entry.facts["what"]), new={})

    return reader


def _retention(entry: Entry, before: Before) -> Iterator[Change]:
    rule = str(entry.facts["what"])
    old: Any = {} if rule in before.picture.get("retention", {}) else None
    yield Change(area="retention", item=rule, old=old, new={})


def _released(entry: Entry, before: Before) -> Iterator[Change]:
    item = str(entry.facts["what"])
    yield Change(area="hold", item=item, key="released_by", old="", new=entry.facts["by"])


def _label(entry: Entry, before: Before) -> Iterator[Change]:
    label = str(entry.facts["what"])
    opened = entry.kind == "label.removed" or ": open, " in entry.text
    if before.is_closed(label) and opened:
        yield Change(area="label", item=label, key="restricted", old=True, new=False)


def _labelled(entry: Entry, before: Before) -> Iterator[Change]:
    taken = _TAKEN.search(entry.text)
    if taken and before.is_closed(taken[1]):
        yield Change(area="label", item=taken[1], key="restricted", old=True, new=False,
                     patient=before.patient_of(entry.facts["what"]))  # fmt: skip


def _merged(entry: Entry, before: Before) -> Iterator[Change]:
    """Tell of the studies that a merge at the fix-up desk moved, from the desk's own record."""
    record = before.show(entry.facts["change"])["before"]
    retired = str((record.get("retired_id") or [""])[0])
    for uid in record.get("states") or before.studies_of(retired):
        yield _moved(uid, retired, entry.facts["patient_id"])


def _readdressed(entry: Entry, before: Before) -> Iterator[Change]:
    old, new = str(entry.facts["old"]), str(entry.facts["patient_id"])
    if old != new:
        yield _moved(str(entry.facts["study"]), old, new)


def _linked(entry: Entry, before: Before) -> Iterator[Change]:
    """Tell of a study that got another patient together with its order."""
    order = _ORDER.search(entry.text)
    found = before.picture.get("order", {}).get(order[1] if order else "", {})
    old, new = str(entry.facts["patient_id"]), str(found.get("patient_id", ""))
    if new and new != old:
        yield _moved(str(entry.facts["what"]), old, new)


def _told(area: str) -> Callable[[Entry, Before], Iterator[Change]]:
    """Read an entry whose facts say everything."""

    def reader(entry: Entry, before: Before) -> Iterator[Change]:
        facts = entry.facts
        item = str(facts.get("device") or facts.get("accession") or facts.get("node"))
        yield Change(
            area=area, item=item, key=str(facts["key"]), old=facts["old"], new=facts["new"]
        )

    return reader


def _moved(uid: str, old: str, new: str) -> Change:
    return Change(area="study", item=uid, key="patient_id", old=old, new=new, patient=old)


_READERS: dict[tuple[str, str], Callable[[Entry, Before], Iterator[Change]]] = {
    ("archive", "setting.changed"): _setting,
    ("hospital", "setting.changed"): _setting,
    ("archive", "user.changed"): _user,
    ("archive", "user.added"): _user_added,
    ("archive", "user.deleted"): _user_deleted,
    ("archive", "role.changed"): _role,
    ("archive", "node.changed"): _node,
    ("archive", "node.added"): _added("node"),
    ("archive", "node.removed"): _gone("node"),
    ("archive", "study.deleted"): _deleted,
    ("archive", "study.purged"): _deleted,
    ("archive", "study.linked"): _linked,
    ("archive", "study.readdressed"): _readdressed,
    ("archive", "study.labelled"): _labelled,
    ("archive", "patient.merged"): _merged,
    ("archive", "label.changed"): _label,
    ("archive", "label.removed"): _label,
    ("archive", "hold.released"): _released,
    ("archive", "retention.rule"): _retention,
    ("hospital", "device.setting.changed"): _told("device"),
    ("hospital", "network.rule.removed"): _gone("rule"),
}


def _from_to(entry: Entry) -> tuple[str, Any, Any]:
    found = _FROM_TO.search(entry.text)
    return (found[1], _value(found[2]), _value(found[3])) if found else ("", None, None)


def _value(text: str) -> Any:
    try:
        return literal_eval(text)
    except (ValueError, SyntaxError):
        return text.strip("'")
