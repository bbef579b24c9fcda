"""The statements that every filing runs, prepared: is it known, of which series, enter it."""

from __future__ import annotations

from sqlalchemy import BindParameter, Executable, bindparam, select
from sqlalchemy.dialects import postgresql, sqlite

from simulator.archive import tables as t
from simulator.database.prepared import Prepared


def _instance_key(dialect: str) -> Executable:
    return select(t.instances.c.pk).where(t.instances.c.sop_uid == bindparam("sop_uid"))


def _series_key(dialect: str) -> Executable:
    return (
        select(t.series.c.pk)
        .select_from(t.series.join(t.studies))
        .where(
            t.studies.c.study_uid == bindparam("study_uid"),
            t.series.c.series_uid == bindparam("series_uid"),
        )
    )


def _add_instance(dialect: str) -> Executable:
    insert = postgresql.insert if dialect == "postgresql" else sqlite.insert
    names = [column.name for column in t.instances.c if column.name != "pk"]
    row: dict[str, BindParameter[object]] = {name: bindparam(name) for name in names}
    same = [t.instances.c.sop_uid]
    return insert(t.instances).values(row).on_conflict_do_nothing(index_elements=same)


INSTANCE_KEY = Prepared(_instance_key)  # sop_uid → pk
SERIES_KEY = Prepared(_series_key)  # study_uid, series_uid → pk
ADD_INSTANCE = Prepared(_add_instance)  # a row of `instances`; changes nothing if it is there
