"""A second copy of a SOP Instance UID: which of the two is kept, and what the sender hears.

The standard leaves it open (PS3.4 B.2.3), and archives differ. A copy whose first one is damaged
or gone always takes its place: what was promised once is made true again.
"""

from __future__ import annotations

from pydicom.dataset import Dataset

from simulator.archive.incoming import Incoming
from simulator.archive.index import Index, Location
from simulator.archive.settings import Settings
from simulator.archive.store import FileStore
from simulator.errors import CannotError
from simulator.journal import Journal
from simulator.network import dimse
from simulator.network.dimse import DimseError, split_at_pixels


class Duplicates:
    """The policy in force."""

    def __init__(
        self, index: Index, store: FileStore, settings: Settings, journal: Journal
    ) -> None:
        """Decide by `settings` about what is in `index` and `store` already."""
        self.index, self.store = index, store
        self.settings, self.journal = settings, journal

    def is_replaced(self, incoming: Incoming, known: Location) -> bool:
        """Return whether the new copy replaces the known one; raises DimseError to refuse it."""
        if not self.store.is_whole(known.digest, known.size):
            self._tell("store.healed", incoming, "the stored copy was damaged and is replaced")
            return True
        policy = self.settings["store.duplicates"]
        if policy == "replace":
            self._tell("store.duplicate", incoming, "the new copy replaces the first")
            return True
        same = policy == "keep_identical" and self._is_same(incoming, known)
        if policy == "refuse" or (policy == "keep_identical" and not same):
            why = "and it differs from ours" if policy == "keep_identical" else ""
            self._tell("store.duplicate", incoming, f"it was refused {why}".rstrip())
            raise DimseError(
                dimse.DUPLICATE_INSTANCE, f"the SOP instance is stored already {why}".rstrip()
            )
        if not same:
            self._tell("store.duplicate", incoming, "the first copy was kept")
        return False

    def _is_same(self, incoming: Incoming, known: Location) -> bool:
        """Return whether both are the same, byte for byte, but for when a coercion happened."""
        try:
            ours = memoryview(self.store.read(known.digest))[known.offset :]
        except CannotError:
            return False
        theirs = b"".join(incoming.fragments)
        if known.transfer_syntax != incoming.transfer_syntax:
            return False
        return ours == theirs or _parts(bytes(ours), known) == _parts(theirs, known)

    def _tell(self, kind: str, incoming: Incoming, what: str) -> None:
        self.journal.write(
            kind, f"{incoming.source} sent an instance again; {what}",
            calling=incoming.source, sop_instance=incoming.sop_instance,
        )  # fmt: skip


def _parts(data: bytes, known: Location) -> tuple[Dataset, bytes]:
    """Return the part before the pixel data without its history, and the rest."""
    head, rest = split_at_pixels(data, known.transfer_syntax)
    if "OriginalAttributesSequence" in head:
        del head.OriginalAttributesSequence
    return head, bytes(rest)
