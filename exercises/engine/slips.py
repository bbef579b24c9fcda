"""Texts as people type them wrong: swapped, missed, or looking right at a glance."""

from __future__ import annotations

from random import Random

_ALIKE = {"O": "0", "0": "O", "I": "1", "1": "I", "S": "5", "5": "S", "B": "8", "8": "B"}


def mistyped(text: str, chance: Random) -> str:
    """Return it with two letters swapped, a look-alike, or one missing."""
    made = {
        *(text[:n] + text[n + 1] + text[n] + text[n + 2 :] for n in range(len(text) - 1)),
        *_alike(text),
        *(text[:n] + text[n + 1 :] for n in range(1, len(text))),
    }
    return chance.choice(sorted(made - {text}))


def look_alike(text: str, chance: Random) -> str:
    """Return it in another case, or with a letter that looks the same."""
    made = {
        *(text[:n] + c.swapcase() + text[n + 1 :] for n, c in enumerate(text)),
        *_alike(text),
        text.lower(),
        text.capitalize(),
    }
    return chance.choice(sorted(made - {text}))


def swapped(text: str, chance: Random) -> str:
    """Return a number with two neighbouring digits swapped."""
    places = [
        n for n in range(len(text) - 1) if text[n : n + 2].isdigit() and text[n] != text[n + 1]
    ]
    at = chance.choice(places)
    return text[:at] + text[at + 1] + text[at] + text[at + 2 :]


def misread(text: str, how: str, chance: Random) -> str:
    """Return a number with digits swapped, with one left out or with one typed twice."""
    if how == "swapped":
        return swapped(text, chance)
    at = chance.choice([n for n in range(2, len(text)) if text[n].isdigit()])
    return text[:at] + text[at + 1 :] if how == "omitted" else text[:at] + text[at] + text[at:]


def _alike(text: str) -> list[str]:
    return [text[:n] + _ALIKE[c] + text[n + 1 :] for n, c in enumerate(text) if c in _ALIKE]
