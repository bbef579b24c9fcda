"""`sql_desk()`: the archive's index read with SQL; nothing can be changed here."""

from __future__ import annotations

from html import escape

import ipywidgets as w

from simulator import index_sql
from simulator.client import Client
from simulator.console import look

EXAMPLES = (
    "SELECT name, study_date, accession FROM studies JOIN patients"
    " ON patients.pk = studies.patient_pk LIMIT 10",
    "SELECT order_state, count(*) FROM studies GROUP BY order_state",
    "SELECT modality, count(*) AS series FROM series GROUP BY modality ORDER BY series DESC",
    "SELECT source, count(*) AS images, sum(size) / 1000000 AS megabytes"
    " FROM instances GROUP BY source ORDER BY images DESC",
)


def sql_desk(seat: Client | None = None) -> look.Widget:
    """Type one SELECT and see its rows."""
    found, message = look.client(seat), look.Message()
    index = found.seat.folder / "archive" / "index.db"
    example = look.choice("example", "example", EXAMPLES, width="640px")
    field = look.mark(w.Textarea(EXAMPLES[0], rows=3, layout={"width": "760px"}), "statement")
    rows, tables = look.mark(w.HTML(), "rows"), look.mark(w.HTML(), "tables")

    def take() -> None:
        field.value = example.value

    def run() -> str:
        answer = index_sql.query(index, field.value)
        shown = look.table(answer, {name: name for name in answer.columns}, empty="no row")
        rows.value = look.scroll(shown)
        more = f" (only the first {index_sql.MOST})" if len(answer) == index_sql.MOST else ""
        return look.count(len(answer), "row") + more

    def draw() -> None:
        lines = "".join(
            f"<li><b>{escape(row['table'])}</b> ({row['rows']} rows): "
            f"<span class='pl-soft'>{escape(row['columns'])}</span></li>"
            for row in index_sql.tables(index)
        )
        tables.value = look.scroll(f"<ul>{lines}</ul>")

    look.watch(example, take, message)
    fold = look.mark(w.Accordion([tables], titles=("Tables and their columns",)), "fold")
    message.guard(draw)
    return look.panel(
        "The index, in SQL", message, example, field,
        look.row(look.button("Run", run, message, "run", style="primary")), rows, fold,
        name="sql", hint="Read-only: a SELECT can be slow or wrong, but it cannot break anything.",
    )  # fmt: skip
