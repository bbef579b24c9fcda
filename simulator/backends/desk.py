"""The admin API in front of a foreign archive: what there is, and one line for what there is not.

The paths and the answers are those of our own archive, so that commands, panels and exercises work
on any backend as far as it goes. It holds no images and opens no DICOM port of its own.
"""

from __future__ import annotations

import hmac
import secrets
from collections.abc import Callable
from typing import Any

from starlette.responses import Response

from simulator.backends.capabilities import AREAS, REMEDY, Capabilities
from simulator.backends.catalogue import Catalogue, filterable
from simulator.errors import RefusedError, UsageError
from simulator.journal import Journal
from simulator.network.associate import Peer
from simulator.web import ANYONE, NOBODY, Call, Principal, Route

INSTRUCTOR = "instructor"
_ADMIN = frozenset({"study.read", "study.delete", "node.read", "node.edit"})
_METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE")

Row = tuple[str, str, str, Callable[[Call], Any], str]  # method, path, right, handler, summary


class Access:
    """Who may come: the seat's administrator by password, and the lab itself by its token."""

    def __init__(self, admin: tuple[str, str], instructor: str) -> None:
        """Know one account; sessions last as long as this process."""
        self._admin, self._instructor = admin, instructor
        self._sessions: set[str] = set()

    def login(self, user: str, password: str) -> str:
        """Return a token for the administrator's name and password."""
        fine = hmac.compare_digest(user.encode(), self._admin[0].encode())
        if not (hmac.compare_digest(password.encode(), self._admin[1].encode()) and fine):
            raise RefusedError("User or password is wrong.", "See the seat's secrets.json.", 401)
        token = secrets.token_urlsafe(24)
        self._sessions.add(token)
        return token

    def authenticate(self, headers: dict[str, str]) -> Principal:
        """Return who calls, by bearer token."""
        scheme, _, token = headers.get("authorization", "").partition(" ")
        if scheme.lower() != "bearer" or not token:
            return NOBODY
        if hmac.compare_digest(token.encode(), self._instructor.encode()):
            name = headers.get("x-pacslab-actor", INSTRUCTOR)
            return Principal(name=name[:64], rights=frozenset({"*"}))
        if token in self._sessions:
            return Principal(name=self._admin[0], rights=_ADMIN, token=token)
        return NOBODY


