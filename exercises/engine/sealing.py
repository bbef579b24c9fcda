"""Sealing what would give an exercise away: encrypted where it lies, opened by who has the key.

In guided work the key follows from the seat's own secrets, so that a look into the folder tells
nothing; who wants to can reckon it. In an exam it follows from the course secret alone, which the
instructor holds and no file of the seat: nobody at the seat can open it, nor its programs.
"""

from __future__ import annotations

import base64
import hashlib
import json
from functools import lru_cache
from pathlib import Path
from typing import Any

from simulator.errors import CannotError, RefusedError, UsageError
from simulator.files import read_json

SHORTEST = 16  # characters of a course secret: it must not be guessed
_SALT = b"PACS Lab: sealed attempt"
_COST = {"n": 2**14, "r": 8, "p": 1}  # scrypt, RFC 7914: 16 MiB and some 50 ms for each guess


def key_of_seat(folder: Path) -> bytes:
    """Return the key of guided attempts, from the secrets of the seat in `folder`."""
    path = folder / "secrets.json"
    token = read_json(path, "file of secrets")["instructor"]["token"] if path.exists() else ""
    return _as_key(hashlib.sha256(_SALT + str(token).encode()).digest())


@lru_cache(maxsize=8)
def key_of_course(secret: str) -> bytes:
    """Return the key of exams; raises UsageError for a secret that could be guessed."""
    if len(secret) < SHORTEST:
        raise UsageError(
            "The course secret is too short.", f"Take {SHORTEST} characters or more, at random."
        )
    return _as_key(hashlib.scrypt(secret.encode(), salt=_SALT, dklen=32, **_COST))


def read_secret(path: Path) -> str:
    """Return the course secret: the text of a file that only the instructor can read."""
    try:
        return path.read_text("utf-8").strip()
    except (OSError, UnicodeDecodeError) as error:
        raise CannotError(
            f"The course secret {path} cannot be read: {error}.",
            f"Write a line of at least {SHORTEST} characters into it.",
        ) from error


def seal(facts: dict[str, Any], key: bytes) -> str:
    """Return facts as a text that only this key opens, and that nobody can change unseen."""
    from cryptography.fernet import Fernet  # takes a while, and most commands need none

    return Fernet(key).encrypt(json.dumps(facts).encode()).decode()


def unseal(text: str, key: bytes) -> dict[str, Any]:
    """Return what was sealed; raises RefusedError for another key or a changed text."""
    from cryptography.fernet import Fernet, InvalidToken

    try:
        found: dict[str, Any] = json.loads(Fernet(key).decrypt(text.encode()))
    except InvalidToken:
        raise RefusedError(
            "The attempt was sealed with another secret, or its file was changed.",
            "Take the course secret it was begun with, or start again.",
        ) from None
    return found


def _as_key(digest: bytes) -> bytes:
    return base64.urlsafe_b64encode(digest)
