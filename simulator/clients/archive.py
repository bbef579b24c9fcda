"""The archive as a client sees it: DICOM services, and the admin API as one user."""

from __future__ import annotations

from io import BytesIO
from typing import Any

from pydicom import dcmread
from pydicom.dataset import Dataset

from simulator.backends.capabilities import capabilities
from simulator.clients.messages import MessageLogClient
from simulator.clients.queue import QueueClient
from simulator.clients.rules import RulesClient
from simulator.errors import CannotError, NetworkError, RefusedError, UsageError
from simulator.http import request
from simulator.network import scu
from simulator.network.associate import Caller, Peer
from simulator.results import Lacking, Outcome, Rows
from simulator.seat import Seat

NOTEBOOK = Caller(ae="NOTEBOOK")
_STUDY_COLUMNS = (
    "patient_name", "patient_id", "date", "modalities", "description", "accession", "instances",
    "order_state",
)  # fmt: skip


class ArchiveClient(MessageLogClient):
    """The archive: DICOM services, and the admin API as one user."""

    def __init__(self, seat: Seat, user: str = "", password: str = "", *, actor: str = "") -> None:
        """Act as `user`, as the staff member `actor`, or as the seat's administrator."""
        self.seat, self._user, self._password = seat, user, password
        self._token, self._actor = "", actor

    @property
    def peer(self) -> Peer:
        """Where the archive's DICOM listener is."""
        return Peer(**self.seat.facts["dicom"]["archive"])

    @property
    def dicomweb_url(self) -> str:
        """Where the archive's DICOMweb service is; it takes the accounts of the archive."""
        url = self.seat.facts["urls"]["dicomweb"]
        if not url:
            capabilities(self.seat.facts).need("dicomweb")
            raise CannotError("This archive has no DICOMweb service.", "Install its plug-in.")
        return str(url)

    @property
    def queue(self) -> QueueClient:
        """What the archive still owes to other nodes."""
        return QueueClient(self)

    @property
    def rules(self) -> RulesClient:
        """Which studies go to which nodes by themselves."""
        return RulesClient(self)

    # --- DICOM --------------------------------------------------------------------------------

    def echo(self, calling: str = NOTEBOOK.ae) -> Outcome:
        """C-ECHO the archive."""
        return attempt(
            f"C-ECHO from {calling} to {self.peer}", scu.echo, self.peer, Caller(ae=calling)
        )

    def find(self, level: str = "STUDY", *, model: str = "study", **keys: Any) -> list[Dataset]:
        """C-FIND: the keys are DICOM keywords; give None for those you only want back."""
        query = Dataset()
        query.QueryRetrieveLevel = level
        for keyword, value in keys.items():
            setattr(query, keyword, value)
        return list(scu.find(self.peer, query, NOTEBOOK, model=model))

    def move(self, study_uid: str, destination: str) -> Outcome:
        """C-MOVE a study to the AE title `destination`."""
        query = _study_query(study_uid)
        what = f"C-MOVE to {destination}"
        return attempt(what, scu.move, self.peer, query, destination, NOTEBOOK)

    # --- the admin API ------------------------------------------------------------------------

    def call(
        self,
        method: str,
        path: str,
        body: dict[str, Any] | None = None,
        query: dict[str, str] | None = None,
    ) -> Any:
        """Call the admin API; logs in when needed."""
        for attempt_number in (1, 2):
            if not self._token:
                self._token = self._login()
            try:
                url = self.seat.facts["urls"]["api"] + path
                return request(method, url, body, token=self._token, actor=self._actor, query=query)
            except RefusedError as error:
                if error.http_status != 401 or attempt_number == 2:
                    raise
                self._token = ""  # the session has ended: log in again, once
        return None

    def _login(self) -> str:
        if self._actor:
            return str(self.seat.secrets["instructor"]["token"])
        admin = self.seat.secrets["admin"]
        body = {
            "user": self._user or admin["user"],
            "password": self._password or admin["password"],
        }
        answer = request("POST", self.seat.facts["urls"]["api"] + "/login", body)
        return str(answer["token"])

    def status(self) -> dict[str, Any]:
        """Counts of patients, studies, series, instances and open associations."""
        answer: dict[str, Any] = request("GET", self.seat.facts["urls"]["api"] + "/status")
        return answer

    def studies(self, **filters: str) -> Rows:
        """List studies, newest first; filters: accession, patient_id, order_state, date, modality,
        text (words of name and numbers), limit.
        """
        return Rows(self.call("GET", "/studies", query=filters), _STUDY_COLUMNS)

    def study(self, study_uid: str) -> dict[str, Any]:
        """Return a study with its series and instances."""
        answer: dict[str, Any] = self.call("GET", f"/studies/{study_uid}")
        return answer

    def unmatched(self) -> Rows:
        """List the studies that belong to no known order; none where orders are not known."""
        can = capabilities(self.seat.facts)
        if not can.orders:
            return Lacking(can.lacks("orders"))
        rows = self.call("GET", "/studies", query={"order_state": "unmatched"})
        return Rows(rows, ("patient_name", "patient_id", "accession", "description", "order_note"))

    def link(self, study_uid: str, accession: str, *, other_patient: bool = False) -> Outcome:
        """Link a study to an order: the images get the identity the order says.

        `other_patient` confirms that the images name the wrong patient.
        """
        body: dict[str, Any] = {"accession": accession}
        if other_patient:
            body["other_patient"] = True
        answer = self.call("POST", f"/studies/{study_uid}/link", body)
        return Outcome.of(f"study linked to order {accession}", answer)

    def delete(self, study_uid: str) -> Outcome:
        """Delete a study."""
        return Outcome.of("study deleted", self.call("DELETE", f"/studies/{study_uid}"))

    def instance(self, sop_uid: str) -> Dataset:
        """Return one stored instance with its pixel data."""
        data: bytes = self.call("GET", f"/instances/{sop_uid}/file")
        return dcmread(BytesIO(data))

    def orders(self) -> Rows:
        """List the orders the archive has learnt of."""
        return Rows(self.call("GET", "/orders"))

    def reading_list(self) -> Rows:
        """List what waits for a radiologist: order completed, images in, no final report."""
        return Rows(self.call("GET", "/reading-list"), ("priority", *_STUDY_COLUMNS))

    def nodes(self) -> Rows:
        """List the nodes the archive knows."""
        return Rows(self.call("GET", "/nodes"), ("ae", "host", "port", "rights", "description"))

    def add_node(self, ae: str, host: str, port: int, **facts: Any) -> dict[str, Any]:
        """Register a node; further facts: description, rights."""
        body = {"ae": ae, "host": host, "port": port, **facts}
        answer: dict[str, Any] = self.call("POST", "/nodes", body)
        return answer

    def change_node(self, ae: str, /, **changes: Any) -> dict[str, Any]:
        """Change a node's ae, host, port, description or rights."""
        answer: dict[str, Any] = self.call("PATCH", f"/nodes/{ae}", changes)
        return answer

    def remove_node(self, ae: str) -> None:
        """Take a node out of the table."""
        self.call("DELETE", f"/nodes/{ae}")

    def echo_node(self, ae: str) -> Outcome:
        """C-ECHO from the archive to a node."""
        return Outcome.of(
            f"C-ECHO from the archive to {ae}", self.call("POST", f"/nodes/{ae}/echo", {})
        )

    def settings(self) -> Rows:
        """List the archive's settings."""
        return Rows(self.call("GET", "/settings"), ("key", "value", "default", "what"))

    def setting(self, key: str) -> Any:
        """Return one setting's value."""
        found = {row["key"]: row["value"] for row in self.call("GET", "/settings")}
        if key not in found:
            raise UsageError(f"There is no setting '{key}'.", f"There are: {', '.join(found)}.")
        return found[key]

    def set(self, key: str, value: Any) -> Any:
        """Change one setting."""
        return self.call("PUT", f"/settings/{key}", {"value": value})["value"]

    def audit(self, text: str = "", **filters: str) -> Rows:
        """Search what happened at the archive; filters: kind, since, node, limit."""
        rows = self.call("GET", "/audit", query={"text": text, **filters})
        return Rows(rows, ("hospital", "id", "kind", "text"))


def attempt(what: str, function: Any, *arguments: Any, **options: Any) -> Outcome:
    """Do something over the network and say how it ended."""
    try:
        result = function(*arguments, **options)
    except NetworkError as error:
        facts = {"triple": getattr(error, "triple", None), "status": getattr(error, "status", None)}
        return Outcome(
            ok=False,
            what=what,
            kind=error.kind,
            error=error.sentence,
            remedy=error.remedy,
            facts=facts,
        )
    return Outcome(ok=True, what=what, facts=vars(result) if result is not None else {})


def _study_query(study_uid: str) -> Dataset:
    query = Dataset()
    query.QueryRetrieveLevel = "STUDY"
    query.StudyInstanceUID = study_uid
    return query
