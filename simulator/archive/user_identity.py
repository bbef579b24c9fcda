"""User identity negotiation (PS3.7 D.3.3.7): an association's user is an account of the archive.

A passcode is checked as at a log-in, with the same lock-out; a name alone proves nothing, but the
account must be in use. Tickets and tokens (kinds 3 to 5) cannot be checked here. What the user
may do is looked up for each message, so that locking an account acts on open associations, too.
"""

from __future__ import annotations

from simulator.archive.settings import Settings
from simulator.archive.users import Users
from simulator.errors import RefusedError
from simulator.network.dimse import NOT_AUTHORISED, DimseError
from simulator.network.negotiation import IDENTITY_REFUSED, Identity, Proposal, Refusal

# What an account needs for a service; an echo needs nothing.
NEEDED = {
    "store": "study.store",
    "commit": "study.store",
    "find": "study.read",
    "move": "study.read",
    "get": "study.read",
}


class Identities:
    """Recognises the users of associations."""

    def __init__(self, users: Users, settings: Settings) -> None:
        """Look them up among `users`."""
        self.users, self.settings = users, settings

    def recognise(self, proposal: Proposal) -> str | None:
        """Return the user's name, None where nobody is named; raises Refusal."""
        mode = self.settings["dicom.user_identity"]
        if mode == "off":
            return None
        identity = proposal.identity
        if identity is None or identity.kind not in (1, 2):
            if mode == "required":
                said = f"{identity.kind_name} cannot be checked" if identity else "none was given"
                raise Refusal(IDENTITY_REFUSED, f"a user identity is required: {said}")
            return None
        try:
            self._check(identity, proposal.host)
        except RefusedError as error:
            name = identity.user[:64] if identity.user.isprintable() else "?"
            why = f"user '{name}': {error.sentence.rstrip('.')}"
            raise Refusal(IDENTITY_REFUSED, why) from error
        return identity.user

    def need(self, user: str, right: str) -> None:
        """Refuse what an association's user may not do; without a user there is nothing to ask."""
        wanted = NEEDED.get(right)
        if not user or wanted is None:
            return
        if wanted not in self._rights(user):
            raise DimseError(NOT_AUTHORISED, f"user {user} may not {right} here ({wanted})")

    def _check(self, identity: Identity, host: str) -> None:
        if identity.kind == 2:
            self.users.logout(self.users.login(identity.user, identity.passcode, host))
            return
        state = self.users.get(identity.user)["state"]
        if state != "active":
            raise RefusedError(f"The account {identity.user} is {state}.")

    def _rights(self, user: str) -> set[str]:
        return set(self.users.rights(user))