class Desk:
    """What every foreign archive answers; a kind of its own overrides what it does better."""

    def __init__(
        self, peer: Peer, capable: Capabilities, catalogue: Catalogue, access: Access,
        journal: Journal,
    ) -> None:  # fmt: skip
        """Speak for `peer`."""
        self.peer, self.capable, self.catalogue = peer, capable, catalogue
        self.access, self.journal = access, journal

    def routes(self) -> list[Route]:
        """Return the table of routes; the last rows catch what there is not."""
        rows = [*self.rows(), *_lacking(self)]
        return [
            Route(method=method, path=path, right=right, handler=handler, summary=summary)
            for method, path, right, handler, summary in rows
        ]

    def rows(self) -> list[Row]:
        """Return what there is."""
        return [
            ("GET", "/health/live", ANYONE, self.live, "whether the process runs"),
            ("GET", "/health/ready", ANYONE, self.live, "whether requests are answered"),
            ("POST", "/api/login", ANYONE, self.login, "log in"),
            ("GET", "/api/me", ANYONE, self.me, "who I am and what I may do"),
            ("GET", "/api/status", ANYONE, self.status, "counts and state"),
            ("GET", "/api/studies", "study.read", self.studies, "list studies"),
            ("GET", "/api/studies/{uid}", "study.read", self.study, "show a study's tree"),
            ("GET", "/api/instances/{uid}/file", "study.read", self.file, "an instance, Part 10"),
            ("POST", "/api/baseline", INSTRUCTOR, self.save, "make this state the baseline"),
            ("POST", "/api/reset", INSTRUCTOR, self.reset, "go back to the baseline"),
        ]

    # --- what there is ------------------------------------------------------------------------

    def live(self, call: Call) -> Any:
        """Say that this process answers."""
        return {"ok": True}

    def login(self, call: Call) -> Any:
        """Log in."""
        user, password = map(str, call.need("user", "password"))
        token = self.access.login(user, password)
        return {"token": token, "user": user, "role": "pacs_admin", "must_change": False}

    def me(self, call: Call) -> Any:
        """Say who calls."""
        return {"user": call.who.name, "rights": sorted(call.who.rights)}

    def status(self, call: Call) -> Any:
        """Return counts and what the backend is."""
        facts = {"ae": self.peer.ae, "backend": self.capable.kind, "associations": 0}
        return {**facts, "baseline": self.has_baseline(), **self.counts()}

    def studies(self, call: Call) -> Any:
        """List studies, newest first, filtered by exact values, or by words of name and numbers."""
        wanted = {key: value for key, value in call.query.items() if key != "limit"}
        text, modality = wanted.pop("text", ""), wanted.pop("modality", "")
        state = wanted.pop("order_state", "")
        if state and state != "new":  # nothing waits here for its order to be looked up
            self.capable.need("orders")
        unknown = set(wanted) - set(filterable())
        if unknown:
            known = ", ".join((*filterable(), "modality", "text"))
            raise UsageError(f"Studies cannot be filtered by '{min(unknown)}'.", f"Use {known}.")
        limit = call.limit(0)
        rows = [] if state else self.catalogue.studies(wanted)
        rows = [row for row in rows if _told_of(row, text) and modality in ("", *row["modalities"])]
        return rows[: limit or None]

    def study(self, call: Call) -> Any:
        """Show a study with its series and instances."""
        return self.catalogue.study(call.path["uid"])

    def file(self, call: Call) -> Any:
        """Return an instance as a Part 10 file."""
        return Response(self.read(call.path["uid"]), media_type="application/dicom")

    def save(self, call: Call) -> Any:
        """Note that the hospital's first studies are there."""
        self.save_baseline()
        return {"ok": True}

    def reset(self, call: Call) -> Any:
        """Put back what can be put back, and say what cannot."""
        said = self.restore_baseline()
        self.journal.write("archive.reset", f"{call.who.name}: the archive was reset", said=said)
        return {"ok": True, "said": said}

    # --- what a kind of archive does in its own way -------------------------------------------

    def counts(self) -> dict[str, int]:
        """Return how much there is."""
        return self.catalogue.counts()

    def read(self, sop_uid: str) -> bytes:
        """Return an instance as a Part 10 file."""
        return self.catalogue.file(sop_uid)

    def has_baseline(self) -> bool:
        """Return whether the first studies were there once."""
        raise NotImplementedError

    def save_baseline(self) -> None:
        """Remember the present state, as far as possible."""
        raise NotImplementedError

    def restore_baseline(self) -> list[str]:
        """Go back to it; returns a line for each thing that stays as it is."""
        raise NotImplementedError


def _lacking(desk: Desk) -> list[Row]:
    def lacking(call: Call) -> Any:
        path = call.path["path"]
        name = _capability(path)
        if name:
            desk.capable.need(name)
        raise RefusedError(
            f"There is no '/api/{path}' with the backend {desk.capable.kind}.", REMEDY, 404
        )

    return [(method, "/api/{path:path}", ANYONE, lacking, "not here") for method in _METHODS]


def _capability(path: str) -> str:
    """Return the capability that a path of the admin API takes, '' if nobody knows."""
    area, *rest = path.split("/")
    if area == "studies":  # what can be done to one, beyond looking at it
        if rest[-1:] and rest[-1] in ("copies", "copy", "free", "recall"):
            return "storage"
        return "orders" if "link" in rest else "delete" if len(rest) == 1 else "queues"
    return AREAS.get(area, "")


def _told_of(row: dict[str, Any], text: str) -> bool:
    """Return whether every word is part of the name, the Patient ID or the accession number."""
    there = f"{row['patient_name']} {row['patient_id']} {row['accession']}".upper()
    return all(word in there for word in text.upper().replace("^", " ").split())
