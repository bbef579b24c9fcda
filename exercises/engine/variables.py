"""What differs from seed to seed: names, devices, typing errors and which cause it is.

A variable is one line of the `[variables]` table, e.g. `wrong = { typo_of = "PACSLAB" }`. Texts,
faults and checks read the same values; `{device}` or `{patient.mrn}` in a text stands for one.
Nothing is kept: the same (secret, trainee, exercise, seed) gives the same values again.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from itertools import product
from random import Random
from typing import Any

from exercises.engine import slips
from exercises.engine.people import person
from simulator.errors import UsageError

_PLACE = re.compile(r"\{([a-z_][a-z0-9_]*(?:\.[a-z0-9_]+)*)\}")
_LETTERS = "abcdefghjkmnpqrstuvwxyzACDEFHJKLMNPRTUVWXY2345679"


@dataclass(frozen=True, kw_only=True)
class World:
    """What the variables may pick from: the hospital before anything was broken."""

    users: list[dict[str, Any]] = field(default_factory=list)
    studies: list[dict[str, Any]] = field(default_factory=list)
    roles: list[dict[str, Any]] = field(default_factory=list)


@dataclass(kw_only=True)
class Draw:
    """One drawing of all variables: the chance of each, and what was drawn before."""

    key: str
    world: World
    values: dict[str, Any] = field(default_factory=dict)
    taken: set[str] = field(default_factory=set)  # users, studies and numbers that are spoken for

    def fresh(self, make: Callable[[], Any], key: str = "") -> Any:
        """Return the first thing made whose number nobody has: another seed must not clash."""
        made = make()
        while (number := made[key] if key else made) in self.taken:
            made = make()
        self.taken.add(number)
        return made

    def chance(self, name: str) -> Random:
        """Return the variable's own source of chance: another variable does not change it."""
        return Random(int.from_bytes(hashlib.sha256(f"{self.key}|{name}".encode()).digest()[:8]))


def resolve(
    recipes: dict[str, dict[str, Any]], world: World, *, secret: str, trainee: str, exercise: str,
    seed: int,
) -> dict[str, Any]:  # fmt: skip
    """Return the values of all variables, in the order they stand in the file."""
    draw = Draw(key="|".join((secret, trainee, exercise, str(seed))), world=world)
    draw.taken = {str(row.get(k)) for row in world.studies for k in ("accession", "patient_id")}
    for name, recipe in recipes.items():
        kind, options = _split(recipe)
        filled = fill(options, draw.values) if kind != "lines" else options
        draw.values[name] = KINDS[kind](filled, draw, draw.chance(name))
    return draw.values


def fill(value: Any, values: dict[str, Any]) -> Any:
    """Put the values into a text, or into every text of a list or table.

    A text that is one placeholder and nothing else becomes the value itself, of whatever type.
    """
    if isinstance(value, dict):
        return {key: fill(part, values) for key, part in value.items()}
    if isinstance(value, (list, tuple)):
        return [fill(part, values) for part in value]
    if not isinstance(value, str):
        return value
    whole = _PLACE.fullmatch(value)
    if whole:
        return look_up(whole[1], values)
    return _PLACE.sub(lambda found: str(look_up(found[1], values)), value)


def expand(text: str, values: dict[str, Any]) -> list[str]:
    """Fill a text once for every element of the lists it names."""
    names = list(dict.fromkeys(_PLACE.findall(text)))
    found = [look_up(name, values) for name in names]
    choices = [value if isinstance(value, list) else [value] for value in found]
    return [_put(text, dict(zip(names, one, strict=True))) for one in product(*choices)]


def _put(text: str, found: dict[str, Any]) -> str:
    return _PLACE.sub(lambda place: str(found[place[1]]), text)


