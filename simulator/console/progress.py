"""`progress_board()`: what was solved so far, by exam domain and exercise by exercise."""

from __future__ import annotations

import io
from typing import Any

import ipywidgets as w

from simulator.client import Client
from simulator.console import look

_DOMAINS = {"title": "domain", "shown": "solved", "best": "mean of best scores",
            "minutes": "minutes", "hints": "hints", "note": ""}  # fmt: skip
_EXERCISES = {"sign": "", "title": "exercise", "level": "level", "minutes": "minutes",
              "best": "best score", "id": "open it with console.ticket(…)"}  # fmt: skip
_DONE, _LEFT = "#0072B2", "#D9D9D9"


def progress_board(seat: Client | None = None) -> look.Widget:
    """Show how far you have come, with a picture of the domains."""
    return _Panel(look.client(seat)).widget


class _Panel:
    def __init__(self, seat: Client) -> None:
        self.seat, self.message = seat, look.Message()
        self.picture = look.mark(w.Image(format="png", layout={"max_width": "760px"}), "picture")
        self.domains, self.exercises = (look.mark(w.HTML(), name) for name in ("domains", "list"))
        fold = w.Accordion([self.exercises], titles=("Every exercise",))
        refresh = look.button("Refresh", self.show, self.message, "refresh")
        self.widget = look.panel(
            "Your progress", self.message, look.row(refresh), self.picture, self.domains,
            look.mark(fold, "fold"), name="progress",
            hint="A record to print: pacslab exercise certificate --out record.pdf",
        )  # fmt: skip
        self.message.guard(self.show)

    def show(self) -> str:
        """Read the progress of this seat again."""
        from exercises import engine
        from exercises.engine.domains import by_domain

        rows = list(by_domain(self.seat.seat.folder / "progress"))
        self.picture.value = figure(rows)
        self.domains.value = look.table([_shown(row) for row in rows], _DOMAINS)
        known = engine.catalogue(self.seat)
        signs = [{**row, "sign": "✔" if row["passed"] else "·"} for row in known]
        self.exercises.value = look.scroll(look.table(signs, _EXERCISES))
        solved = sum(row["passed"] for row in known)
        return f"{solved} of {len(known)} exercises are solved."


def figure(rows: list[dict[str, Any]]) -> bytes:
    """Return the picture as PNG: a bar for each domain, as long as there are exercises."""
    from matplotlib.figure import Figure

    shown = [row for row in rows if row["of"]]
    drawing = Figure(figsize=(8.4, 0.6 + 0.42 * max(1, len(shown))), dpi=100, facecolor="white")
    axes = drawing.subplots()
    names = [row["title"].split(" (")[0] for row in shown]
    axes.barh(names, [row["of"] for row in shown], color=_LEFT, hatch="//", edgecolor="white")
    axes.barh(names, [row["solved"] for row in shown], color=_DONE)
    for at, row in enumerate(shown):
        axes.text(row["of"], at, f" {row['solved']} of {row['of']}", va="center", fontsize=9)
    axes.set_xlim(0, max((row["of"] for row in shown), default=1) * 1.15)
    axes.invert_yaxis()
    axes.tick_params(labelsize=9)
    axes.set_xticks([])
    for side in ("top", "right", "bottom"):
        axes.spines[side].set_visible(False)
    drawing.tight_layout()
    out = io.BytesIO()
    drawing.savefig(out, format="png")
    return out.getvalue()


def _shown(row: dict[str, Any]) -> dict[str, Any]:
    return {**row, "shown": f"{row['solved']} of {row['of']}" if row["of"] else "-"}
