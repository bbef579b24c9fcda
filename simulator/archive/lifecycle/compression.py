"""Compressing what is stored: losslessly in place, proven by decoding; or a lossy copy.

A lossless image keeps its SOP Instance UID (PS3.3 C.12.1.1: the same image, another transfer
syntax) and gets a new file; the old one goes once the new one has been decoded and found equal.
"""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import datetime
from io import BytesIO
from typing import Any

import numpy as np
from pydicom import dcmread
from pydicom.dataset import Dataset
from pydicom.uid import ExplicitVRLittleEndian, ImplicitVRLittleEndian
from sqlalchemy import delete, insert, select, update

from simulator.archive import tables as t
from simulator.archive.filing import Filing, Incoming, file_meta
from simulator.archive.index import Location
from simulator.archive.lifecycle.amounts import later
from simulator.archive.lifecycle.compression_rules import NEVER_LOSSY, CompressionRules, Rule
from simulator.archive.lifecycle.copies import Copies
from simulator.archive.lifecycle.holds import Holds
from simulator.archive.lifecycle.lossy import NotLossyError, lossy_copy, uids_of
from simulator.archive.removed_table import removed_files
from simulator.errors import CannotError, RefusedError
from simulator.network.dimse import DimseError, encode_dataset

_PLAIN = (str(ExplicitVRLittleEndian), str(ImplicitVRLittleEndian))
_MOST = 200  # instances a run: whoever asked waits for the answer
SOURCE = "COMPRESSION"  # where the AE title of a sender would stand


@dataclass(frozen=True, kw_only=True)
class Candidate:
    """An image that a rule speaks of."""

    place: Location
    modality: str
    source: str


class Left(Exception):
    """Why an image is left as it is."""


