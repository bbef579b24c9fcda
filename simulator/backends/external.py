"""Any DICOM peer as the archive of a seat: nothing is started; it is asked, and told honestly."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from simulator.backends.desk import Desk
from simulator.errors import CannotError, HandshakeError, NetworkError, NoAnswerError, RejectedError
from simulator.files import write_json
from simulator.network import scu
from simulator.network.associate import Caller, Peer
from simulator.results import Outcome

CALLER = Caller(ae="NOTEBOOK", connect_timeout=3, acse_timeout=5)
_STAYS = "The external archive keeps the studies it was sent: they cannot be taken back from here."
_UNKNOWN_CALLER, _UNKNOWN_CALLED = (1, 1, 3), (1, 1, 7)


def verify(peer: Peer, caller: Caller = CALLER) -> Outcome:
    """C-ECHO the peer and say in one sentence how that ended, and who erred."""
    what = f"C-ECHO from {caller.ae} to {peer}"
    try:
        scu.echo(peer, caller)
    except NetworkError as error:
        return Outcome(
            ok=False, what=what, kind=error.kind, error=_sentence(peer, caller, error),
            remedy=error.remedy,
            facts={"triple": getattr(error, "triple", None)},
        )  # fmt: skip
    return Outcome(ok=True, what=what)


def _sentence(peer: Peer, caller: Caller, error: NetworkError) -> str:
    """Keep the kinds of failure apart: nobody there, a title that was refused, something else."""
    if isinstance(error, NoAnswerError):
        return f"Nobody answered at {peer.host}:{peer.port}. {error.sentence}"
    if isinstance(error, RejectedError) and error.triple == _UNKNOWN_CALLER:
        return f"{peer} refused our AE title {caller.ae}: enter it there. {error.sentence}"
    if isinstance(error, RejectedError) and error.triple == _UNKNOWN_CALLED:
        return f"What answers at {peer.host}:{peer.port} is not called {peer.ae}. {error.sentence}"
    if isinstance(error, (RejectedError, HandshakeError)):
        return f"{peer} answered and refused us. {error.sentence}"
    return error.sentence


class ExternalDesk(Desk):
    """Handlers that ask over DICOM only; a baseline is no more than the fact that one was."""

    def __init__(self, *parts: Any, folder: Path) -> None:
        """Keep that fact in `folder`; `parts` are those of Desk."""
        super().__init__(*parts)
        self.folder = folder

    def has_baseline(self) -> bool:
        """Return whether the first studies were sent once."""
        return (self.folder / "baseline.json").exists()

    def save_baseline(self) -> None:
        """Note that they were."""
        write_json(self.folder / "baseline.json", {"format": 1})

    def restore_baseline(self) -> list[str]:
        """Change nothing there, and say so."""
        return [_STAYS]

    def status(self, call: Any) -> Any:
        """Return counts; a peer that does not answer is said, not failed on."""
        try:
            return super().status(call)
        except (NetworkError, CannotError) as error:
            facts = {"ae": self.peer.ae, "backend": self.capable.kind, "associations": 0}
            none = dict.fromkeys(("patients", "studies", "series", "instances"), 0)
            said = {"error": error.sentence, "remedy": error.remedy}
            return {**facts, **none, "baseline": self.has_baseline(), **said}
