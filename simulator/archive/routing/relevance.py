"""Which priors matter: same or near part of the body, a modality one compares with, not too old."""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import lru_cache
from importlib import resources
from typing import Any

from simulator.archive.routing.rule import Rule

_OBJECTS = frozenset({"SR", "PR", "KO", "DOC", "SEG"})  # beside images, never what one compares


@dataclass(frozen=True, kw_only=True)
class Exam:
    """An examination, done or to be done."""

    study_uid: str
    date: str  # YYYYMMDD, may be empty
    words: str  # description and parts of the body
    modalities: tuple[str, ...]
    instances: int = 0
    accession: str = ""

    @property
    def regions(self) -> frozenset[str]:
        """The parts of the body it shows."""
        words = self.words.upper()
        table = _table()["regions"]
        return frozenset(name for name, those in table.items() if any(w in words for w in those))


@lru_cache(maxsize=1)
def _table() -> dict[str, dict[str, list[str]]]:
    path = resources.files("simulator.archive.routing").joinpath("relevance.toml")
    found: dict[str, Any] = tomllib.loads(path.read_text("utf-8"))
    return found


def why_not(rule: Rule, new: Exam, prior: Exam, today: date) -> str:
    """Return why a prior is not wanted beside a new examination, empty where it is."""
    if prior.study_uid == new.study_uid or (prior.accession and prior.accession == new.accession):
        return "it is the new examination itself"
    if not _fits_modality(rule, new, prior):
        return f"its modality is {'/'.join(prior.modalities) or 'unknown'}"
    if not _fits_region(rule, new, prior):
        return f"it shows {', '.join(sorted(prior.regions)) or 'an unknown part of the body'}"
    if rule.max_age_days and _age(prior, today) > rule.max_age_days:
        return f"it is of {prior.date}"
    return ""


def choose(rule: Rule, new: Exam, priors: Iterable[Exam], today: date) -> list[Exam]:
    """Return the priors a rule wants, the newest first, no more than it allows."""
    fit = [prior for prior in priors if not why_not(rule, new, prior, today)]
    fit.sort(key=lambda prior: prior.date, reverse=True)
    return fit[: rule.max_studies or None]


def _fits_modality(rule: Rule, new: Exam, prior: Exam) -> bool:
    if "any" in rule.modalities:
        return True
    allowed: set[str] = set()
    for word in rule.modalities:
        if word == "same":
            allowed |= set(new.modalities)
        elif word == "relevant":
            allowed |= {m for one in new.modalities for m in _compared(one)}
        else:
            allowed.add(word)
    return bool(allowed & (set(prior.modalities) - _OBJECTS))


def _compared(modality: str) -> Sequence[str]:
    return _table()["modalities"].get(modality, [modality])


def _fits_region(rule: Rule, new: Exam, prior: Exam) -> bool:
    if rule.regions == "any" or not new.regions:
        return True  # the order does not say what it is about
    near = {part for region in new.regions for part in _table()["near"].get(region, ())}
    allowed = new.regions | (near if rule.regions == "relevant" else set())
    return bool(allowed & prior.regions)


def _age(prior: Exam, today: date) -> int:
    try:
        return (today - datetime.strptime(prior.date, "%Y%m%d").date()).days
    except ValueError:
        return 0  # no date: not held against it
