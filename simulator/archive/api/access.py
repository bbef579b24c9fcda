"""Sessions and tokens, labels, and emergency access."""

from __future__ import annotations

from typing import Any

from simulator.archive.api.desk import Desk, Row, yes_in
from simulator.errors import RefusedError, UsageError
from simulator.web import Call


class Access(Desk):
    """Handlers of the admin API."""

    def rows(self) -> list[Row]:
        """Return the part of the table that stands here."""
        label, study = "/api/labels/{name}", "/api/labels/{name}/studies/{uid}"
        review = "/api/emergencies/{number}/review"
        tokens, ending = "/api/users/{name}/tokens", "/api/users/{name}/sessions"
        return [
            ("GET", "/api/sessions", "user.read", self.sessions, "open sessions and tokens"),
            ("DELETE", "/api/sessions/{number}", "user.edit", self.end, "end a session or token"),
            ("DELETE", ending, "user.edit", self.end_all, "end all of a user's sessions"),
            ("POST", tokens, "user.edit", self.issue, "issue an API token, shown once"),
            ("GET", "/api/labels", "user.read", self.labels, "labels and their rules"),
            ("PUT", label, "label.edit", self.put_label, "make or change a label"),
            ("DELETE", label, "label.edit", self.remove_label, "delete a label"),
            ("PUT", study, "label.edit", self.give, "put a label on a study"),
            ("DELETE", study, "label.edit", self.take, "take a label off a study"),
            ("POST", "/api/emergencies", "access.emergency", self.open, "break the glass"),
            ("GET", "/api/emergencies", "access.review", self.emergencies, "who broke the glass"),
            ("POST", review, "access.review", self.review, "write down a finding"),
        ]

    # --- sessions and tokens ------------------------------------------------------------------

    def sessions(self, call: Call) -> Any:
        """List what is open, of one user or of all."""
        return self.archive.users.sessions.all(call.query.get("user", ""))

    def end(self, call: Call) -> Any:
        """End one."""
        found = self.archive.users.sessions.end(call.path["number"])
        self._ended(call, found["user"], f"a {found['kind']}")
        return {"ok": True}

    def end_all(self, call: Call) -> Any:
        """End every session and token of a user."""
        name = call.path["name"]
        count = self.archive.users.end_sessions(name)
        self._ended(call, name, f"{count} sessions and tokens")
        return {"ok": True, "ended": count}

    def issue(self, call: Call) -> Any:
        """Issue an API token: it carries the rights of the account, and ends with it."""
        purpose = str(call.body.get("purpose", ""))[:200]
        if not purpose.strip():
            raise UsageError("What is the token for?", "Send a 'purpose'.")
        token = self.archive.users.issue_token(call.path["name"], purpose, call.who.name)
        return {"token": token, "user": call.path["name"], "purpose": purpose}

    def _ended(self, call: Call, user: str, what: str) -> None:
        text = f"{call.who.name} ended {what} of {user}"
        self.archive.users.tell("session.ended", text, user, call.who.name, host=call.host)

    # --- labels -------------------------------------------------------------------------------

    def labels(self, call: Call) -> Any:
        """List labels."""
        return self.archive.labels.all()

    def put_label(self, call: Call) -> Any:
        """Make a label or change one."""
        body = {key: value for key, value in call.body.items() if key != "name"}
        made = self.archive.labels.put(call.path["name"], body)
        closed = "restricted" if made["restricted"] else "open"
        text = f"{call.who.name} set the label {made['name']}: {closed}, rules {made['rules']}"
        self.tell("label.changed", text, call, made["name"])
        return made

    def remove_label(self, call: Call) -> Any:
        """Delete a label."""
        name = call.path["name"]
        self.archive.labels.remove(name)
        self.tell("label.removed", f"{call.who.name} removed the label {name}", call, name)
        return {"ok": True}

    def give(self, call: Call) -> Any:
        """Put a label on a study."""
        study, name = self._study(call), call.path["name"]
        self.archive.labels.give(study["study_uid"], name, call.who.name)
        return self._labelled(call, study, f"put the label {name} on")

    def take(self, call: Call) -> Any:
        """Take a label off a study."""
        study, name = self._study(call), call.path["name"]
        self.archive.labels.take(study["study_uid"], name)
        return self._labelled(call, study, f"took the label {name} off")

    def _labelled(self, call: Call, study: dict[str, Any], what: str) -> Any:
        who = f"{study['patient_name']} ({study['patient_id']})"
        text = f"{call.who.name} {what} a study of {who}"
        self.tell("study.labelled", text, call, study["study_uid"])
        return {"ok": True, "labels": self.archive.labels.of(study["study_uid"])}

    def _study(self, call: Call) -> dict[str, Any]:
        self.archive.labels.need(call.path["name"])
        found = self.archive.index.study(call.path["uid"])  # who labels need not see its images
        if found is None:
            raise RefusedError("There is no such study in the archive.", "List the studies.", 404)
        return found

    # --- emergencies --------------------------------------------------------------------------

    def open(self, call: Call) -> Any:
        """Open a patient's record for a while."""
        patient_id, reason = map(str, call.need("patient_id", "reason"))
        return self.archive.emergencies.open(call.who.name, patient_id, reason, call.host)

    def emergencies(self, call: Call) -> Any:
        """List emergency accesses; `waiting=true` for those without a finding."""
        return self.archive.emergencies.all(waiting=yes_in(call.query, "waiting"))

    def review(self, call: Call) -> Any:
        """Write down what was found."""
        (finding,) = call.need("finding")
        comment = str(call.body.get("comment", ""))
        return self.archive.emergencies.review(call.number(), str(finding), comment, call.who.name)
