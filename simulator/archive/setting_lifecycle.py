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
