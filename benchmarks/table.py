"""What was measured, and how it is printed: medians, and ours as a ratio to each peer's."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from statistics import median

OURS = "PACS Lab"


@dataclass(kw_only=True)
class Row:
    """One quantity, measured several times at each server."""

    what: str
    unit: str
    more_is_better: bool = True
    values: dict[str, list[float]] = field(default_factory=lambda: defaultdict(list))

    def cell(self, server: str) -> str:
        """Return the median and how much better or worse we are: ×2.0 is twice as good."""
        mine, theirs = self.values.get(OURS), self.values.get(server)
        if not theirs:
            return "–"
        text = _number(median(theirs))
        if server == OURS or not mine:
            return text
        ratio = median(mine) / median(theirs) if median(theirs) else 0.0
        if not self.more_is_better:
            ratio = 1 / ratio if ratio else 0.0
        return f"{text}  (×{ratio:.1f})"


def show(title: str, rows: list[Row], note: str = "") -> None:
    """Print rows as a table; in brackets how much better we are than that peer."""
    servers = [OURS, *sorted({name for row in rows for name in row.values if name != OURS})]
    lines = [["", "unit", *servers]]
    lines += [[row.what, row.unit, *(row.cell(server) for server in servers)] for row in rows]
    widths = [max(len(line[at]) for line in lines) for at in range(len(lines[0]))]
    print(f"\n{title}")
    for line in lines:
        cells = [text.ljust(width) for text, width in zip(line, widths, strict=True)]
        print("  " + "  ".join(cells).rstrip())
    if note:
        print(f"  {note}")


def _number(value: float) -> str:
    return f"{value:.0f}" if value >= 100 else f"{value:.1f}" if value >= 1 else f"{value:.2f}"