def look_up(name: str, values: dict[str, Any]) -> Any:
    """Return the value of `a.b.0`; raises UsageError for a name there is not."""
    value: Any = values
    try:
        for part in name.split("."):
            value = value[int(part)] if isinstance(value, list) else value[part]
    except (KeyError, IndexError, ValueError, TypeError):
        known = ", ".join(values) or "none"
        raise UsageError(f"There is no variable '{name}'.", f"There are: {known}.") from None
    return value


def check(recipes: dict[str, dict[str, Any]], where: str) -> set[str]:
    """Refuse a recipe that makes no sense; returns the names that texts may use."""
    known: set[str] = set()
    for name, recipe in recipes.items():
        if len(set(recipe) & set(KINDS)) != 1 or set(recipe) - set(KINDS) - OPTIONS:
            raise UsageError(
                f"{where}: the variable '{name}' is not understood.",
                f"Give it one of {', '.join(KINDS)}; further keys: {', '.join(sorted(OPTIONS))}.",
            )
        check_text(recipe, known | ({"it"} if "lines" in recipe else set()), where)
        known.add(name)
    return known


def check_text(value: Any, known: set[str], where: str) -> None:
    """Refuse a placeholder that no variable fills."""
    if isinstance(value, dict):
        value = list(value.values())
    if isinstance(value, (list, tuple)):
        for part in value:
            check_text(part, known, where)
    for name in _PLACE.findall(value) if isinstance(value, str) else ():
        if name.split(".")[0] not in known:
            raise UsageError(
                f"{where}: '{{{name}}}' is no variable.", f"There are: {', '.join(sorted(known))}."
            )


def _split(recipe: dict[str, Any]) -> tuple[str, dict[str, Any]]:
    (kind,) = set(recipe) & set(KINDS)
    return kind, {"of": recipe[kind], **{k: v for k, v in recipe.items() if k != kind}}


# --- the kinds --------------------------------------------------------------------------------


def _choose(options: dict[str, Any], draw: Draw, chance: Random) -> Any:
    """One of a list."""
    return chance.choice(options["of"])


def _number(options: dict[str, Any], draw: Draw, chance: Random) -> int:
    """A whole number from the first to the second, both included."""
    low, high = options["of"]
    return chance.randint(low, high)


def _typo_of(options: dict[str, Any], draw: Draw, chance: Random) -> str:
    """The text as somebody typed it wrong."""
    return slips.mistyped(str(options["of"]), chance)


def _look_alike(options: dict[str, Any], draw: Draw, chance: Random) -> str:
    """The text as it looks right at a glance."""
    return slips.look_alike(str(options["of"]), chance)


def _swapped(options: dict[str, Any], draw: Draw, chance: Random) -> str:
    """A number with two neighbouring digits swapped."""
    return slips.swapped(str(options["of"]), chance)


def _misread(options: dict[str, Any], draw: Draw, chance: Random) -> str:
    """A number typed wrong: `{ misread = "{mrn}", how = "swapped" }`, or omitted, or extra."""
    return slips.misread(str(options["of"]), str(options["how"]), chance)


def _ae_title(options: dict[str, Any], draw: Draw, chance: Random) -> str:
    """A new AE title: what it begins with, and a number."""
    return f"{options['of']}{chance.randint(11, 99)}"


def _accession(options: dict[str, Any], draw: Draw, chance: Random) -> str:
    """An accession number that the RIS does not give by itself."""
    first = chance.choice((97, 98))
    return str(draw.fresh(lambda: f"A{first}{chance.randrange(10_000, 100_000)}"))


def _password(options: dict[str, Any], draw: Draw, chance: Random) -> str:
    """A password that nobody guesses."""
    return "-".join("".join(chance.choices(_LETTERS, k=5)) for _ in range(3))


def _person(options: dict[str, Any], draw: Draw, chance: Random) -> dict[str, str]:
    """A patient who was not here before."""
    return dict(draw.fresh(lambda: person(chance), "mrn"))


