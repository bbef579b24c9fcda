"""Rights, and the roles that every archive begins with."""

from __future__ import annotations

RIGHTS = {
    "study.read": "see studies",
    "study.store": "send studies",
    "study.edit": "correct studies: link them to orders",
    "study.delete": "delete studies",
    "node.read": "see the node table",
    "node.edit": "change the node table",
    "user.read": "see accounts and roles",
    "user.edit": "change accounts and roles",
    "setting.read": "see settings",
    "setting.edit": "change settings",
    "audit.read": "read the audit trail",
}
ROLES: dict[str, tuple[str, tuple[str, ...]]] = {
    "viewer": ("Looks at studies.", ("study.read",)),
    "technologist": ("Acquires and checks studies.", ("study.read", "study.store", "node.read")),
    "radiologist": ("Reads studies.", ("study.read",)),
    "qc": ("Corrects studies.", ("study.read", "study.edit", "node.read")),
    "service": ("A device's own account.", ("study.read", "study.store")),
    "auditor": ("Reviews access.", ("audit.read", "user.read")),
    "pacs_admin": ("Runs the archive.", tuple(RIGHTS)),
}
