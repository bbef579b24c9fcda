"""What may be wrong with the node table: entries that clash, look alike, or disagree with the peer.

A peer never says its own title in an answer (PS3.8 9.3.3 sends ours back), so titles are held
against two other things: a rejection "called AE title not recognised", and what calls from there.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import Any

from simulator.archive.calling import Calling
from simulator.archive.nodes import Node
from simulator.errors import NetworkError, RejectedError
from simulator.journal import Entry
from simulator.network import scu
from simulator.network.rejections import CALLED_UNKNOWN, CALLING_UNKNOWN

_AT_ONCE, _WAIT = 16, 3.0  # nodes echoed at once; seconds to wait for each
# Letters and digits that are taken for each other, on paper and on a telephone.
_ALIKE = str.maketrans({"0": "O", "1": "I", "L": "I", "5": "S", "8": "B", "2": "Z", "6": "G"})
_SEPARATORS = str.maketrans("", "", " _-.")

Finding = dict[str, Any]


def check(nodes: Sequence[Node], entries: Iterable[Entry] = ()) -> list[Finding]:
    """Return what the table itself and the journal's associations say; asks nobody."""
    return [*_same_address(nodes), *_alike(nodes), *_other_titles(nodes, entries)]


def ask(nodes: Sequence[Node], calling: Calling) -> list[Finding]:
    """C-ECHO every node that listens, and return those that do not answer as they should."""

    def one(node: Node) -> Finding | None:
        caller = calling.caller(node, dimse_timeout=_WAIT)
        caller = replace(caller, connect_timeout=_WAIT, acse_timeout=_WAIT)
        try:
            scu.echo(node.peer, caller)
        except NetworkError as error:
            return _echo_finding(node, error)
        return None

    with ThreadPoolExecutor(_AT_ONCE) as pool:
        found = pool.map(one, [node for node in nodes if node.port])
        return [finding for finding in found if finding is not None]


def _finding(problem: str, nodes: Sequence[str], what: str, remedy: str) -> Finding:
    return {"problem": problem, "nodes": sorted(nodes), "what": what, "remedy": remedy}


def _same_address(nodes: Sequence[Node]) -> list[Finding]:
    return [
        _finding(
            "same address", titles, f"{' and '.join(sorted(titles))} are at {host}:{port}",
            "One program answers there: correct the address of the others, or remove them.",
        )
        for (host, port), titles in _grouped(nodes, lambda node: (node.host.lower(), node.port))
        if port
    ]  # fmt: skip


def _alike(nodes: Sequence[Node]) -> list[Finding]:
    return [
        _finding(
            "titles alike", titles,
            f"{' and '.join(sorted(titles))} differ only by case, separators or look-alike letters",
            "Ask which one the device uses, and remove or rename the other: every letter counts.",
        )
        for _, titles in _grouped(nodes, lambda node: skeleton(node.ae))
    ]  # fmt: skip


def skeleton(title: str) -> str:
    """Return an AE title as somebody hears or reads it: alike ones become the same."""
    return title.upper().translate(_ALIKE).translate(_SEPARATORS)


def _grouped(nodes: Sequence[Node], key: Callable[[Node], Any]) -> list[tuple[Any, list[str]]]:
    groups: dict[Any, list[str]] = defaultdict(list)
    for node in nodes:
        groups[key(node)].append(node.ae)
    return [(name, titles) for name, titles in groups.items() if len(titles) > 1]


def _other_titles(nodes: Sequence[Node], entries: Iterable[Entry]) -> list[Finding]:
    """Return the nodes from whose address somebody calls by a title that is not registered there.

    Where several programs share an address, any of their titles is right.
    """
    at: dict[str, set[str]] = defaultdict(set)
    for node in nodes:
        at[node.host].add(node.ae)
    calls: dict[str, dict[str, str]] = defaultdict(dict)
    for entry in entries:
        host, title = str(entry.facts.get("host", "")), str(entry.facts.get("calling", ""))
        if title in at[host]:
            calls[host].clear()  # it was put right since
        elif title and at[host]:
            calls[host][title] = entry.id
    return [
        _finding(
            "calls by another title", list(at[host]),
            f"from {host}, where {' and '.join(sorted(at[host]))} should be, calls '{title}' "
            f"(journal {entry})",
            "Set the title at the device as it is registered, or register it as the device calls.",
        )
        for host, titles in calls.items()
        for title, entry in titles.items()
    ]  # fmt: skip


def _echo_finding(node: Node, error: NetworkError) -> Finding:
    triple = error.triple if isinstance(error, RejectedError) else None
    if triple == CALLED_UNKNOWN:
        return _finding(
            "answers to another title", [node.ae],
            f"who answers at {node.host}:{node.port} is not called '{node.ae}'",
            "Ask what its own AE title is, letter by letter, and correct the table.",
        )  # fmt: skip
    if triple == CALLING_UNKNOWN:
        return _finding(
            "does not know us", [node.ae], f"{node.ae} does not know this archive's AE title",
            "Have the archive entered there, with its title, address and port.",
        )  # fmt: skip
    return _finding("no answer", [node.ae], f"{node.ae}: {error.sentence}", error.remedy)
