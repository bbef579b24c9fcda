"""The settings of the DICOM listeners, and of what the archive reports to other nodes."""

from __future__ import annotations

from simulator.archive.setting import Setting

NETWORK = (
    Setting(
        key="dicom.ae_title",
        default="PACSLAB",
        what="The AE title the archive answers to.",
        rule="PS3.8 7.1.1.4: the called AE title names the one that is wanted.",
        breaks="Every device that calls the old name is rejected (1/1/7); workstations cannot "
        "retrieve.",
    ),
    Setting(
        key="dicom.listening",
        default=True,
        what="Whether the plain DICOM port listens; setting it again tries again where it failed.",
        rule="PS3.8 9.1.1: who accepts associations listens at a TCP port.",
        breaks="Off: nobody can send, search or fetch, and another program can take the port.",
    ),
    Setting(
        key="dicom.check_called_ae",
        default=True,
        what="Reject associations (1/1/7) that call another AE title than ours.",
        rule="PS3.8 9.3.4: 1/1/7, called AE title not recognized; checking is optional.",
        breaks="Off: a device that was set up for another archive stores here unnoticed.",
    ),
    Setting(
        key="dicom.check_calling_ae",
        default=True,
        what="Reject associations (1/1/3) from AE titles that are not in the node table.",
        rule="PS3.8 9.3.4: 1/1/3, calling AE title not recognized; checking is optional.",
        breaks="Off: anybody on the network stores and asks, with every right.",
    ),
    Setting(
        key="dicom.check_host",
        default=False,
        what="Reject associations (1/1/3) that come from another host than the node's own.",
        rule="PS3.8 9.3.4: 1/1/3; the standard binds no AE title to an address.",
        breaks="On: a device that got a new address is rejected until the node table says so.",
    ),
    Setting(
        key="dicom.max_associations",
        default=25,
        low=1,
        high=500,
        what="How many associations may be open at once; one more is rejected (2/3/2).",
        rule="PS3.8 9.3.4: 2/3/2, local limit exceeded, a transient rejection.",
        breaks="Too low: modalities queue and studies come late.",
    ),
    Setting(
        key="dicom.acse_timeout",
        default=10.0,
        low=0.1,
        high=600,
        what="Seconds to wait for an association request on a new connection.",
        rule="PS3.8 9.1.5: the ARTIM timer; its length is local.",
        breaks="Too short: slow devices never get in. Too long: silent connections hold places.",
    ),
    Setting(
        key="dicom.idle_timeout",
        default=60.0,
        low=0.5,
        high=3600,
        what="Seconds of silence after which an association is aborted.",
        rule="PS3.7 and PS3.8 leave it to the application.",
        breaks="Too short: a modality that holds its association between images is cut off.",
    ),
    Setting(
        key="dicom.max_pdu",
        default=131072,
        low=4096,
        high=1048576,
        what="The longest PDU in bytes that new associations may send; longer ones are aborted.",
        rule="PS3.8 D.1: Maximum Length Received.",
        breaks="Too small: transfers get slow. Devices that ignore it are aborted.",
    ),
    Setting(
        key="dicom.tls",
        default="off",
        choices=("off", "on", "mutual"),
        what="Whether the TLS port listens, and whether callers must show a certificate, too.",
        rule="PS3.15 B.9 and B.10 (BCP 195 profiles).",
        breaks="mutual: devices without a certificate of our authority cannot connect.",
    ),
    Setting(
        key="dicom.tls_least",
        default="1.2",
        choices=("1.2", "1.3"),
        what="The oldest TLS version that callers of the TLS port may speak (PS3.15 B.12: 1.2).",
        rule="PS3.15 B.9 (BCP 195): TLS 1.2 at least.",
        breaks="1.3: devices with older libraries fail in the handshake.",
    ),
    Setting(
        key="dicom.user_identity",
        default="off",
        choices=("off", "optional", "required"),
        what="Whether user names and passcodes of an association are ignored, checked where "
        "given, or demanded (PS3.7 D.3.3.7); who fails is rejected (1/2/1).",
        rule="PS3.7 D.3.3.7.",
        breaks="required: devices that send no user name are rejected.",
    ),
    Setting(
        key="commitment.offered",
        default=True,
        what="Whether storage commitment (PS3.4 J) is offered.",
        rule="PS3.4 J; PS3.2 says whether it is supported.",
        breaks="Off: modalities keep their images, and their disks fill.",
    ),
    Setting(
        key="commitment.mode",
        default="auto",
        choices=("auto", "same", "new"),
        what="Where the result of a storage commitment goes: the same association, a new one, "
        "or the same if it is still open.",
        rule="PS3.4 J.3.3: either is allowed.",
        breaks="same: devices that hang up at once never hear. new: devices without a listener "
        "never hear.",
    ),
    Setting(
        key="commitment.delay_seconds",
        default=0.2,
        low=0,
        high=60,
        what="Seconds between the answer to a commitment request and its result.",
        rule="PS3.4 J.3.3 sets no time.",
        breaks="Too long: devices that wait on the same association give up.",
    ),
    Setting(
        key="commitment.retry_seconds",
        default=30.0,
        low=0.1,
        high=86400,
        what="Seconds until a report that failed is tried again; doubled after each failure.",
        rule="PS3.4 J.3.3 leaves trying again to the SCP.",
        breaks="Too long: a device that was down waits long for its result.",
    ),
    Setting(
        key="ian.quiet_seconds",
        default=0.0,
        low=0,
        high=86400,
        what="Seconds of quiet after which a study counts as complete and its availability is "
        "notified; 0: only a completed procedure step does that.",
        rule="PS3.4 R.3: when to notify is left to the sender.",
        breaks="Too short: a study is said to be complete while it is still arriving.",
    ),
)
