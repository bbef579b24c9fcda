"""Where real archives differ, ours has a setting: one typed table, changeable while running."""

from __future__ import annotations

import threading
from dataclasses import dataclass
from typing import Any

from sqlalchemy import delete, insert, select

from simulator.archive import tables as t
from simulator.archive.nodes import is_ae_title
from simulator.database import Database
from simulator.errors import UsageError

Value = bool | int | float | str


@dataclass(frozen=True, kw_only=True)
class Setting:
    """One setting: its default, what it may be, and what it does."""

    key: str
    default: Value
    what: str
    low: float | None = None
    high: float | None = None
    choices: tuple[str, ...] = ()

    def convert(self, value: Any) -> Value:
        """Return `value` in the setting's type; raises UsageError saying what is allowed."""
        try:
            made = self._typed(value)
        except (TypeError, ValueError):
            raise self._wrong(value) from None
        in_range = (
            not isinstance(made, (int, float))
            or isinstance(made, bool)
            or ((self.low is None or made >= self.low) and (self.high is None or made <= self.high))
        )
        if not in_range or (self.choices and made not in self.choices):
            raise self._wrong(value)
        return made

    def _typed(self, value: Any) -> Value:
        if isinstance(self.default, bool):
            words = {
                "true": True,
                "on": True,
                "yes": True,
                "false": False,
                "off": False,
                "no": False,
            }
            if isinstance(value, bool):
                return value
            if str(value).lower() not in words:
                raise ValueError
            return words[str(value).lower()]
        if isinstance(value, bool):
            raise ValueError
        if isinstance(self.default, str):
            if not isinstance(value, str) or not is_ae_title(value.strip()):
                raise ValueError  # all texts we have are AE titles, or choices
            return value.strip()
        return type(self.default)(str(value))

    def _wrong(self, value: Any) -> UsageError:
        return UsageError(f"'{value}' is no value for {self.key}.", f"It takes {self.allowed}.")

    @property
    def allowed(self) -> str:
        """What the setting takes, in words."""
        if self.choices:
            return "one of " + ", ".join(self.choices)
        if isinstance(self.default, bool):
            return "true or false"
        kind = "a whole number" if isinstance(self.default, int) else "a number"
        if isinstance(self.default, str):
            return "an AE title (1 to 16 ASCII characters)"
        return f"{kind} from {self.low:g} to {self.high:g}"


SETTINGS = {
    setting.key: setting
    for setting in (
        Setting(
            key="dicom.ae_title",
            default="PACSLAB",
            what="The AE title the archive answers to.",
        ),
        Setting(
            key="dicom.check_called_ae",
            default=True,
            what="Reject associations (1/1/7) that call another AE title than ours.",
        ),
        Setting(
            key="dicom.check_calling_ae",
            default=True,
            what="Reject associations (1/1/3) from AE titles that are not in the node table.",
        ),
        Setting(
            key="dicom.check_host",
            default=False,
            what="Reject associations (1/1/3) that come from another host than the node's own.",
        ),
        Setting(
            key="dicom.max_associations",
            default=25,
            low=1,
            high=500,
            what="How many associations may be open at once; one more is rejected (2/3/2).",
        ),
        Setting(
            key="dicom.acse_timeout",
            default=10.0,
            low=0.1,
            high=600,
            what="Seconds to wait for an association request on a new connection.",
        ),
        Setting(
            key="dicom.idle_timeout",
            default=60.0,
            low=0.5,
            high=3600,
            what="Seconds of silence after which an association is aborted.",
        ),
        Setting(
            key="store.duplicates",
            default="keep_first",
            choices=("keep_first", "refuse", "replace"),
            what="What a second copy of a SOP Instance UID meets: kept first copy and success, "
            "refusal (0x0111), or replacement.",
        ),
        Setting(
            key="query.limit",
            default=0,
            low=0,
            high=1_000_000,
            what="Most answers to one query, 0 for no limit; more end in 0xA700.",
        ),
        Setting(
            key="query.case_sensitive_names",
            default=False,
            what="Whether a search for 'smith' misses SMITH (PS3.4 C.2.2.2.1 leaves it open).",
        ),
        Setting(
            key="query.patient_root",
            default=True,
            what="Whether the Patient Root information model is offered.",
        ),
        Setting(
            key="retrieve.c_get",
            default=True,
            what="Whether C-GET is offered; many archives only do C-MOVE.",
        ),
        Setting(
            key="login.lockout",
            default=True,
            what="Whether an account is locked after too many wrong passwords.",
        ),
        Setting(
            key="login.max_failures",
            default=5,
            low=1,
            high=50,
            what="How many wrong passwords in a row lock an account.",
        ),
        Setting(
            key="login.session_minutes",
            default=480,
            low=1,
            high=10080,
            what="Minutes (real time) after which a log-in must be repeated.",
        ),
        Setting(
            key="login.min_password",
            default=10,
            low=4,
            high=128,
            what="Fewest characters of a new password.",
        ),
        Setting(
            key="orders.source",
            default="RISLAB",
            what="The node whose worklist is asked for the order of a newly arrived study.",
        ),
    )
}


class Settings:
    """The live values; defaults where nothing was set."""

    def __init__(self, database: Database) -> None:
        """Read what was set before."""
        self.database = database
        self._lock = threading.Lock()
        self._values: dict[str, Value] = {}
        self.reload()

    def reload(self) -> None:
        """Read the table again, as after a reset."""
        with self.database.read() as db:
            rows = db.execute(select(t.settings)).all()
        with self._lock:
            self._values = {row.key: row.value for row in rows if row.key in SETTINGS}

    def __getitem__(self, key: str) -> Any:
        """Return the present value of a setting."""
        return self._values.get(key, find(key).default)

    def set(self, key: str, value: Any) -> tuple[Value, Value]:
        """Change a setting; returns the old and the new value."""
        made = find(key).convert(value)
        old = self[key]
        with self.database.write() as db:
            db.execute(delete(t.settings).where(t.settings.c.key == key))
            db.execute(insert(t.settings).values(key=key, value=made))
        with self._lock:
            self._values[key] = made
        return old, made

    def all(self) -> list[dict[str, Any]]:
        """Return every setting with value, default, range and meaning."""
        return [
            {
                "key": key,
                "value": self[key],
                "default": setting.default,
                "allowed": setting.allowed,
                "what": setting.what,
            }
            for key, setting in SETTINGS.items()
        ]


def find(key: str) -> Setting:
    """Return a setting; raises UsageError for a key there is not."""
    if key not in SETTINGS:
        near = [known for known in SETTINGS if key.split(".")[0] in known]
        raise UsageError(
            f"There is no setting '{key}'.", f"There are: {', '.join(near or SETTINGS)}."
        )
    return SETTINGS[key]
