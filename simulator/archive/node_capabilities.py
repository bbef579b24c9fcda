"""What is exchanged with a node: which SOP classes, in which transfer syntaxes, in which direction.

An empty list limits nothing. `accepts` is what we take from the node, `sends` what we give it: it
counts in the negotiation (PS3.8 9.3.3), in what a C-MOVE, a route or a C-GET sends, and nowhere
else, so that a peer finds it in the answer to its proposal.
"""

from __future__ import annotations

from collections.abc import Sequence

from pynetdicom.presentation import PresentationContext, build_context

from simulator.archive.nodes import Node
from simulator.errors import LocalError
from simulator.network.negotiation import Proposal

_NONE_OF_THEIRS = "2.25.0"


def offered(
    node: Node | None, said: Proposal, storage: Sequence[PresentationContext]
) -> list[PresentationContext]:
    """Return the storage contexts that this node may negotiate, of those we support."""
    if node is None or not node.is_limited:
        return list(storage)
    asked = {str(context.abstract_syntax) for context in said.contexts}
    known = [context for context in storage if str(context.abstract_syntax) in asked]
    return [made for context in known if (made := _limited(node, said, context)) is not None]


def proposed(node: Node, contexts: Sequence[PresentationContext]) -> list[PresentationContext]:
    """Return what we propose when we send to a node; raises LocalError where nothing is left."""
    if not (node.sends_classes or node.sends_syntaxes):
        return list(contexts)
    found = []
    for context in contexts:
        if _allows(node.sends_classes, str(context.abstract_syntax)):
            every = [str(syntax) for syntax in context.transfer_syntax]
            syntaxes = [syntax for syntax in every if _allows(node.sends_syntaxes, syntax)]
            if syntaxes:
                found.append(build_context(str(context.abstract_syntax), list(syntaxes)))
    if contexts and not found:
        raise LocalError(
            f"Nothing of this may be sent to node {node.ae}: see its sends_classes and "
            "sends_syntaxes.",
            "Widen them in the node table, or send it elsewhere.",
        )
    return found


def _limited(
    node: Node, said: Proposal, context: PresentationContext
) -> PresentationContext | None:
    """Return a context for the directions and syntaxes allowed, None where there is neither."""
    sop_class = str(context.abstract_syntax)
    takes = _allows(node.accepts_classes, sop_class)
    gives = _allows(node.sends_classes, sop_class)
    role = said.roles.get(sop_class)
    wants_send = role is None or bool(role.scu_role)
    wants_get = role is not None and bool(role.scp_role)
    if not ((wants_send and takes) or (wants_get and gives)):
        return None
    syntaxes = [str(syntax) for syntax in context.transfer_syntax]
    if wants_send and takes:
        syntaxes = [each for each in syntaxes if _allows(node.accepts_syntaxes, each)]
    if wants_get and gives:
        syntaxes = [each for each in syntaxes if _allows(node.sends_syntaxes, each)]
    if not syntaxes:  # the answer is then 4, transfer syntaxes not supported, and not 3
        syntaxes = [_NONE_OF_THEIRS]
    made = build_context(sop_class, syntaxes)
    made.scu_role, made.scp_role = takes, gives
    return made


def _allows(listed: Sequence[str], one: str) -> bool:
    return not listed or one in listed
