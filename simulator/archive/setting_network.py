"""The settings of the DICOM listeners, and of what the archive reports to other nodes."""

from __future__ import annotations

from simulator.archive.setting import Setting

NETWORK = (
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
        key="dicom.max_pdu",
        default=131072,
        low=4096,
        high=1048576,
        what="The longest PDU in bytes that new associations may send; longer ones are aborted.",
    ),
    Setting(
        key="dicom.tls",
        default="off",
        choices=("off", "on", "mutual"),
        what="Whether the TLS port listens, and whether callers must show a certificate, too.",
    ),
    Setting(
        key="dicom.user_identity",
        default="off",
        choices=("off", "optional", "required"),
        what="Whether user names and passcodes of an association are ignored, checked where "
        "given, or demanded (PS3.7 D.3.3.7); who fails is rejected (1/2/1).",
    ),
    Setting(
        key="commitment.offered",
        default=True,
        what="Whether storage commitment (PS3.4 J) is offered.",
    ),
    Setting(
        key="commitment.mode",
        default="auto",
        choices=("auto", "same", "new"),
        what="Where the result of a storage commitment goes: the same association, a new one, "
        "or the same if it is still open.",
    ),
    Setting(
        key="commitment.delay_seconds",
        default=0.2,
        low=0,
        high=60,
        what="Seconds between the answer to a commitment request and its result.",
    ),
    Setting(
        key="commitment.retry_seconds",
        default=30.0,
        low=0.1,
        high=86400,
        what="Seconds until a report that failed is tried again; doubled after each failure.",
    ),
    Setting(
        key="ian.quiet_seconds",
        default=0.0,
        low=0,
        high=86400,
        what="Seconds of quiet after which a study counts as complete and its availability is "
        "notified; 0: only a completed procedure step does that.",
    ),
)
