"""Settings of the audit trail."""

from __future__ import annotations

from simulator.archive.audit.codes import SHORT
from simulator.archive.setting import Setting

_NAMES = "|".join(SHORT)

AUDIT = (
    Setting(
        key="audit.syslog",
        default="none",
        pattern=r"none|(udp|tls)://[A-Za-z0-9.-]{1,253}:\d{1,5}",
        form="udp://host:port, tls://host:port, or none",
        what="The repository that audit messages are sent to (RFC 5424).",
        rule="IHE ATNA, Record Audit Event (ITI-20); RFC 5424 to 5426.",
        breaks="A wrong address: the repository has a gap.",
    ),
    Setting(
        key="audit.off",
        default="none",
        pattern=rf"none|({_NAMES})( ({_NAMES}))*",
        form=f"none, or some of {', '.join(SHORT)}, with spaces",
        what="Which events are not recorded. What is left out shows as a gap of the trail.",
        rule="PS3.15 A.5 lists what is recorded.",
        breaks="What happened cannot be shown afterwards.",
    ),
    Setting(
        key="audit.off_nodes",
        default="none",
        pattern=r"none|[!-~]{1,16}( [!-~]{1,16})*",
        form="none, or AE titles or user names with spaces between them",
        what="Whose doings are not recorded. What is left out shows as a gap of the trail.",
        rule="PS3.15 A.5 knows no such exception.",
        breaks="What that node did cannot be shown afterwards.",
    ),
)
