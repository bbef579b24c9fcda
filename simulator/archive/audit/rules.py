"""What each kind of journal entry becomes: a table from kind to event, type and action.

The longest kind that an entry's kind begins with counts. What is in no row but has a person
behind it (`by`) is the use of a restricted function; what has nobody behind it is the archive's
own business and no audit event.
"""

from __future__ import annotations

from dataclasses import dataclass

from simulator.archive.audit import codes as c


@dataclass(frozen=True, kw_only=True)
class Rule:
    """Which audit event a kind of entry becomes."""

    event: str
    type: str = ""
    action: str = "E"
    failed: bool = False  # it tells of a failure by its kind alone


def _security(kind: str, *, failed: bool = False) -> Rule:
    return Rule(event=c.SECURITY_ALERT, type=kind, failed=failed)


def _record(event: str, action: str) -> Rule:
    return Rule(event=event, action=action)


NOTHING = None
RULES: dict[str, Rule | None] = {
    "archive.started": Rule(event=c.APPLICATION_ACTIVITY, type=c.START),
    "archive.stopped": Rule(event=c.APPLICATION_ACTIVITY, type=c.STOP),
    "archive.reset": _security(c.SOFTWARE_CONFIGURATION),
    # who comes in
    "login": Rule(event=c.AUTHENTICATION, type=c.LOGIN),
    "login.failed": Rule(event=c.AUTHENTICATION, type=c.LOGIN, failed=True),
    "login.refused": Rule(event=c.AUTHENTICATION, type=c.LOGIN, failed=True),
    "logout": Rule(event=c.AUTHENTICATION, type=c.LOGOUT),
    "session.ended": Rule(event=c.AUTHENTICATION, type=c.LOGOUT),
    "association.rejected": _security(c.NODE_AUTHENTICATION, failed=True),
    "tls.failed": _security(c.NODE_AUTHENTICATION, failed=True),
    "directory.unreachable": _security(c.NODE_AUTHENTICATION, failed=True),
    "api.refused": _security(c.RESTRICTED, failed=True),
    "access.emergency": _security(c.EMERGENCY_STARTED),
    "access.reviewed": _security(c.RESTRICTED),
    # who may do what
    "user": _security(c.USER_CHANGED),
    "token": _security(c.USER_CHANGED),
    "directory.synced": _security(c.USER_CHANGED),
    "directory.mapped": _security(c.ROLES_CHANGED),
    "role": _security(c.ROLES_CHANGED),
    "label": _security(c.OBJECT_SECURITY),
    "study.labelled": _security(c.OBJECT_SECURITY),
    "node": _security(c.NETWORK_CONFIGURATION),
    "rule": _security(c.NETWORK_CONFIGURATION),
    "rule.previewed": _record(c.QUERY, "E"),
    "queue": _security(c.NETWORK_CONFIGURATION),
    "setting": _security(c.SECURITY_CONFIGURATION),
    "log": _security(c.SOFTWARE_CONFIGURATION),
    # how long and where images are kept
    "hold": _security(c.OBJECT_SECURITY),
    "volume": _security(c.SOFTWARE_CONFIGURATION),
    "retention": _security(c.SOFTWARE_CONFIGURATION),
    "retention.previewed": _record(c.QUERY, "E"),
    "compression": _security(c.SOFTWARE_CONFIGURATION),
    "recall": NOTHING,  # told as the retrieval that asked for it
    # patients' data
    "c-find": _record(c.QUERY, "E"),
    "dicomweb.search": _record(c.QUERY, "E"),
    "api.read.list": _record(c.QUERY, "E"),
    "c-store": NOTHING,  # one message an association and study: transfers.py
    "c-move": _record(c.TRANSFERRED, "R"),
    "c-get": _record(c.TRANSFERRED, "R"),
    "route.sent": _record(c.TRANSFERRED, "R"),
    "prefetch.sent": _record(c.TRANSFERRED, "R"),
    "dicomweb.retrieve": _record(c.TRANSFERRED, "R"),
    "dicomweb.store": _record(c.TRANSFERRED, "C"),
    "dicomweb.delete": NOTHING,  # told as study.deleted
    "dicomweb": _record(c.ACCESSED, "R"),
    "api.read": _record(c.ACCESSED, "R"),
    "api.read.file": _record(c.EXPORT, "R"),
    "study.deleted": _record(c.STUDY_DELETED, "D"),
    "study.linked": _record(c.ACCESSED, "U"),
    "study.readdressed": _record(c.ACCESSED, "U"),
    **dict.fromkeys(  # corrections of the fix-up desk
        (
            "study.edited",
            "study.unlinked",
            "study.moved",
            "study.split",
            "study.rejected",
            "study.restored",
            "change.undone",
        ),
        _record(c.ACCESSED, "U"),
    ),
    "study.purged": _record(c.STUDY_DELETED, "D"),
    "patient": _record(c.PATIENT_RECORD, "U"),
    "study": NOTHING,  # matched or not: what the archive found out by itself
    "export": _record(c.EXPORT, "R"),
    "media.exported": _record(c.EXPORT, "R"),
    "media.imported": _record(c.IMPORT, "C"),
    "migration": _record(c.IMPORT, "C"),
    "mpps.created": _record(c.PROCEDURE_RECORD, "C"),
    "mpps.updated": _record(c.PROCEDURE_RECORD, "U"),
    "hl7.received": NOTHING,  # by message type: records.py
    # the trail itself
    "api.read.audit": Rule(event=c.AUDIT_LOG_USED, action="R"),
    "audit": NOTHING,
    "bug": NOTHING,
}
HL7 = {  # message type: event, action
    "ADT^A01": (c.PATIENT_RECORD, "C"),
    "ADT^A04": (c.PATIENT_RECORD, "C"),
    "ADT": (c.PATIENT_RECORD, "U"),
    "ORM": (c.ORDER_RECORD, "U"),
    "OMG": (c.ORDER_RECORD, "U"),
    "OMI": (c.ORDER_RECORD, "U"),
    "ORU": (c.PROCEDURE_RECORD, "U"),
}


def rule_of(kind: str, *, has_actor: bool) -> Rule | None:
    """Return the rule of an entry's kind; None where it is no audit event."""
    parts = kind.split(".")
    for length in range(len(parts), 0, -1):
        key = ".".join(parts[:length])
        if key in RULES:
            return RULES[key]
    return _security(c.RESTRICTED) if has_actor else None
