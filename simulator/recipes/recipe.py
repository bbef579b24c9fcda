"""A recipe: which studies a data set has, and what is wrong with them; datasets/*.toml."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from importlib import resources
from pathlib import Path

from simulator.config import build, read_toml
from simulator.errors import UsageError

_PLACE = "datasets"


@dataclass(frozen=True, kw_only=True)
class Part:
    """One study of a recipe, or `count` alike of patients one after another.

    `device` and `protocol` name what stands in fleet/profiles; `*` means each of them. What is
    left out of the patient follows from the recipe's seed and `patient`. `series` and `images`
    take only those series and at most so many objects of each; `side` makes pictures that small
    (pixels). `answer` is what there is to see, `flaws` are keys of simulator/recipes/flaws.py.
    """

    device: str
    protocol: str = "*"
    patient: int = 0
    count: int = 1
    at: str = "2026-03-02T09:00"
    minutes_apart: int = 15
    indication: str = ""
    answer: str = ""
    name: str = ""
    patient_id: str = ""
    issuer: str | None = None
    birth_date: str | None = None
    sex: str | None = None
    accession: str | None = None
    character_set: str = ""
    scheduled: bool = True
    syntax: str = ""
    series: tuple[int, ...] = ()
    images: int = 0
    side: int = 0
    flaws: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        """Refuse a time that is none."""
        try:
            datetime.fromisoformat(self.at)
        except ValueError:
            raise UsageError(
                f"'{self.at}' is no time.", "Write it like 2026-03-02T09:30."
            ) from None


@dataclass(frozen=True, kw_only=True)
class Recipe:
    """One data set. `listed` is whether its manifest names every object, or counts them only."""

    name: str = ""
    title: str
    says: str
    seed: int = 1
    pixels: str = "small"
    listed: bool = True
    study: tuple[Part, ...]


def folder() -> Path:
    """Return where the recipes are: inside the installed package, or beside it in a checkout."""
    inside = Path(str(resources.files("simulator"))) / _PLACE
    return inside if inside.is_dir() else Path(__file__).resolve().parents[2] / _PLACE


def names() -> list[str]:
    """Return the names of all data sets."""
    return sorted(path.stem for path in folder().glob("*.toml"))


def load(name: str) -> Recipe:
    """Read a recipe; raises UsageError for an unknown one and for unknown keys."""
    if name not in names():
        raise UsageError(f"There is no data set '{name}'.", f"Known: {', '.join(names())}.")
    path = folder() / f"{name}.toml"
    table = read_toml(path)
    table["study"] = [
        build(Part, part, f"{path}, study {number}")
        for number, part in enumerate(table.get("study", ()), 1)
    ]
    return build(Recipe, {**table, "study": tuple(table["study"]), "name": name}, str(path))