def _namesake(options: dict[str, Any], draw: Draw, chance: Random) -> dict[str, str]:
    """Another patient of the same name and sex as `of`: other number, other birth date."""
    same = options["of"]
    other = person(chance)
    while other["birth_date"] == same["birth_date"] or other["mrn"] == same["mrn"]:
        other = person(chance)
    return {**other, **{key: same[key] for key in ("name", "plain", "sex")}}


def _staff(options: dict[str, Any], draw: Draw, chance: Random) -> Any:
    """Somebody who works here, by role ('any'); nobody is picked for two variables."""
    able = [
        user
        for user in draw.world.users
        if user["name"] not in draw.taken and options["of"] in ("any", user["role"])
    ]
    return _picked(able, "name", options.get("count"), draw, chance, f"staff '{options['of']}'")


def _study(options: dict[str, Any], draw: Draw, chance: Random) -> Any:
    """A study that was in the archive before, by modality ('any')."""
    able = [
        study
        for study in draw.world.studies
        if study["study_uid"] not in draw.taken
        and (options["of"] == "any" or options["of"] in study["modalities"])
    ]
    what = f"a study of '{options['of']}'"
    return _picked(able, "study_uid", options.get("count"), draw, chance, what)


def _role(options: dict[str, Any], draw: Draw, chance: Random) -> Any:
    """A role of the archive with its rights, by name; 'all' for the list of them."""
    found = {role["name"]: role for role in draw.world.roles}
    return list(found.values()) if options["of"] == "all" else found[options["of"]]


def _in(options: dict[str, Any], draw: Draw, chance: Random) -> Any:
    """The entry of a table: `{ pick = "{device}", in = { CT1 = "…", MR1 = "…" } }`."""
    if options["of"] not in options["in"]:
        raise UsageError(f"The table of a variable has no '{options['of']}'.")
    return options["in"][options["of"]]


def _text(options: dict[str, Any], draw: Draw, chance: Random) -> Any:
    """A text, or a table of texts, made of other variables."""
    return options["of"]


def _every(options: dict[str, Any], draw: Draw, chance: Random) -> list[Any]:
    """One key of every element of a list: `{ every = "{leavers}", key = "name" }`."""
    return [item[options["key"]] for item in _flat(options["of"])]


def _lines(options: dict[str, Any], draw: Draw, chance: Random) -> str:
    """A line for every element of a list: `{ lines = "{staff}", as = "- {it.full_name}" }`."""
    items = _flat(fill(options["of"], draw.values))
    if options.get("shuffled"):
        chance.shuffle(items)
    return "\n".join(fill(options["as"], {**draw.values, "it": item}) for item in items)


def _picked(
    able: list[dict[str, Any]], key: str, count: int | None, draw: Draw, chance: Random, what: str
) -> Any:
    if len(able) < (count or 1):
        raise UsageError(f"This seat has too little of {what} for the exercise.", "Reset it.")
    found = chance.sample(sorted(able, key=lambda item: str(item[key])), count or 1)
    draw.taken |= {item[key] for item in found}
    return found if count else found[0]


def _flat(value: Any) -> list[Any]:
    """Return one list of everything in a list of lists."""
    parts = value if isinstance(value, list) else [value]
    return [one for part in parts for one in (part if isinstance(part, list) else [part])]


KINDS: dict[str, Callable[[dict[str, Any], Draw, Random], Any]] = {
    "choose": _choose,
    "number": _number,
    "typo_of": _typo_of,
    "look_alike": _look_alike,
    "swapped": _swapped,
    "misread": _misread,
    "ae_title": _ae_title,
    "accession": _accession,
    "password": _password,
    "person": _person,
    "namesake": _namesake,
    "staff": _staff,
    "study": _study,
    "role": _role,
    "pick": _in,
    "text": _text,
    "every": _every,
    "lines": _lines,
}
OPTIONS = {"count", "in", "key", "as", "shuffled", "how"}
