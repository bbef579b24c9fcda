"""`ris_panel()`: what an administrator of the RIS edits: procedures, devices and senders."""

from __future__ import annotations

from typing import Any

import ipywidgets as w

from simulator.client import Client
from simulator.console import look

Row = dict[str, Any]
_CODES = {"code": "code", "description": "procedure", "modality": "modality",
          "station_ae": "station", "protocol": "protocol", "minutes": "minutes"}  # fmt: skip
_DEVICES = {"ae": "AE title", "worklist": "may query", "mpps": "may report",
            "stations": "sees (empty: all)", "charset": "character set",
            "description": "note"}  # fmt: skip
_SENDERS = {"application": "application (MSH-3)", "taken": "heard", "issuer": "issuer of its IDs",
            "charset": "character set", "types": "may send (empty: all)",
            "description": "note"}  # fmt: skip
_HISTORY = {"at": "hospital time", "actor": "by", "what": "what", "old": "was", "new": "is"}


def ris_panel(seat: Client | None = None) -> look.Widget:
    """Edit the procedure table, the devices and the senders of the RIS."""
    message = look.Message()
    found = look.client(seat)
    parts: list[_Part] = [kind(found, message) for kind in (_Procedures, _Devices, _Senders)]
    tabs = w.Accordion([part.widget for part in parts], titles=[part.title for part in parts])
    tabs.selected_index = 0

    def draw() -> None:
        for part in parts:
            part.draw()

    message.guard(draw)
    again = look.button("Refresh", draw, message, "refresh")
    return look.panel(
        "Tables of the RIS", message, again, look.mark(tabs, "tabs"), name="ris-panel",
        hint="An order goes where its procedure is mapped; a device sees what its row lets it see.",
    )  # fmt: skip


class _Part:
    """One table with its form: a key to choose or type, the fields of its row, and what to do."""

    title, name, columns = "", "", {"": ""}

    def __init__(self, seat: Client, message: look.Message) -> None:
        self.seat, self.message = seat, message
        self.rows: dict[str, Row] = {}
        self.table = look.mark(w.HTML(), f"{self.name}-table")
        label = next(iter(self.columns.values())).partition(" (")[0]
        self.key = look.mark(
            w.Combobox(description=label, placeholder="choose, or type"), f"{self.name}-key"
        )
        self.key.layout.width = "260px"
        self.fields = self.form()
        self.more = look.mark(w.HTML(), f"{self.name}-more")
        make = look.button
        buttons = look.row(
            make("Save", self.save, message, f"{self.name}-save", style="primary"),
            make("Take out", self.remove, message, f"{self.name}-remove", style="warning"),
        )
        fields = look.row(self.key, *self.fields.values())
        self.widget = w.VBox([self.table, fields, buttons, self.more])
        look.watch(self.key, self.fill, message)

    def form(self) -> dict[str, Any]:
        """Return the fields of a row."""
        raise NotImplementedError

    def read(self) -> list[Row]:
        """Ask the RIS."""
        raise NotImplementedError

    def put(self, key: str, facts: Row) -> Any:
        """Save a row."""
        raise NotImplementedError

    def drop(self, key: str) -> None:
        """Take a row out."""
        raise NotImplementedError

    def draw(self) -> None:
        """Ask again."""
        first = next(iter(self.columns))
        rows = self.read()
        self.rows = {row[first]: row for row in rows}
        self.table.value = look.scroll(look.table(rows, self.columns, empty="no row"))
        self.key.options = list(self.rows)
        self.fill()

    def fill(self) -> None:
        """Show the chosen row in the form."""
        row = self.rows.get(self.key.value)
        for name, field in self.fields.items():
            if row is not None:
                field.value = row[name] if isinstance(field.value, bool) else str(row[name])

    def save(self) -> str:
        """Save the form as this row."""
        key = self.key.value.strip()
        if not key:
            self.message.say("Choose a row, or type the name of a new one.", "bad")
            return ""
        before = self.rows.get(key, {})
        facts = {name: field.value for name, field in self.fields.items()}
        changed = {name: value for name, value in facts.items() if _differs(before, name, value)}
        if before and not changed:
            return "Nothing was changed."
        self.put(key, changed)
        self.draw()
        return f"{key}: {', '.join(changed) or 'added'} saved."

    def remove(self) -> str:
        """Take this row out."""
        key = self.key.value.strip()
        self.drop(key)
        self.draw()
        return f"{key} was taken out."


def _differs(before: Row, name: str, value: Any) -> bool:
    if name not in before:
        return bool(value != "")
    return str(before[name]) != str(value)


class _Procedures(_Part):
    title, name, columns = "Procedures: where each goes", "procedure", _CODES

    def form(self) -> dict[str, Any]:
        widths = {"description": "230px", "modality": "150px", "station_ae": "160px",
                  "protocol": "190px", "minutes": "140px"}  # fmt: skip
        return {key: look.text(_CODES[key], f"procedure-{key}", width=width)
                for key, width in widths.items()}  # fmt: skip

    def read(self) -> list[Row]:
        return list(self.seat.ris.mapping())

    def put(self, key: str, facts: Row) -> Any:
        return self.seat.ris.map(key, **facts)

    def drop(self, key: str) -> None:
        self.seat.ris.unmap(key)

    def fill(self) -> None:
        """Show the row, and how it came to be what it is."""
        super().fill()
        key = self.key.value.strip()
        rows = self.seat.ris.mapping_history(key) if key else []
        shown = [{**row, "at": look.moment(row["at"])} for row in rows]
        self.more.value = look.table(shown, _HISTORY, empty="never changed") if key else ""


class _Devices(_Part):
    title, name, columns = "Devices: who may query and report", "device", _DEVICES

    def form(self) -> dict[str, Any]:
        check = {key: w.Checkbox(False, description=_DEVICES[key], indent=False)
                 for key in ("worklist", "mpps")}  # fmt: skip
        for key, field in check.items():
            field.layout.width = "130px"
            look.mark(field, f"device-{key}")
        text = {key: look.text(_DEVICES[key], f"device-{key}", width="260px")
                for key in ("stations", "charset", "description")}  # fmt: skip
        return {**check, **text}

    def read(self) -> list[Row]:
        return list(self.seat.ris.devices())

    def put(self, key: str, facts: Row) -> Any:
        return self.seat.ris.device(key, **facts)

    def drop(self, key: str) -> None:
        self.seat.ris.remove_device(key)


class _Senders(_Part):
    title, name, columns = "Senders: who is heard by HL7", "sender", _SENDERS

    def form(self) -> dict[str, Any]:
        taken = look.mark(w.Checkbox(True, description="heard", indent=False), "sender-taken")
        taken.layout.width = "100px"
        text = {key: look.text(_SENDERS[key], f"sender-{key}", width="260px")
                for key in ("issuer", "charset", "types", "description")}  # fmt: skip
        return {"taken": taken, **text}

    def read(self) -> list[Row]:
        return list(self.seat.ris.senders())

    def put(self, key: str, facts: Row) -> Any:
        return self.seat.ris.sender(key, **facts)

    def drop(self, key: str) -> None:
        self.seat.ris.remove_sender(key)
