"""The worklist as a console shows it: asked for by its keys, without what it cannot use."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pydicom.dataset import Dataset

from simulator.fleet.requests import WorklistItem, read_item, worklist_query
from simulator.fleet.workflow_settings import WorkflowSettings
from simulator.network import scu

if TYPE_CHECKING:
    from simulator.fleet.modality import Modality

_ALWAYS = ("", "ISO_IR 6")  # the default repertoire, which every console reads (PS3.5 6.1.1)


def shown_list(device: Modality, date: str) -> list[WorklistItem]:
    """Ask for the worklist of a `date` (DA value or range, empty for any), and show what it can."""
    chosen = device.settings
    keys = {"station_ae": chosen.worklist_station_ae, "modality": chosen.worklist_modality}
    peer = chosen.ris()
    with device.journalled("worklist", peer):
        query = worklist_query(**keys, date=date)
        found = list(scu.find(peer, query, device.caller(peer), model="worklist"))
    items = [read_item(ds) for ds in found if is_shown(ds, chosen)]
    left = len(found) - len(items)
    rest = f", {left} more came and are not shown" if left else ""
    device.book.tell(
        "device.worklist",
        f"{device.name}: the worklist of {peer} shows {len(items)} entries (station "
        f"{keys['station_ae'] or 'any'}, modality {keys['modality'] or 'any'}, "
        f"date {date or 'any'}){rest}",
        peer=str(peer), entries=len(items), answers=len(found), date=date, **keys,
    )  # fmt: skip
    return items


def is_shown(ds: Dataset, chosen: WorkflowSettings) -> bool:
    """Return whether a console shows an entry: all it requires, in letters that it reads."""
    steps = list(ds.get("ScheduledProcedureStepSequence") or [])
    for keyword in chosen.worklist_needs:
        if all(part.get(keyword) in (None, "", []) for part in (ds, *steps)):
            return False
    said = ds.get("SpecificCharacterSet") or ""
    terms = [said] if isinstance(said, str) else list(said)
    able = (*_ALWAYS, *chosen.worklist_charsets)
    return not chosen.worklist_charsets or all(term in able for term in terms)
