"""`study_browser()`: find a study, go down to series and images, read tags, open the viewer."""

from __future__ import annotations

from typing import Any

import ipywidgets as w

from simulator.client import Client
from simulator.console import look
from simulator.console.tags import tag_table
from simulator.console.view import viewer
from simulator.errors import UsageError

ANY = "any"
_STATES = (ANY, "matched", "unmatched", "new")
_MOST = 200  # studies offered at once
_KINDS = ("CR", "CT", "DX", "MG", "MR", "NM", "OT", "PT", "RF", "SR", "US", "XA")


def study_browser(seat: Client | None = None) -> look.Widget:
    """Show the studies of the archive as a tree: studies, series, images, tags."""
    return _Browser(look.client(seat)).widget


class _Browser:
    def __init__(self, seat: Client) -> None:
        self.seat, self.message = seat, look.Message()
        self._tree: list[dict[str, Any]] = []
        self._make()
        self.widget = self._laid_out()
        self.message.guard(self.load)

    def _make(self) -> None:
        self.words = look.text(
            "name or ID", "filter-text", width="260px", hint="part of it is enough"
        )
        self.modality = look.choice("modality", "filter-modality", [ANY, *_KINDS], width="150px")
        self.state = look.choice("order", "filter-state", _STATES, width="160px")
        self.study, self.series = _list("studies", 8), _list("series", 6)
        self.instance = _list("instances", 6)
        self.tag_words = look.text(
            "search tags", "tag-search", width="260px", hint="e.g. accession"
        )
        self.tags = look.mark(w.HTML(), "tags")
        self.place = look.mark(w.VBox([]), "viewer-place")
        self.order = look.mark(w.HTML(), "order-note")
        self.accession = look.text("order's accession", "accession", width="260px")
        for field in (self.words, self.modality, self.state):
            look.watch(field, self.load, self.message)
        look.watch(self.study, self._open_study, self.message)
        look.watch(self.series, self._open_series, self.message)
        for field in (self.instance, self.tag_words):
            look.watch(field, self._show_tags, self.message)

    def _laid_out(self) -> look.Widget:
        load = look.button("Refresh", self._reload, self.message, "refresh")
        show = look.button(
            "Open in viewer", self.show, self.message, "open-viewer", style="primary"
        )
        link = look.button("Link to order", self.link, self.message, "link")
        left = w.VBox([_over("series", self.series), _over("images", self.instance)])
        right = w.VBox([self.tag_words, self.tags])
        return look.panel(
            "Study browser", self.message,
            look.row(self.words, self.modality, self.state, load, show),
            _over("studies, the newest first", self.study),
            look.row(self.order, self.accession, link),
            look.columns((left, "280px"), (right, "440px")), self.place,
            name="study-browser", hint="Patient, study, series, image: choose from the top down.",
        )  # fmt: skip

    def _reload(self) -> str:
        self.load()
        more = (
            f"The list shows the newest {_MOST} that fit."
            if len(self.study.options) == _MOST
            else ""
        )
        return f"{self.seat.archive.status()['studies']} studies are in the archive. {more}".strip()

    def load(self) -> None:
        """Ask the archive for the newest studies that fit the filters."""
        found = self.seat.archive.studies(**self._filters(), limit=str(_MOST))
        look.offer(self.study, [(_study_line(study), study["study_uid"]) for study in found])
        if not found:
            self.message.say("No study fits these filters. Empty them to see all.")

    def _filters(self) -> dict[str, str]:
        chosen = {"text": self.words.value.strip(), "modality": self.modality.value,
                  "order_state": self.state.value}  # fmt: skip
        return {key: value for key, value in chosen.items() if value not in ("", ANY)}

    def _open_study(self) -> None:
        facts = self.seat.archive.study(self.study.value) if self.study.value else {}
        self._tree = facts.get("tree", [])
        note = f"{facts.get('order_state', '')}: {facts.get('order_note', '')}"
        self.order.value = f"<p>order: {look.shown_html(note)}</p>" if facts else ""
        look.offer(self.series, [(_series_line(line), line["series_uid"]) for line in self._tree])

    def _open_series(self) -> None:
        uid = self.series.value
        lines = [x for line in self._tree if line["series_uid"] == uid for x in line["instances"]]
        look.offer(self.instance, [(_image_line(line), line["sop_uid"]) for line in lines])

    def _show_tags(self) -> None:
        if not self.instance.value:
            self.tags.value = ""
            return
        ds = self.seat.archive.instance(self.instance.value)
        self.tags.value = look.scroll(tag_table(ds, self.tag_words.value))

    def link(self) -> Any:
        """Link the chosen study to the order with the accession number in the field."""
        if not self.study.value or not self.accession.value:
            raise UsageError(
                "Something is missing.", "Choose a study and type an accession number."
            )
        uid = self.study.value
        outcome = self.seat.archive.link(uid, self.accession.value.strip())
        self.load()
        return outcome

    def show(self) -> None:
        """Open the chosen study below."""
        if not self.study.value:
            self.message.say("Choose a study first.")
            return
        self.place.children = [viewer(self.study.value, self.seat)]


def _list(name: str, lines: int) -> look.Widget:
    made = look.mark(w.Select(options=[], rows=lines), name)
    made.layout.width = "auto"
    return made


def _over(heading: str, widget: look.Widget) -> look.Widget:
    return w.VBox([w.HTML(f"<b>{heading}</b>"), widget])


def _study_line(study: dict[str, Any]) -> str:
    signs = {"matched": "✔ matched", "unmatched": "✘ unmatched"}
    parts = (
        study["patient_name"], study["patient_id"], "/".join(study["modalities"]), study["date"],
        study["description"], study["accession"] or "no accession",
        look.count(study["instances"], "image"),
        signs.get(study["order_state"], study["order_state"]),
    )  # fmt: skip
    return look.shown(" · ".join(filter(None, parts)), 200)


def _series_line(series: dict[str, Any]) -> str:
    parts = (series["modality"], series["number"], series["description"])
    return look.shown(
        f"{' · '.join(filter(None, parts))} · {look.count(len(series['instances']), 'image')}"
    )


def _image_line(image: dict[str, Any]) -> str:
    return look.shown(
        f"image {image['number']} · {image['size'] // 1024} KB · from {image['source']}"
    )
