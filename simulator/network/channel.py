"""A channel: one HL7 destination, how it is addressed and what each of its answers meets.

What AE and AR mean differs from product to product, so each channel says what to do with either:

    park     put this message aside with its reason, go on with the next
    retry    try it again, up to `attempts` times, then park it; the queue waits meanwhile
    stop     pause the channel: somebody must look
    drop     forget it: what careless engines do
"""

from __future__ import annotations

import re
from dataclasses import dataclass, fields

from simulator.errors import UsageError
from simulator.network import hl7

MODES = ("original", "enhanced")
POLICIES = ("park", "retry", "stop", "drop")


@dataclass(frozen=True, kw_only=True)
class Channel:
    """One destination and how it is treated."""

    name: str
    host: str
    port: int
    sending_application: str
    receiving_application: str
    sending_facility: str = "PACSLAB"
    receiving_facility: str = "PACSLAB"
    version: str = "2.5.1"
    charset: str = "UNICODE UTF-8"
    mode: str = "original"  # enhanced: asks for CA first, then for AA (MSH-15 and MSH-16 are AL)
    paused: bool = False
    filter: str = ""  # message types that are not sent, e.g. "ADT^A08 ADT^A40"
    copy_of: str = ""  # gets whatever the channel of this name gets: a second destination
    on_error: str = "park"  # what AE meets
    on_reject: str = "retry"  # what AR meets
    on_silence: str = "retry"  # no answer, or one that is no acknowledgement
    attempts: int = 0  # after so many a message is parked; 0: never
    retry_seconds: float = 2.0
    ack_seconds: float = 10.0

    def __post_init__(self) -> None:
        """Refuse what makes no sense."""
        for item in fields(self):
            value, kind = getattr(self, item.name), {"int": int, "bool": bool, "str": str}
            wanted = kind.get(str(item.type), float)
            if type(value) is not wanted and not (wanted is float and type(value) is int):
                raise UsageError(f"'{value!r}' is no {item.name} of a channel.")
        if not re.fullmatch(r"[A-Za-z0-9_-]{1,32}", self.name):
            raise UsageError(f"'{self.name[:40]}' is no name of a channel.",
                             "Use up to 32 letters, digits, - and _.")  # fmt: skip
        for key in ("on_error", "on_reject", "on_silence"):
            if getattr(self, key) not in POLICIES:
                raise UsageError(f"'{getattr(self, key)}' is no policy.",
                                 f"Use {', '.join(POLICIES)}.")  # fmt: skip
        if self.mode not in MODES:
            raise UsageError(f"'{self.mode}' is no mode.", f"Use {' or '.join(MODES)}.")
        ranges = 0 < self.port < 65536 and self.attempts >= 0
        if not ranges or not (0 < self.retry_seconds <= 3600 and 0 < self.ack_seconds <= 600):
            raise UsageError("A port, a number of attempts or a time is out of range.")
        hl7.charset(self.charset)
