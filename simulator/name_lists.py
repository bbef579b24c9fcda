"""Freezing the names: `python -m simulator.name_lists > simulator/names.toml`.

The lists are Faker's. They are frozen because they change from version to version, and with them
every image and every manifest; run this only when all of that may change.
"""

from __future__ import annotations

from collections.abc import Iterable
from importlib import import_module
from textwrap import fill

LOCALES = ("en_US", "de_DE", "fr_FR")
_MOST = 160  # names of a kind: enough that few share one, few enough to read
_HEAD = """\
# Names of patients and staff who do not exist, frozen here: a library's lists change from version
# to version, and with them every image and manifest. All of them can be written in Latin-1.
"""


def toml() -> str:
    """Return the file's text."""
    return _HEAD + "".join(_section(locale) for locale in LOCALES)


def _section(locale: str) -> str:
    provider = import_module(f"faker.providers.person.{locale}").Provider
    kinds = {
        "family": provider.last_names,
        "male": provider.first_names_male,
        "female": provider.first_names_female,
    }
    return f"\n[{locale}]\n" + "".join(_list(kind, names) for kind, names in kinds.items())


def _list(kind: str, names: Iterable[str]) -> str:
    chosen = sorted(dict.fromkeys(filter(_is_plain, names)))
    kept = chosen[:: max(1, len(chosen) // _MOST)][:_MOST]  # from all of the alphabet
    words = fill(
        ", ".join(f'"{name}"' for name in kept),
        100,
        initial_indent="    ",
        subsequent_indent="    ",
    )
    return f"{kind} = [\n{words},\n]\n"


def _is_plain(name: str) -> bool:
    """Return whether a name is one word that Latin-1 has every letter of."""
    return name.isalpha() and all(ord(letter) < 256 for letter in name)


if __name__ == "__main__":
    print(toml(), end="")
