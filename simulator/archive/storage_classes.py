"""What the archive stores: every storage SOP class of the standard, in which transfer syntaxes.

All are stored as they are received. Deflated is taken on request only, because a few bytes of it
can claim any size; it is inflated on arrival, within bounds, and kept as Explicit VR Little Endian.
"""

from __future__ import annotations

from pydicom.uid import (
    HEVCM10P51,
    HEVCMP51,
    HTJ2K,
    JPEG2000,
    MPEG2MPHL,
    MPEG2MPML,
    MPEG4HP41,
    MPEG4HP41BD,
    MPEG4HP42STEREO,
    MPEG4HP422D,
    MPEG4HP423D,
    UID,
    DeflatedExplicitVRLittleEndian,
    ExplicitVRBigEndian,
    ExplicitVRLittleEndian,
    HTJ2KLossless,
    HTJ2KLosslessRPCL,
    ImplicitVRLittleEndian,
    JPEG2000Lossless,
    JPEGBaseline8Bit,
    JPEGExtended12Bit,
    JPEGLossless,
    JPEGLosslessSV1,
    JPEGLSLossless,
    JPEGLSNearLossless,
    RLELossless,
)
from pynetdicom.presentation import (
    AllStoragePresentationContexts,
    PresentationContext,
    build_context,
)

from simulator.archive.settings import Settings

STORAGE_SYNTAXES = [
    ExplicitVRLittleEndian,
    ImplicitVRLittleEndian,
    ExplicitVRBigEndian,
    JPEGBaseline8Bit,
    JPEGExtended12Bit,
    JPEGLossless,
    JPEGLosslessSV1,
    JPEGLSLossless,
    JPEGLSNearLossless,
    JPEG2000Lossless,
    JPEG2000,
    HTJ2KLossless,
    HTJ2KLosslessRPCL,
    HTJ2K,
    RLELossless,
    MPEG2MPML,
    MPEG2MPHL,
    MPEG4HP41,
    MPEG4HP41BD,
    MPEG4HP422D,
    MPEG4HP423D,
    MPEG4HP42STEREO,
    HEVCMP51,
    HEVCM10P51,
]
DEFLATED = DeflatedExplicitVRLittleEndian
assert DEFLATED not in STORAGE_SYNTAXES
_STANDARD = tuple(str(context.abstract_syntax) for context in AllStoragePresentationContexts)


class StorageClasses:
    """The classes and syntaxes in force, by the settings."""

    def __init__(self, settings: Settings) -> None:
        """Take the standard's classes, and the private ones that `settings` name."""
        self.settings = settings
        self._made: tuple[tuple[tuple[str, ...], tuple[UID, ...]], list[PresentationContext]]
        self._made = ((), ()), []

    def classes(self) -> tuple[str, ...]:
        """Return the SOP classes that are stored at present."""
        private = self.settings["store.private_classes"]
        return _STANDARD if private == "none" else (*_STANDARD, *private.split())

    def syntaxes(self) -> tuple[UID, ...]:
        """Return the transfer syntaxes that are taken at present."""
        deflated = (DEFLATED,) if self.settings["store.deflated"] else ()
        return (*STORAGE_SYNTAXES, *deflated)

    def contexts(self) -> list[PresentationContext]:
        """Return the presentation contexts; for C-GET the requestor may be SCP (PS3.7 D.3.3.4)."""
        wanted = (self.classes(), self.syntaxes())
        if self._made[0] != wanted:
            self._made = wanted, [_context(uid, list(wanted[1])) for uid in wanted[0]]
        return self._made[1]


def _context(uid: str, syntaxes: list[UID]) -> PresentationContext:
    context = build_context(uid, list(syntaxes))
    context.scu_role = context.scp_role = True
    return context
