"""Lists of SOP classes or transfer syntaxes as people write them: UIDs, or pydicom's names."""

from __future__ import annotations

import re
from typing import Any

from pydicom import uid
from pydicom.uid import UID

_UID = re.compile(r"[0-2](\.(0|[1-9]\d*))+")
_KINDS = {"classes": "SOP Class", "syntaxes": "Transfer Syntax"}


def read_uids(value: Any, kind: str) -> tuple[str, ...]:
    """Read 'classes' or 'syntaxes' of a list, or of a text with commas or bars; none is twice.

    Raises ValueError with the word that is neither the UID nor the name of one; a private UID is.
    """
    if isinstance(value, (list, tuple)):
        words = list(value)
    elif isinstance(value, str):
        words = value.replace("|", ",").split(",")
    else:
        raise ValueError(repr(value))
    stripped = [word.strip() if isinstance(word, str) else word for word in words]
    return tuple(dict.fromkeys(_read(word, kind) for word in stripped if word != ""))


def _read(word: Any, kind: str) -> str:
    found = getattr(uid, word, None) if isinstance(word, str) and word.isidentifier() else None
    if not isinstance(found, UID):
        if not (isinstance(word, str) and _UID.fullmatch(word) and len(word) <= 64):
            raise ValueError(repr(word))
        found = UID(word)
    if not found.is_private and found.type != _KINDS[kind]:
        raise ValueError(repr(word))
    return str(found)


def names(uids: Any) -> list[str]:
    """Return UIDs as people read them: pydicom's names where there are any."""
    return [UID(one).keyword or one for one in uids]
