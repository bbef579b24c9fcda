"""Settings of the fix-up desk: what rejection does, and what may be deleted for good."""

from __future__ import annotations

from simulator.archive.setting import Setting

FIXUP = (
    Setting(
        key="reject.quality",
        default="hide",
        choices=("hide", "show"),
        what="Whether objects rejected from now on for quality reasons (113001), and their notes, "
        "vanish from queries; those rejected with other codes always do.",
        rule="IHE RAD TF-3 4.66.4.1.3 lets a site choose for 113001.",
        breaks="show: readers see repeats and blurred images among the good ones.",
    ),
    Setting(
        key="reject.again",
        default="refuse",
        choices=("refuse", "warn", "accept"),
        what="What a rejected object meets that is sent again: 0xC103; 0xB007, and it is not kept "
        "either; it is kept as if it were new. What was rejected for patient safety (113037) is "
        "never kept again.",
        rule="IHE RAD TF-3 4.66.4.1.3: what was rejected must not come back by itself.",
        breaks="refuse: devices report failures, and what another archive restores stays "
        "rejected here. accept: a late copy brings the mix-up back.",
    ),
    Setting(
        key="reject.notes",
        default=True,
        what="Whether Rejection Notes that other nodes send take effect here.",
        rule="IHE RAD-66 (Rejection Note Stored).",
        breaks="Off: what was rejected elsewhere stays visible here.",
    ),
    Setting(
        key="purge.unrejected",
        default=False,
        what="Whether a study can be deleted for good that was not rejected before.",
        rule="IHE IOCM: objects are rejected first, deleted later.",
        breaks="On: one wrong click, and no way back but a backup.",
    ),
)
