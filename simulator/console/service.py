"""`service_screen()`: a device's service menu: its settings, and what it can try."""

from __future__ import annotations

from typing import Any

import ipywidgets as w

from simulator.client import Client
from simulator.console import look
from simulator.console.service_settings import Form
from simulator.errors import UsageError

_QUEUE = {
    "accession": "accession", "patient_name": "patient", "images": "images", "queued": "waiting",
    "owed": "owes the RIS", "error": "last error",
}  # fmt: skip
_LOG = {"time": "time", "id": "number", "text": "what happened"}
_RECEIVED = {"StudyInstanceUID": "study", "study_uid": "study", "instances": "images"}


def service_screen(device: str = "CT1", seat: Client | None = None) -> look.Widget:
    """Show the service screen of a modality or workstation by name; another can be chosen."""
    return _Screen(look.client(seat), device).widget


class _Screen:
    def __init__(self, seat: Client, device: str) -> None:
        self.seat, self.name, self.message = seat, device, look.Message()
        self.device: Any = None
        self.form = Form()
        self.shown = look.mark(w.HTML(), "shown")
        self.entries = look.choice("", "entries", [], width="400px")
        self.words = look.text("patient's name", "find-name", width="230px", hint="e.g. smith*")
        self.patient = look.text("patient's name", "typed-name", width="240px", hint="DOE^JANE")
        self.patient_id = look.text("patient ID", "typed-id", width="170px")
        self.box = w.VBox([])
        self.chosen = look.choice("device", "device", [device], width="180px")
        self.widget = look.panel(
            "Service screen", self.message, self.chosen, self.box, name="service-screen",
            hint="What a service engineer sees at the device. Changes count only after 'Save'.",
        )  # fmt: skip
        self.message.guard(self.begin)
        look.watch(self.chosen, self.open, self.message)

    def begin(self) -> None:
        """Offer every device and open the one that was named."""
        self.chosen.options = [row["name"] for row in self.seat.fleet.devices()]
        if self.name not in self.chosen.options:
            known = ", ".join(self.chosen.options)
            raise UsageError(f"There is no device '{self.name}'.", f"There are: {known}.")
        self.chosen.value = self.name
        self.open()

    def open(self) -> None:
        """Read the chosen device and lay the screen out for its kind."""
        self.name = self.chosen.value
        self.device = self.seat.modality(self.name)
        facts = self.device.facts
        look.offer(self.entries, [])
        self.shown.value = ""
        save = look.button("Save", self.save, self.message, "save", style="primary")
        again = look.button("Read again", self.read, self.message, "read")
        form = self.form.lay(facts, look.row(save, again))
        tries = self._station_tries() if facts["kind"] == "workstation" else self._modality_tries()
        place = f"listens at {facts['host']}, port {facts['port']}"
        what = facts.get("model") or facts["kind"]
        head = w.HTML(f"<p class='pl-soft'>{look.shown_html(f'{what}; {place}')}</p>")
        self.box.children = [head, look.columns((form, "340px"), (tries, "430px"))]

    # --- the settings -------------------------------------------------------------------------

    def save(self) -> str:
        """Send what was changed; the device checks each value."""
        changed = self.form.changes(self.device.settings)
        for key, value in changed.items():
            self.device.set(key, value)
        self.form.show(self.device.facts)
        return f"Saved: {', '.join(changed)}." if changed else "Nothing was changed."

    def read(self) -> str:
        """Show what the device has now."""
        self.form.show(self.device.facts)
        return f"These are the settings {self.name} has now."

    # --- what can be tried ----------------------------------------------------------------------

    def _modality_tries(self) -> look.Widget:
        make, message = look.button, self.message
        return w.VBox([
            w.HTML("<b>try</b>"),
            look.row(
                make("Echo archive", lambda: self.device.echo("archive"), message, "echo-archive"),
                make("Echo RIS", lambda: self.device.echo("ris"), message, "echo-ris"),
                make("Query worklist", self.worklist, message, "worklist"),
            ),
            look.row(self.entries, make("Do this exam", self.perform, message, "perform")),
            look.row(
                make("Show queue", self.queue, message, "queue"),
                make("Send queue", self.send, message, "send"),
                make("Show its log", self.log, message, "log"),
            ),
            look.row(
                self.patient, self.patient_id,
                make("Scan without worklist", self.by_hand, message, "by-hand"),
            ),
            self.shown,
        ])  # fmt: skip

    def _station_tries(self) -> look.Widget:
        make, message = look.button, self.message
        return w.VBox([
            w.HTML("<b>try</b>"),
            look.row(
                make("Echo archive", lambda: self.device.echo("archive"), message, "echo-archive"),
                self.words, make("Search", self.search, message, "find"),
            ),
            look.row(self.entries, make("Retrieve", self.retrieve, message, "retrieve")),
            look.row(
                make("Show what arrived", self.received, message, "received"),
                make("Show its log", self.log, message, "log"),
            ),
            self.shown,
        ])  # fmt: skip

    def worklist(self) -> str:
        """Ask the RIS as this device does."""
        rows = self.device.worklist()
        look.offer(self.entries, [(_entry(line), line["accession"]) for line in rows])
        self.shown.value = ""
        return (
            f"The RIS answered; the worklist of {self.name} has {look.count(len(rows), 'entry')}."
        )

    def perform(self) -> Any:
        """Do the chosen exam."""
        if not self.entries.value:
            self.message.say("Query the worklist and choose an entry first.")
            return None
        return self.device.perform(self.entries.value)

    def by_hand(self) -> Any:
        """Scan a patient who was typed in by hand, as in an emergency."""
        if not self.patient.value or not self.patient_id.value:
            raise UsageError("Something is missing.", "Type the patient's name and ID.")
        typed = {"patient_name": self.patient.value, "patient_id": self.patient_id.value}
        return self.device.perform_unscheduled(**typed)

    def queue(self) -> None:
        """Show what the device could not deliver yet."""
        self.shown.value = look.scroll(
            look.table(self.device.queue(), _QUEUE, empty="nothing waits")
        )

    def send(self) -> Any:
        """Try to deliver it."""
        outcome = self.device.send()
        self.queue()
        return outcome

    def log(self) -> None:
        """Show the device's own log, the newest line first."""
        lines = [x for x in self.device.log(60) if not x["text"].startswith(look.CHECK)]
        rows = [{**x, "time": look.moment(x["hospital"])} for x in reversed(lines)]
        self.shown.value = look.scroll(look.table(rows, _LOG, empty="nothing yet"))

    def search(self) -> str:
        """Ask the archive for studies, as this workstation."""
        rows = self.device.find(PatientName=self.words.value or "*")
        look.offer(self.entries, [(_found(line), line["StudyInstanceUID"]) for line in rows])
        return f"The archive answered: {look.count(len(rows), 'study')}."

    def retrieve(self) -> Any:
        """Have the chosen study sent here."""
        if not self.entries.value:
            self.message.say("Search and choose a study first.")
            return None
        outcome = self.device.retrieve(self.entries.value)
        self.received()
        return outcome

    def received(self) -> None:
        """Show what was sent to this device."""
        rows = [dict(line) for line in self.device.received()]
        columns = {key: _RECEIVED.get(key, key.replace("_", " ")) for key in (rows or [{}])[0]}
        self.shown.value = look.scroll(look.table(rows, columns, empty="nothing arrived yet"))


def _entry(line: dict[str, Any]) -> str:
    keys = ("accession", "patient_name", "patient_id", "procedure", "description")
    return look.shown(" · ".join(str(line[key]) for key in keys if line.get(key)))


def _found(line: dict[str, Any]) -> str:
    keys = ("PatientName", "PatientID", "ModalitiesInStudy", "StudyDate", "StudyDescription")
    return look.shown(" · ".join(str(line[key]) for key in keys if line.get(key)))
