"""The settings on a device's service screen: those of every day in sight, the others in folds."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import ipywidgets as w

from simulator.console import look

_EVERY_DAY = (
    *("ae_title", "online", "archive.ae", "archive.host", "archive.port"),
    *("ris.ae", "ris.host", "ris.port"),
    *("worklist.station_ae", "worklist.modality", "worklist.date"),
)
# Heading of a fold: what its settings begin with. The first that fits has them.
_FOLDS = {
    "Worklist and MPPS": ("worklist.", "mpps."),
    "Searches": ("query.", "poll."),
    "Fetching images": ("retrieve.",),
    "Sending images": ("syntaxes", "commitment", "transfer.", "agent."),
    "Headers of images": ("encoding.", "patient.", "uids."),
    "TLS and log-on": ("archive.", "ris.", "listener."),
    "Timeouts": ("timeouts.",),
    "Other settings": ("",),
}


class Form:
    """A field for each setting; a fold's heading says how many in it are not as delivered."""

    def __init__(self) -> None:
        """Begin empty; `lay` makes the fields."""
        self.fields: dict[str, Any] = {}
        self.folds: dict[str, list[str]] = {}
        self.fold = w.Accordion()

    def lay(self, facts: Mapping[str, Any], buttons: look.Widget) -> look.Widget:
        """Return the form for what a device says of itself; the fold that was open stays open."""
        opened = self._opened()
        says = facts.get("help", {})
        self.fields = {key: _field(key, value, says) for key, value in facts["settings"].items()}
        self.folds = _folded(key for key in self.fields if key not in _EVERY_DAY)
        boxes = [w.VBox([self.fields[key] for key in keys]) for keys in self.folds.values()]
        self.fold = look.mark(w.Accordion(boxes), "fold")
        self.fold.selected_index = [*self.folds].index(opened) if opened in self.folds else None
        self._head(facts["changed"])
        daily = [self.fields[key] for key in _EVERY_DAY if key in self.fields]
        return w.VBox([w.HTML("<b>settings</b>"), *daily, buttons, self.fold])

    def changes(self, settings: Mapping[str, Any]) -> dict[str, Any]:
        """Return what was typed that is not as in `settings`."""
        return {
            key: field.value
            for key, field in self.fields.items()
            if field.value != _typed(settings[key])
        }

    def show(self, facts: Mapping[str, Any]) -> None:
        """Show what the device has now."""
        for key, value in facts["settings"].items():
            self.fields[key].value = _typed(value)
        self._head(facts["changed"])

    def _opened(self) -> str:
        at = self.fold.selected_index
        return "" if at is None else [*self.folds][at]

    def _head(self, changed: list[str]) -> None:
        counts = [(name, len({*keys} & {*changed})) for name, keys in self.folds.items()]
        self.fold.titles = tuple(f"{name} – {n} changed" if n else name for name, n in counts)


def _folded(keys: Any) -> dict[str, list[str]]:
    """Return the keys by the heading of their fold; headings without any are left out."""
    found: dict[str, list[str]] = {name: [] for name in _FOLDS}
    for key in keys:
        found[next(name for name, begins in _FOLDS.items() if key.startswith(begins))].append(key)
    return {name: some for name, some in found.items() if some}


def _field(key: str, value: Any, says: Mapping[str, str]) -> look.Widget:
    value = _typed(value)
    if isinstance(value, bool):
        made = w.Checkbox(value, description=key, indent=True)
    elif isinstance(value, int):
        made = w.IntText(value, description=key)
    elif isinstance(value, float):
        made = w.FloatText(value, description=key)
    else:
        made = w.Text(value, description=key)
    made.style.description_width, made.layout.width = "165px", "355px"
    made.layout.max_width = "98%"  # a fold is narrower
    made.tooltip = says.get(key, key)
    return look.mark(made, "set", f"set-{key.replace('.', '-')}")


def _typed(value: Any) -> Any:
    return ", ".join(map(str, value)) if isinstance(value, (list, tuple)) else value
