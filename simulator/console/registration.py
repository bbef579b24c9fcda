"""`registration_desk()`: the HIS's own desk: correct a patient (A08), merge two numbers (A40)."""

from __future__ import annotations

from typing import Any

import ipywidgets as w

from simulator.client import Client
from simulator.console import look

_PATIENTS = {"patient_id": "patient ID", "patient_name": "name", "birth_date": "born", "sex": "sex",
             "issuer": "issuer", "merged_into": "merged into"}  # fmt: skip
_DEMOGRAPHICS = ("patient_name", "birth_date", "sex")
_MOST = 200  # patients in the table


def registration_desk(seat: Client | None = None) -> look.Widget:
    """Show the patients the RIS knows; have the HIS tell everybody of a change."""
    return _Desk(look.client(seat)).widget


class _Desk:
    def __init__(self, seat: Client) -> None:
        self.seat, self.message = seat, look.Message()
        self.known: dict[str, dict[str, Any]] = {}
        self.table = look.mark(w.HTML(), "patients")
        self.patient = look.choice("patient", "patient", [], width="330px")
        self.name = look.text("name", "name", width="260px", hint="FAMILY^GIVEN")
        self.born = look.text("born", "born", width="200px", hint="year, month, day")
        self.sex = look.text("sex", "sex", width="110px", hint="F, M, O")
        self.retired = look.choice("this number disappears", "retired", [], width="430px")
        self.direction = look.mark(w.HTML(), "direction")
        self.widget = self._laid_out()
        look.watch(self.patient, self.chosen, self.message)
        look.watch(self.retired, self.point, self.message)
        self.message.guard(self.draw)

    def _laid_out(self) -> look.Widget:
        make, message = look.button, self.message
        update = look.row(self.name, self.born, self.sex,
                          make("Correct (A08)", self.correct, message, "correct"))  # fmt: skip
        merge = look.row(self.retired, make("Merge (A40)", self.merge, message, "merge",
                                            style="warning"))  # fmt: skip
        return look.panel(
            "Registration", message, self.table,
            look.row(self.patient, make("Refresh", self.draw, message, "refresh")),
            update, merge, self.direction, name="registration",
            hint="What the admission desk (HIS) does: each button sends one ADT message.",
        )  # fmt: skip

    def draw(self) -> None:
        """Ask the RIS again."""
        rows = list(self.seat.ris.patients())
        self.known = {row["patient_id"]: row for row in rows}
        found = look.table(rows[:_MOST], _PATIENTS, empty="nobody is registered yet")
        self.table.value = look.scroll(found)
        alive = [(_shown(row), row["patient_id"]) for row in rows if not row["merged_into"]]
        look.offer(self.patient, alive)
        look.offer(self.retired, [("choose", ""), *alive])
        self.chosen()

    def chosen(self) -> None:
        """Fill the form with the chosen patient."""
        row = self.known.get(self.patient.value or "", {})
        for field, key in zip((self.name, self.born, self.sex), _DEMOGRAPHICS, strict=True):
            field.value = str(row.get(key, ""))
        self.point()

    def point(self) -> None:
        """Say which number disappears into which."""
        gone, stays = self.retired.value, self.patient.value
        said = f"{gone} disappears; what it had goes to {stays}." if gone and stays else ""
        self.direction.value = look.saying(said) if said else ""

    def correct(self) -> str:
        """Have the HIS send A08 with the form's values."""
        values = (self.name.value.strip(), self.born.value.strip(), self.sex.value.strip())
        facts = dict(zip(_DEMOGRAPHICS, values, strict=True))
        return self._told(self.seat.ris.adt("A08", self.patient.value, **facts))

    def merge(self) -> str:
        """Have the HIS send A40: the second number disappears into the first."""
        if not self.retired.value:
            self.message.say("Choose the number that disappears.", "bad")
            return ""
        made = self.seat.ris.adt("A40", self.patient.value, retired=self.retired.value)
        return self._told(made)

    def _told(self, sent: dict[str, Any]) -> str:
        self.draw()
        said = f" ({sent['reason']})" if sent.get("reason") else ""
        return f"Message {sent['number']}, {sent['kind']}: {sent['state']}, {sent['code']}{said}"


def _shown(row: dict[str, Any]) -> str:
    return look.shown(f"{row['patient_id']} {row['patient_name']} {row['birth_date']}", 60)
