"""The order book: every order of the hospital, durable before anyone is told."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from random import Random
from typing import Any

from sqlalchemy import Connection, Row, insert, select, update

from simulator.clock import Clock
from simulator.database import Database
from simulator.errors import RefusedError, UsageError
from simulator.hospital import history, mapping
from simulator.hospital.facts import as_text, check
from simulator.hospital.making import STREAMS, draft
from simulator.hospital.orders import Order, Procedure, next_status, order_from
from simulator.hospital.procedures import ProcedureTable
from simulator.hospital.tables import counters, orders
from simulator.imaging.uids import digest
from simulator.journal import Journal
from simulator.people import Person, patient

_AGAIN = 0.25  # share of orders for a patient who was here before: they have priors
_EDITABLE = (
    "station_ae", "scheduled", "priority", "indication", "referring", "performing", "modality",
    "protocol", "description", "patient_name", "patient_id", "birth_date", "sex", "issuer",
)  # fmt: skip
_FILTERS = ("accession", "patient_id", "station_ae", "modality", "status", "study_uid", "step_id",
            "requested_procedure_id", "placer", "code")  # fmt: skip


Watcher = Callable[[Order, str], None]  # (the order as it is now, placed | changed | status)


class OrderBook:
    """Places, finds and changes orders; every change is journalled with its actor.

    `table` is the procedure table, which says where each procedure is scheduled.
    """

    def __init__(
        self,
        database: Database,
        seed: int,
        clock: Clock,
        journal: Journal,
        procedures: Sequence[Procedure],
    ) -> None:
        """Keep orders in `database`; `procedures` fill the mapping table the first time."""
        if not procedures:
            raise UsageError("A RIS needs at least one procedure.")
        self.database, self.seed, self.clock, self.journal = database, seed, clock, journal
        self.procedures = tuple(procedures)
        self.watchers: list[Watcher] = []  # told within the transaction of each change
        with database.write() as connection:
            mapping.fill(connection, procedures)
        self.table = ProcedureTable(self)

    # --- placing ------------------------------------------------------------------------------

    def place_next(
        self, scheduled: datetime | None = None, station_ae: str = "", actor: str = "ris",
        protocol: str = "",
    ) -> Order:  # fmt: skip
        """Place the next order of the hospital's day, which follows from (seed, n) alone.

        `scheduled` defaults to now; `station_ae` asks for something that device can do, `protocol`
        for this examination of it.
        """
        with self.database.write():
            order = self.draw(scheduled, station_ae, protocol)
            self.enter(order, actor)
        return order

    def draw(
        self, scheduled: datetime | None = None, station_ae: str = "", protocol: str = ""
    ) -> Order:
        """Return the day's next order without placing it: somebody else is to send it."""
        with self.database.write() as connection:
            n = _count(connection, "day")
            return self._nth(connection, n, scheduled or self.clock.now(), station_ae, protocol)

    def count(self, stream: str) -> int:
        """Return the next number of a stream of orders."""
        with self.database.write() as connection:
            return _count(connection, stream)

    def used(self) -> dict[str, int]:
        """Return how many numbers of each stream of orders are used up."""
        with self.database.read() as connection:
            rows = connection.execute(select(counters.c.stream, counters.c.count))
            return {stream: int(count) for stream, count in rows if stream in STREAMS}

    def skip(self, used: dict[str, int]) -> None:
        """Never use these numbers again; the day's orders come again as they were."""
        for stream in used.keys() - {"day"}:
            with self.database.write() as connection:
                _count(connection, stream)
                row = counters.c.stream == stream
                connection.execute(update(counters).where(row).values(count=used[stream]))

    def enter(self, order: Order, actor: str = "ris") -> None:
        """Place an order that is made already."""
        with self.database.write() as connection:
            _insert(connection, order)
            self._remember(connection, order, actor, "placed", "", order.status)
            self._tell_watchers(order, "placed")
        self._tell_placed(order, actor)

    def place(
        self,
        *,
        code: str,
        person: Person | None = None,
        scheduled: datetime | None = None,
        station_ae: str | None = None,
        priority: str = "ROUTINE",
        indication: str = "",
        referring: str = "",
        accession: str = "",
        status: str = "scheduled",
        actor: str = "ris",
    ) -> Order:
        """Place one order; what is left out follows from the seed and the mapping table."""
        if status not in ("ordered", "scheduled"):
            raise UsageError(f"A new order cannot be {status}.", "Say 'ordered' or 'scheduled'.")
        given = {"priority": priority, "indication": indication, "referring": referring,
                 "accession": accession, "station_ae": station_ae or ""}  # fmt: skip
        check(given)
        if person is not None:
            check({"patient_id": person.mrn, "patient_name": person.name,
                    "birth_date": person.birth_date, "sex": person.sex})  # fmt: skip
        with self.database.write() as connection:
            n = _count(connection, "desk")
            order = draft(
                seed=self.seed,
                stream="desk",
                n=n,
                person=person or patient(self.seed, 1_000_000 + n),
                procedure=mapping.get(connection, code),
                scheduled=scheduled or self.clock.now(),
            )
            changes = {key: value for key, value in given.items() if value}
            if station_ae is not None:
                changes["station_ae"] = station_ae  # blank is a value: any station
            order = order_from({**order.facts(), **changes, "status": status})
            self.enter(order, actor)
        return order

    def _nth(
        self, connection: Connection, n: int, scheduled: datetime, station_ae: str, protocol: str
    ) -> Order:
        chance = Random(digest("order", self.seed, n))
        able = [p for p in self.procedures if station_ae in ("", p.station_ae)]
        able = [p for p in able if protocol in ("", p.protocol)]
        if not able:
            raise UsageError(f"No procedure is done on the station '{station_ae}'.")
        chosen = chance.choice(able)  # who orders does not know what the table has
        who = chance.randrange(n) if n and chance.random() < _AGAIN else n
        return draft(
            seed=self.seed,
            stream="day",
            n=n,
            person=patient(self.seed, who),
            procedure=mapping.find(connection, chosen.code) or chosen,
            scheduled=scheduled,
        )

    # --- finding ------------------------------------------------------------------------------

    def find(self, statuses: Sequence[str] = (), **equal: str) -> list[Order]:
        """Return orders by scheduled time; `equal` names facts that must be exactly so."""
        query = select(orders).order_by(orders.c.scheduled, orders.c.accession)
        if statuses:
            query = query.where(orders.c.status.in_(statuses))
        for key, value in equal.items():
            if key not in _FILTERS:
                known = ", ".join(_FILTERS)
                raise UsageError(f"Orders cannot be searched by '{key}'.", f"Use {known}.")
            query = query.where(orders.c[key] == value)
        with self.database.write() as connection:
            return [_order(row) for row in connection.execute(query)]

    def get(self, accession: str) -> Order:
        """Return one order; raises RefusedError (404) if there is none."""
        with self.database.write() as connection:
            return _get(connection, accession)

    # --- changing -----------------------------------------------------------------------------

    def move(self, accession: str, event: str, actor: str = "ris") -> Order:
        """Move an order's status; raises RefusedError for a move the table does not have."""
        with self.database.write() as connection:
            before = _get(connection, accession)
            after = replace(before, status=next_status(before.status, event))
            _update(connection, after)
            self._remember(connection, after, actor, "status", before.status, after.status)
            self._tell_watchers(after, "status")
        self.journal.write(
            "order.status",
            f"order {accession} was {before.status} and is {after.status} ({actor})",
            accession=accession, old=before.status, new=after.status, event=event, actor=actor,
        )  # fmt: skip
        return after

    def cancel(self, accession: str, actor: str = "ris") -> Order:
        """Cancel an order that has not been started."""
        return self.move(accession, "cancel", actor)

    def edit(self, accession: str, changes: Mapping[str, Any], actor: str = "ris") -> Order:
        """Change facts of an order (station_ae, scheduled, priority, patient_name …)."""
        check(changes, _EDITABLE)
        wanted = {key: as_text(key, value) for key, value in changes.items()}
        with self.database.write() as connection:
            before = _get(connection, accession).facts()
            after = order_from({**before, **wanted})
            changed = {key: value for key, value in wanted.items() if before[key] != value}
            _update(connection, after)
            for key, value in changed.items():
                self._remember(connection, after, actor, key, before[key], value)
            if changed:
                self._tell_watchers(after, "changed")
        for key, value in changed.items():
            self._tell_changed("order.changed", f"order {accession}", key, before[key], value,
                               actor, accession=accession)  # fmt: skip
        return after

    # --- telling ------------------------------------------------------------------------------

    def _tell_watchers(self, order: Order, event: str) -> None:
        for watcher in self.watchers:
            watcher(order, event)

    def _remember(
        self, connection: Connection, order: Order, actor: str, what: str, old: object, new: object
    ) -> None:
        at = self.clock.now().isoformat(timespec="seconds")
        history.note(connection, order.accession, at=at, actor=actor, what=what, old=old, new=new)

    def _tell_placed(self, order: Order, actor: str) -> None:
        self.journal.write(
            "order.placed",
            f"order {order.accession}: {order.procedure.description} for {order.patient.name} "
            f"({order.patient.mrn}) at {order.scheduled:%Y-%m-%d %H:%M} on "
            f"{order.station_ae or 'any station'}",
            accession=order.accession, patient_id=order.patient.mrn, code=order.procedure.code,
            station_ae=order.station_ae, status=order.status, actor=actor,
        )  # fmt: skip

    def _tell_changed(
        self, kind: str, what: str, key: str, old: object, new: object, actor: str, **facts: Any
    ) -> None:
        text = f"{what}: {key} was '{old}' and is '{new}' ({actor})"
        self.journal.write(kind, text, key=key, old=old, new=new, actor=actor, **facts)


def _count(connection: Connection, stream: str) -> int:
    """Return the next number of a stream of orders, beginning with 0."""
    n = connection.execute(select(counters.c.count).where(counters.c.stream == stream)).scalar()
    if n is None:
        connection.execute(insert(counters).values(stream=stream, count=1))
        return 0
    connection.execute(update(counters).where(counters.c.stream == stream).values(count=n + 1))
    return int(n)


def _insert(connection: Connection, order: Order) -> None:
    taken = select(orders.c.accession).where(orders.c.accession == order.accession)
    if connection.execute(taken).first():
        raise RefusedError(f"Accession number {order.accession} is taken.", "Choose another.", 409)
    connection.execute(insert(orders).values(**order.facts()))


def _update(connection: Connection, order: Order) -> None:
    changed = update(orders).where(orders.c.accession == order.accession)
    connection.execute(changed.values(**order.facts()))


def _get(connection: Connection, accession: str) -> Order:
    row = connection.execute(select(orders).where(orders.c.accession == accession)).one_or_none()
    if row is None:
        raise RefusedError(f"There is no order {accession}.", "Look at GET /api/orders.", 404)
    return _order(row)


def _order(row: Row[Any]) -> Order:
    return order_from(dict(row._mapping))
