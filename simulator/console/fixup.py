"""`fixup()`: the fix-up desk. Problems, order candidates side by side, preview, do, undo."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import ipywidgets as w

from simulator.client import Client
from simulator.console import fixup_shown, look
from simulator.errors import UsageError

LINK, UNLINK, EDIT = "link to the order", "unlink from its order", "edit an attribute"
MOVE, SPLIT = "move a series to another study", "split a series off"
REJECT, RESTORE, MERGE = "reject", "restore what was rejected", "merge the patient into another"
CODES = [
    ("113001 quality reasons", "113001"), ("113037 patient safety", "113037"),
    ("113038 incorrect worklist entry", "113038"), ("113039 retention expired", "113039"),
]  # fmt: skip
ANY = "every study"
_PROBLEMS = ("unmatched", "conflict", "duplicate")
_MOST = 200  # studies, or patients, offered at once


def fixup(seat: Client | None = None) -> look.Widget:
    """Show what waits to be put right, and put it right: each step is shown before it is done."""
    return _Panel(look.client(seat)).widget


class _Panel:
    def __init__(self, seat: Client) -> None:
        self.seat, self.message = seat, look.Message()
        self.html = {name: look.mark(w.HTML(), name) for name in ("counts", "study", "compare",
                     "preview", "changes")}  # fmt: skip
        self._found: dict[str, Any] = {}
        self._ready: Callable[[], Any] | None = None  # what was previewed, and may be done
        self._make_fields()
        self.widget = self._laid_out()
        self.message.guard(self.load)

    def _make_fields(self) -> None:
        watch, message = look.watch, self.message
        self.which = watch(look.choice("show", "which", ["problems", ANY]), self.load, message)
        self.words = watch(look.text("name or ID", "words", width="240px",
                           hint="of every study"), self.load, message)  # fmt: skip
        self.study = look.mark(w.Select(options=[], rows=7), "study-list")
        self.study.layout.width = "auto"
        watch(self.study, self.open, message)
        self.order = look.choice("order", "order", [], width="420px")
        watch(self.order, self.compare, message)
        acts = [LINK, UNLINK, EDIT, MOVE, SPLIT, REJECT, RESTORE, MERGE]
        self.act = watch(look.choice("what to do", "act", acts, width="340px"), self.draw, message)
        self.other = look.mark(w.Checkbox(description="the images name the wrong patient",
                               indent=False), "other-patient")  # fmt: skip
        self.attribute = look.choice("attribute", "attribute", [], width="320px")
        self.value = look.text("new value", "value", width="300px")
        self.series = look.choice("series", "series", [], width="420px")
        self.to = look.choice("to study", "to", [], width="420px")
        self.other_words = watch(look.text("find by name or ID", "other-words", width="300px"),
                                 self.offer_others, message)  # fmt: skip
        self.references = look.mark(w.Checkbox(description="update what refers to it",
                                    indent=False), "references")  # fmt: skip
        self.code = look.choice("because", "code", CODES, width="320px")
        self.survivor = look.choice("survivor", "survivor", [], width="420px")
        self.change = look.choice("change", "change", [], width="480px")
        self.fields = look.row()
        for field in (self.other, self.attribute, self.value, self.series, self.to,
                      self.references, self.code, self.survivor):  # fmt: skip
            watch(field, self.forget, message)

    def _laid_out(self) -> look.Widget:
        make, message = look.button, self.message
        self.do_it = make("Do it", self.do, message, "do", style="warning")
        self.do_it.on_click(lambda _: self._only_previewed())  # a press leaves a button enabled
        left = w.VBox([self.html["counts"], self.study, self.html["study"]])
        right = w.VBox([self.order, self.html["compare"]])
        return look.panel(
            "Fix-up desk", message,
            look.row(self.which, self.words, make("Refresh", self.refresh, message, "refresh")),
            look.columns((left, "420px"), (right, "420px")),
            self.act, self.fields,
            look.row(make("Preview", self.preview, message, "preview-it", style="primary"),
                     self.do_it),
            self.html["preview"],
            w.HTML("<b>What was done, and can be undone</b>"),
            look.row(self.change, make("Undo it", self.undo, message, "undo")),
            self.html["changes"], name="fixup",
            hint="Choose a study, look at the preview, then do it. Nothing is done unseen.",
        )  # fmt: skip

    # --- what is shown ------------------------------------------------------------------------

    def refresh(self) -> str:
        """Ask the archive again."""
        self.load()
        return "That is how it stands."

    def load(self) -> None:
        """Ask for problems, studies, patients and changes."""
        self.html["counts"].value = fixup_shown.counts(self.seat.fixup.counts())
        if self.which.value == ANY:
            offered = self._studies_of(self.words.value)
        else:
            rows = self.seat.fixup.problems(limit=_MOST)
            offered = fixup_shown.problem_options(rows, _PROBLEMS)
        self.words.layout.display = "" if self.which.value == ANY else "none"
        if not self.attribute.options:
            words = [key for row in self.seat.fixup.editable() for key in row["attributes"]]
            look.offer(self.attribute, words)
        changes = self.seat.changes.list()
        self.html["changes"].value = fixup_shown.changes(changes)
        look.offer(self.change, [(f"{c['number']}: {c['text']}"[:90], c["number"])
                                 for c in changes if c["state"] == "done"])  # fmt: skip
        look.offer(self.study, offered)
        self.open()

    def offer_others(self) -> None:
        """Offer studies to move to, or patients to merge into, by the words beside them."""
        words = self.other_words.value.strip()
        if self.act.value == MOVE:
            look.offer(self.to, self._studies_of(words))
        elif self.act.value == MERGE:
            found = self.seat.patients.list(words, limit=_MOST)
            look.offer(self.survivor, [(fixup_shown.patient_line(p), (p["patient_id"], p["issuer"]))
                                       for p in found])  # fmt: skip

    def _studies_of(self, words: str) -> list[tuple[str, str]]:
        filters = {"text": words.strip()} if words.strip() else {}
        found = self.seat.archive.studies(**filters, limit=str(_MOST))
        return [(fixup_shown.study_line(study), study["study_uid"]) for study in found]

    def open(self) -> None:
        """Show the chosen study, its series and the orders it may belong to."""
        uid = self.study.value
        self._found = self.seat.archive.study(uid) if uid else {}
        self.html["study"].value = fixup_shown.study(self._found)
        tree = self._found.get("tree", [])
        look.offer(self.series, [(fixup_shown.series_line(s), s["series_uid"]) for s in tree])
        self._orders = (
            {row["accession"]: row for row in self.seat.fixup.candidates(uid)} if uid else {}
        )
        look.offer(self.order, [(f"{a} · {row['patient']} · {row['procedure']} {row['status']}", a)
                                for a, row in self._orders.items()])  # fmt: skip
        self.compare()
        self.draw()

    def compare(self) -> None:
        """Show the study and the chosen order side by side."""
        order = self._orders.get(self.order.value) if self.study.value else None
        self.html["compare"].value = fixup_shown.side_by_side(order)
        self.forget()

    def draw(self) -> None:
        """Show the fields that the chosen act needs."""
        self.offer_others()
        self.fields.children = {
            LINK: [self.other], EDIT: [self.attribute, self.value],
            MOVE: [self.series, self.other_words, self.to, self.references],
            SPLIT: [self.series, self.references],
            REJECT: [self.code], MERGE: [self.other_words, self.survivor],
        }.get(self.act.value, [])  # fmt: skip
        self.forget()

    def forget(self) -> None:
        """Forget the preview: something else is chosen now."""
        self._ready = None
        self._only_previewed()
        self.html["preview"].value = ""

    def _only_previewed(self) -> None:
        self.do_it.disabled = self._ready is None

    # --- what is done -------------------------------------------------------------------------

    def preview(self) -> None:
        """Show what the chosen act would do; only then can it be done."""
        self.forget()
        act = self._chosen()
        self.html["preview"].value = fixup_shown.preview(act(True))
        self._ready = lambda: act(False)
        self._only_previewed()

    def do(self) -> Any:
        """Do what was previewed."""
        if self._ready is None:
            raise UsageError("Nothing was previewed.", "Press Preview first.")
        outcome = self._ready()
        self.load()
        return outcome

    def undo(self) -> Any:
        """Put the chosen change back."""
        if self.change.value is None:
            raise UsageError("No change is chosen.", "Choose one in the list.")
        outcome = self.seat.changes.undo(self.change.value)
        self.load()
        return outcome

    def _chosen(self) -> Callable[[bool], Any]:
        """Return what is to be done, with the fields as they are now; True only shows it."""
        uid, fixup, found = self.study.value, self.seat.fixup, self._found
        if not uid:
            raise UsageError("No study is chosen.", "Choose one in the list.")
        how = "update" if self.references.value else "refuse"
        series, to, order, other = (
            (self.series.value,),
            self.to.value,
            self.order.value,
            self.other.value,
        )
        values = {self.attribute.value: self.value.value}
        code, survivor = self.code.value, self.survivor.value or ("", "")
        if self.act.value == LINK and not order:
            raise UsageError("No order is chosen.", "Choose another study, or edit it.")
        acts: dict[str, Callable[[bool], Any]] = {
            LINK: lambda p: fixup.link(uid, order, other_patient=other, preview=p),
            UNLINK: lambda p: fixup.unlink(uid, preview=p),
            EDIT: lambda p: fixup.edit(uid, values, preview=p),
            MOVE: lambda p: fixup.move_series(uid, to, series=series, references=how, preview=p),
            SPLIT: lambda p: fixup.split(uid, series=series, references=how, preview=p),
            REJECT: lambda p: fixup.reject(uid, code, preview=p),
            RESTORE: lambda p: fixup.restore(uid, preview=p),
            MERGE: lambda p: self.seat.patients.merge(
                found["patient_id"], survivor[0], retired_issuer=found["issuer"],
                survivor_issuer=survivor[1], preview=p),
        }  # fmt: skip
        return acts[self.act.value]
