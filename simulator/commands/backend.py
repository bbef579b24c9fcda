"""What `up` and `status` say about an archive that is not PACS Lab's own."""

from __future__ import annotations

from typing import Any

from rich.console import Console
from rich.table import Table

from simulator.backends.capabilities import NAMES
from simulator.seat_facts import said

_out = Console(highlight=False, soft_wrap=True)
_HEAD = "Enter these at the external archive, so that it lets them in and finds them"


def print_backend(facts: dict[str, Any], nodes: list[dict[str, Any]]) -> None:
    """Print which archive it is, what it lacks, and what must be entered there.

    `facts` are those of seat.json, or the answer of `status`, which has the lines already.
    """
    kind = facts["backend"]
    if kind == "embedded":
        return
    print(f"The archive is {NAMES[kind]}.")
    for line in facts["said"] if "said" in facts else said(facts):
        print(f"  {line}")
    if nodes:
        table = Table("AE title", "address", "port", "what it does", "what it is", title=_HEAD)
        for row in nodes:
            table.add_row(row["ae"], row["host"], str(row["port"]), row["may"], row["what"])
        _out.print(table)
