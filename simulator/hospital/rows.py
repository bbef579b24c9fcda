"""A small table an administrator edits: typed rows under a key, each change with who made it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import asdict, fields, replace
from typing import Any, ClassVar, Generic, Protocol, TypeVar

from sqlalchemy import Table, delete, insert, select

from simulator.database import Database
from simulator.errors import RefusedError, UsageError


class Record(Protocol):
    """A frozen dataclass whose fields are the columns, the first of them the key."""

    __dataclass_fields__: ClassVar[dict[str, Any]]


R = TypeVar("R", bound=Record)


class Records(Generic[R]):
    """Rows of one kind; each is checked by its own `__post_init__`."""

    def __init__(
        self, database: Database, table: Table, kind: type[R], what: str, tell: Callable[..., Any]
    ) -> None:
        """Keep rows of `kind` in `table`; `what` is what a person calls one."""
        self.database, self.table, self.kind, self.what = database, table, kind, what
        self.tell = tell
        self.names = [item.name for item in fields(kind)]
        self.key = self.table.c[self.names[0]]

    def all(self) -> list[R]:
        """Return every row."""
        with self.database.write() as db:
            found = db.execute(select(self.table).order_by(self.key)).all()
        return [self.kind(**row._mapping) for row in found]

    def find(self, key: str) -> R | None:
        """Return a row, or None."""
        with self.database.write() as db:
            row = db.execute(select(self.table).where(self.key == key)).first()
        return self.kind(**row._mapping) if row else None

    def fill(self, rows: list[R]) -> None:
        """Add these, if the table is empty: what was taken out later stays out."""
        if not self.all():
            for row in rows:
                self._put(row)

    def change(self, key: str, changes: Mapping[str, Any], actor: str) -> R:
        """Change a row, or add it with these facts; journalled with who did it."""
        for name in changes:
            if name not in self.names[1:]:
                known = ", ".join(self.names[1:])
                raise UsageError(f"A {self.what} has no '{name}'.", f"It has {known}.")
        before = self.find(key)
        first: dict[str, Any] = {self.names[0]: key}
        after = replace(before, **changes) if before else self.kind(**first, **changes)
        self._put(after)
        old = asdict(before) if before else {}
        for name, new in asdict(after).items():
            if name != self.names[0] and old.get(name) != new and (before or name in changes):
                self._say(key, actor, f"{name} was {old.get(name)!r} and is {new!r}", key=name,
                          old=old.get(name), new=new)  # fmt: skip
        if before is None:
            self._say(key, actor, "was added")
        return after

    def remove(self, key: str, actor: str) -> None:
        """Take a row out; RefusedError if there is none."""
        if self.find(key) is None:
            raise RefusedError(f"There is no {self.what} '{key}'.", "List them.", 404)
        with self.database.write() as db:
            db.execute(delete(self.table).where(self.key == key))
        self._say(key, actor, "was removed")

    def _put(self, row: R) -> None:
        values = asdict(row)
        with self.database.write() as db:
            db.execute(delete(self.table).where(self.key == values[self.names[0]]))
            db.execute(insert(self.table).values(**values))

    def _say(self, row: str, actor: str, text: str, **facts: Any) -> None:
        self.tell(f"ris.{self.what}.changed", f"{self.what} {row}: {text} ({actor})", row=row,
                  actor=actor, **facts)  # fmt: skip
