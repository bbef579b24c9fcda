"""Settings of tiers, recall and retention."""

from __future__ import annotations

from simulator.archive.setting import Setting

LIFECYCLE = (
    Setting(
        key="retrieve.recall",
        default="wait",
        choices=("wait", "refuse"),
        what="What a C-MOVE or C-GET of nearline images does: wait for the recall with pending "
        "responses, or be refused (0xA702) while the recall goes on.",
        rule="PS3.4 C.4.2.3.1: pending responses while sub-operations remain.",
        breaks="wait: viewers with a short timeout give up. refuse: users must ask twice.",
    ),
    Setting(
        key="retrieve.recall_seconds",
        default=20,
        low=0,
        high=3600,
        what="How long (real seconds) a retrieval waits for a recall before it is refused.",
        rule="No standard; most association timeouts are 30 to 60 seconds.",
        breaks="Longer than the callers' timeout: they abort, and ask again, and again.",
    ),
    Setting(
        key="tier.copy_to",
        default="none",
        pattern=r"none|[A-Z][A-Z0-9_-]{0,15}",
        form="the name of a nearline or offline volume, or none",
        what="The volume that every study is copied to by itself, once nothing more of it comes.",
        rule="No standard; archives call it a permanent copy.",
        breaks="none: disks cannot be cleaned, for the last copy is never taken away.",
    ),
    Setting(
        key="tier.copy_minutes",
        default=10,
        low=0,
        high=10_080,
        what="How long (hospital minutes) nothing more of a study must have come before that.",
        rule="No standard; a local decision.",
        breaks="Too short: studies are copied in pieces. Too long: a broken disk takes them.",
    ),
    Setting(
        key="tier.clean",
        default="never",
        choices=("never", "threshold"),
        what="Whether online volumes above their threshold are cleaned by themselves: the oldest "
        "studies with a good copy on another tier leave the disks.",
        rule="No standard; archives call it cache management.",
        breaks="never: a full disk refuses images (0xA700) until somebody cleans it.",
    ),
    Setting(
        key="retention.protect",
        default=True,
        what="Whether deleting by hand is refused while a retention rule keeps the study; what "
        "is on legal hold is always protected.",
        rule="Law and hospital policy, not DICOM; IHE IOCM names the end of it 113039.",
        breaks="Off: whoever has study.delete can delete what must be kept.",
    ),
)