class Compression:
    """Applies compression rules."""

    def __init__(self, copies: Copies, filing: Filing, holds: Holds) -> None:
        """Compress what is online; new instances go through `filing`."""
        self.copies, self.filing, self.holds = copies, filing, holds
        self.database, self.store = copies.database, filing.store
        self.rules = CompressionRules(copies.database)

    def run(self, name: str, *, dry: bool) -> dict[str, Any]:
        """Apply one rule to at most 200 images, the oldest first; returns what came of each."""
        rule = self.rules.get(name)
        if not rule.enabled:
            raise RefusedError(f"The rule {name} is switched off.", "Enable it first.", 409)
        found, held = self.candidates(rule), self.holds.held()
        done: list[dict[str, Any]] = []
        for one in found[:_MOST]:
            try:
                done.append(self._one(rule, one, held, dry=dry))
            except (Left, CannotError, DimseError) as why:
                said = getattr(why, "sentence", "") or getattr(why, "comment", "") or str(why)
                done.append({**_facts(one.place), "done": False, "why": said})
        changed = [row for row in done if row["done"]]
        before = sum(row["before"] for row in changed)
        after = sum(row["after"] for row in changed)
        return {
            "rule": name, "method": rule.method, "lossy": rule.is_lossy, "dry_run": dry,
            "instances": done, "compressed": len(changed), "before": before, "after": after,
            "saved": -after if rule.is_lossy else before - after,  # a copy takes more room
            "more": max(0, len(found) - _MOST),
        }  # fmt: skip

    def candidates(self, rule: Rule) -> list[Candidate]:
        """Return the uncompressed images online that a rule speaks of."""
        i, s, y = t.instances.c, t.series.c, t.studies.c
        conditions = [i.volume > 0, i.transfer_syntax.in_(_PLAIN)]
        conditions += [s.modality == rule.modality] if rule.modality else []
        conditions += [i.source == rule.source] if rule.source else []
        query = (
            select(i.sop_uid, i.sop_class, i.transfer_syntax, i.digest, i.offset, i.size,
                   i.volume, y.study_uid, s.series_uid, s.modality, i.source, i.received)
            .select_from(t.instances.join(t.series).join(t.studies))
            .where(*conditions)
            .order_by(i.received, i.pk)
        )  # fmt: skip
        today = self.filing.clock.now().date()
        found = []
        with self.database.read() as db:
            for row in db.execute(query):
                facts = dict(row._mapping)
                received = datetime.fromisoformat(facts.pop("received")).date()
                modality, source = facts.pop("modality"), facts.pop("source")
                if later(received, rule.older_than) <= today:
                    place = Location(**facts)
                    found.append(Candidate(place=place, modality=modality, source=source))
        return found

    def _one(
        self, rule: Rule, one: Candidate, held: dict[str, str], *, dry: bool
    ) -> dict[str, Any]:
        if one.place.study_uid in held:
            raise Left("on hold: it stays as it is")
        ds = dcmread(BytesIO(self.store.read(one.place.digest)))
        if "PixelData" not in ds:
            raise Left("it has no pixels")
        if rule.is_lossy:
            return self._lossy(rule, one, ds, dry=dry)
        return self._lossless(rule, one, ds, dry=dry)

    # --- without loss ---------------------------------------------------------------------------

    def _lossless(self, rule: Rule, one: Candidate, ds: Dataset, *, dry: bool) -> dict[str, Any]:
        place = one.place
        meta = file_meta(place.sop_class, place.sop_uid, rule.syntax, one.source)
        data = [meta, _encoded(ds, rule)]
        size = sum(map(len, data))
        if size >= place.size:
            raise Left("it would not become smaller")
        if not dry:
            self._swap(place, rule, data)
        return {**_facts(place), "done": True, "before": place.size, "after": size}

    def _swap(self, place: Location, rule: Rule, data: Sequence[bytes]) -> None:
        """Put the new file in the place of the old, if that is still the one that was read."""
        i = t.instances.c
        with ExitStack() as writing:
            try:
                stored = writing.enter_context(self.store.put(data))
            except OSError as error:
                raise CannotError(f"The compressed file cannot be written: {error}.") from error
            values = {"digest": stored.digest, "size": stored.size, "offset": len(data[0]),
                      "transfer_syntax": rule.syntax}  # fmt: skip
            with self.database.write() as db:
                if self.holds.why(place.study_uid):
                    raise Left("on hold: it stays as it is")
                here = i.sop_uid == place.sop_uid, i.digest == place.digest, i.volume > 0
                if not db.execute(update(t.instances).where(*here).values(**values)).rowcount:
                    raise Left("it was changed or moved meanwhile")
                db.execute(delete(removed_files).where(removed_files.c.digest == place.digest))
                db.execute(insert(removed_files).values(digest=place.digest))
        self.copies.online.take_away([place.digest])

    # --- with loss ------------------------------------------------------------------------------

    def _lossy(self, rule: Rule, one: Candidate, ds: Dataset, *, dry: bool) -> dict[str, Any]:
        if one.modality in NEVER_LOSSY:
            raise Left(f"{one.modality} is never compressed with loss")
        if self.filing.index.has(uids_of(ds, rule)[1]):
            raise Left("it has its lossy copy already")
        try:
            made = lossy_copy(ds, rule)
        except NotLossyError as why:
            raise Left(str(why)) from why
        except Exception as error:  # a codec may fail in any way on any bits
            raise Left(f"it cannot be encoded: {error}") from error
        incoming = Incoming(
            sop_class=str(made.SOPClassUID), sop_instance=str(made.SOPInstanceUID),
            transfer_syntax=rule.syntax, source=SOURCE,
            fragments=[encode_dataset(made, rule.syntax)],
        )  # fmt: skip
        if not dry:
            self.filing.filed(incoming)
        return {
            **_facts(one.place), "done": True, "before": one.place.size,
            "after": len(incoming.fragments[0]), "copy": str(made.SOPInstanceUID),
            "ratio": float(made.LossyImageCompressionRatio),
        }  # fmt: skip


def _encoded(ds: Dataset, rule: Rule) -> bytes:
    """Return the data set compressed; raises Left unless decoding gives the very same pixels."""
    before = ds.pixel_array.copy()
    try:
        ds.compress(rule.syntax, generate_instance_uid=False)
        data = encode_dataset(ds, rule.syntax)
        after = _decoded(data, rule)
    except Exception as error:  # a codec may fail in any way on any bits
        raise Left(f"it cannot be encoded: {error}") from error
    if before.dtype != after.dtype or not np.array_equal(before, after):
        raise Left("the decoded image was not the same: left as it is")
    return data


def _decoded(data: bytes, rule: Rule) -> Any:
    """Return the pixels of an encoded data set, read as anybody would read it."""
    meta = file_meta("1.2.3", "1.2.3", rule.syntax, SOURCE)
    return dcmread(BytesIO(meta + data)).pixel_array


def _facts(place: Location) -> dict[str, Any]:
    return {"sop_uid": place.sop_uid, "study_uid": place.study_uid}
