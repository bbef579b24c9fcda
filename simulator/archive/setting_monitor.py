"""Settings of logs, traces and alarms."""

from __future__ import annotations

from simulator.archive.setting import Setting


def _share(key: str, default: int, what: str) -> Setting:
    return _count(key, default, 100, what)


def _count(key: str, default: int, high: int, what: str) -> Setting:
    return Setting(
        key=key, default=default, low=1, high=high, what=what,
        rule="No standard; a local decision.",
        breaks="Too high: users notice before you do. Too low: alarms nobody looks at any more.",
    )  # fmt: skip


MONITOR = (
    Setting(
        key="log.level",
        default="info",
        choices=("debug", "info", "warning", "error"),
        what="What the archive writes to its log file; the journal holds everything anyway.",
        rule="No standard.",
        breaks="DEBUG fills the disk; ERROR hides warnings.",
    ),
    Setting(
        key="log.trace",
        default="none",
        pattern=r"none|\*|[!-~]{1,16}( [!-~]{1,16})*",
        form="AE titles with spaces between them, * for all, or none",
        what="The nodes whose DICOM messages are written to the trace, with their data sets.",
        rule="No standard; a trace holds patient data (PS3.15 E).",
        breaks="It slows that node down and fills the disk.",
    ),
    Setting(
        key="log.trace_patients",
        default=False,
        what="Whether patients can be recognised in the trace; off: their attributes show as ***.",
        rule="PS3.15 E: what identifies a patient is taken out.",
        breaks="On: the trace must be guarded as images are.",
    ),
    _share("alarm.storage_percent", 85, "Use of the storage, in percent, from which it is amber."),
    _share("alarm.storage_full_percent", 95, "Use of the storage, in percent, that is red."),
    _share("alarm.failed_percent", 10, "Share of DICOM messages that fail which is amber."),
    _count("alarm.queue_depth", 50, 100_000, "Reports in the queue that are amber."),
    _count("alarm.queue_minutes", 30, 10_080, "Age of the oldest report in minutes that is red."),
    _count("alarm.certificate_days", 30, 3650, "Days left of a certificate that are amber."),
    _count("alarm.silent_hours", 24, 8760, "Hours of hospital time without a device's call."),
    _count("alarm.rejections", 5, 100_000, "Rejected associations in an hour that are amber."),
    _count("alarm.failed_logins", 10, 100_000, "Failed log-ins in an hour that are amber."),
    _count("alarm.unmatched", 5, 100_000, "Studies without an order that are amber."),
)
