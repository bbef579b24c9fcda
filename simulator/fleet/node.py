"""What every device and workstation has: settings, a listener, a log, and its own address."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

from pynetdicom.presentation import PresentationContext

from simulator.clock import Clock
from simulator.errors import CannotError, LocalError, NetworkError, UsageError
from simulator.fleet import inbox
from simulator.fleet.agent import Agent
from simulator.fleet.holding import Holding
from simulator.fleet.inbox import Inbox
from simulator.fleet.logbook import Logbook
from simulator.fleet.outcome import failure
from simulator.fleet.settings import SECRET, Settings, check_key
from simulator.journal import Journal
from simulator.network import command as cmd
from simulator.network import dimse, negotiation, scu
from simulator.network.associate import Caller, Peer
from simulator.network.association import Association
from simulator.network.dimse import Handlers
from simulator.network.negotiation import Identity, Proposal, Refusal
from simulator.network.serve import Server
from simulator.network.tap import Line
from simulator.network.tls import Tls
from simulator.network.tls_listening import Guard
from simulator.system import is_loopback

Target = str | Peer


class Node:
    """One node of the fleet."""

    keys: tuple[str, ...] = ()

    def __init__(
        self,
        *,
        name: str,
        folder: Path,
        clock: Clock,
        journal: Journal,
        defaults: Settings,
        address: tuple[str, int],
        save: Callable[[], None] = lambda: None,
        certificates: Path | None = None,
    ) -> None:
        """Keep everything in `folder`; `save` is called when a setting was changed."""
        self.name, self.folder, self.clock = name, folder, clock
        self.defaults = self.settings = defaults
        self.host, self.port = address
        self.certificates = certificates or folder / "tls"  # one folder for each node
        self.tls = Tls.of(self.certificates / name)
        self.guard = Guard(self.tls)
        self.book = Logbook(folder / "log.jsonl", name, journal)
        self.agent = Agent(name, defaults.archive_host, self.book.tell)
        self.inbox = Inbox(folder / "received", clock)
        self.busy = threading.RLock()  # one exam, one transfer at a time
        self.line: Line | None = None  # what it is plugged into
        self.holding = Holding()
        self._server: Server | None = None
        self._changing, self._save = threading.RLock(), save
        self._wanted = False  # whether the listener should run while the device is online

    # --- settings -----------------------------------------------------------------------------

    def change(self, changes: Mapping[str, Any], actor: str = "service") -> Settings:
        """Change settings; all of them or, if one is bad, none."""
        for key in changes:
            check_key(key, self.keys)
        with self._changing:
            old = self.settings
            new = old.with_changes(changes)
            if self._wanted and new.online:
                self.agent.follow(new.agent_port)
            self.settings = new
            self._save()
            before, after = old.values(), self.settings.values()
            for key in changes:
                if before[key] != after[key]:
                    self._tell_changed(key, before[key], after[key], actor)
                    self._tell_tls(key)
            self._switch()
        return self.settings

    def set_up(self, stored: Mapping[str, Any]) -> None:
        """Take over stored settings: what differs from the defaults."""
        with self._changing:
            known = {key: value for key, value in stored.items() if key in self.keys}
            self.settings = self.defaults.with_changes(known)
            self.holding.drop()
            self._switch()

    def _tell_changed(self, key: str, old: object, new: object, actor: str) -> None:
        self.book.tell(
            "device.setting.changed",
            f"{self.name}: {key} was '{_shown(key, old)}' and is '{_shown(key, new)}' ({actor})",
            key=key, old=_shown(key, old), new=_shown(key, new), actor=actor,
        )  # fmt: skip

    def _tell_tls(self, key: str) -> None:
        """Say how the port speaks now, and how long the certificate is good for."""
        if key == "listener.tls":
            mode = self.settings.listener_tls
            self.book.tell(
                "tls.opened" if mode != "off" else "tls.closed",
                f"{self.name}: {self.guard.words(mode)}", **self.guard.facts(mode),
            )  # fmt: skip

    # --- listening ------------------------------------------------------------------------------

    def start(self) -> None:
        """Listen, if the device is online."""
        with self._changing:
            self._wanted = True
            self._switch()

    def stop(self) -> None:
        """Stop listening."""
        with self._changing:
            self._wanted = False
            self._switch()

    @property
    def listening(self) -> bool:
        """Whether the listener runs."""
        return self._server is not None

    def _switch(self) -> None:
        """Make the listener follow what is wanted; a device that is off holds no association."""
        is_on = self._wanted and self.settings.online
        if not is_on:
            self.holding.drop()
        try:
            self.agent.follow(self.settings.agent_port if is_on else 0)
        except CannotError as error:
            self.book.tell("device.agent", f"{self.name}: {error.sentence}")
        if self._wanted and self.settings.online:
            if self._server is None:
                self._server = self._listener().start()
                self.port = self._server.port  # kept, so that it comes back where it was
        elif self._server is not None:
            self._server.stop()
            self._server = None

    def _listener(self) -> Server:
        return Server(
            name=self.name,
            host=self.host,
            port=self.port,
            contexts=lambda proposal: self.contexts(),
            handlers=self.handlers(),
            admit=self._admit,
            guard=lambda: self.guard.contexts(self.settings.listener_tls),
            line=self.line,
            tell=self.book.tell,
        )

    def contexts(self) -> Sequence[PresentationContext]:
        """Return what the listener takes."""
        return inbox.contexts()

    def handlers(self) -> Handlers:
        """Return what the listener answers."""
        return {cmd.C_ECHO: lambda request: dimse.SUCCESS, cmd.C_STORE: self.inbox.store}

    def _admit(self, proposal: Proposal) -> None:
        own = self.settings.ae_title
        if proposal.called != own:
            why = f"this device is called '{own}', not '{proposal.called}'"
            raise Refusal(negotiation.CALLED_UNKNOWN, why)

    # --- calling --------------------------------------------------------------------------------

    def caller(self, peer: Peer | None = None) -> Caller:
        """Who calls `peer`, by TLS if that is set; raises LocalError if the device is offline."""
        if not self.settings.online:
            raise LocalError(
                f"{self.name} is offline: its network is switched off.", "Set 'online' to true."
            )
        mine = self.settings
        caller = replace(mine.caller(self.host), line=self.line)
        if peer == mine.ris():
            return replace(caller, tls=self.tls if mine.ris_tls else None)
        if peer != mine.archive():
            return caller
        if not is_loopback(self.defaults.archive_host):  # an external archive, elsewhere
            caller = replace(caller, host="")
        named = Identity(user=mine.archive_user, passcode=mine.archive_passcode)
        return replace(
            caller,
            tls=self.tls if mine.archive_tls else None,
            identity=named if mine.archive_user else None,
            longest_pdu=mine.transfer_longest_pdu,
            end=self._end(mine.transfer_linger),
        )

    def _end(self, linger: float) -> Callable[[Association], None]:
        """Return what becomes of an association to the archive that has done its work."""
        return partial(self.holding.keep, seconds=linger) if linger else Association.release

    def peer(self, target: Target) -> Peer:
        """Return the peer a target names: 'archive', 'ris', or AET@HOST:PORT."""
        if isinstance(target, Peer):
            return target
        if target in ("archive", "ris"):
            return self.settings.archive() if target == "archive" else self.settings.ris()
        if "@" not in target:
            raise UsageError(f"'{target}' is no target.", "Say archive, ris or AET@HOST:PORT.")
        return Peer.parse(target)

    def echo(self, target: Target = "archive") -> Peer:
        """Verify the connection to a peer (C-ECHO); raises a NetworkError if there is none."""
        peer = self.peer(target)
        with self.journalled("echo", peer):
            scu.echo(peer, self.caller(peer))
        self.book.tell("device.echo", f"{self.name}: {peer} answered the echo", peer=str(peer))
        return peer

    def journalled(self, what: str, peer: Peer, **facts: Any) -> _Journalled:
        """Log a NetworkError of the block as 'device.WHAT.failed', and let it go on."""
        return _Journalled(self, what, peer, facts)

    # --- telling --------------------------------------------------------------------------------

    def log(self, count: int = 200) -> list[dict[str, Any]]:
        """Return the last lines of the device's own log."""
        return self.book.lines(count)

    def facts(self) -> dict[str, Any]:
        """Return what there is to know about the node."""
        return {
            "name": self.name,
            "kind": type(self).__name__.lower(),
            "ae_title": self.settings.ae_title,
            "host": self.host,
            "port": self.port,
            "listening": self.listening,
            "tls": self.guard.facts(self.settings.listener_tls),
            "received": len(self.inbox.received()),
            "settings": {key: _shown(key, self.settings.values()[key]) for key in self.keys},
            "changed": sorted(self.settings.changes_from(self.defaults)),
        }


class _Journalled:
    """Logs the NetworkError that leaves its block."""

    def __init__(self, node: Node, what: str, peer: Peer, facts: dict[str, Any]) -> None:
        self.node, self.what, self.peer, self.facts = node, what, peer, facts

    def __enter__(self) -> None:
        pass

    def __exit__(self, kind: object, error: BaseException | None, trace: object) -> None:
        if not isinstance(error, NetworkError):
            return
        said = failure(error)
        self.node.book.tell(
            f"device.{self.what}.failed",
            f"{self.node.name}: {self.what} to {self.peer} failed ({error.kind}): {error.sentence}",
            peer=str(self.peer), error=said["kind"], triple=said.get("triple"),
            status=said.get("status"), **self.facts,
        )  # fmt: skip


def _shown(key: str, value: object) -> object:
    if key in SECRET:
        return "(set)" if value else ""
    return list(value) if isinstance(value, tuple) else value
