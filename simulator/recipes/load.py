"""A day for any DICOM peer: the timetable's visits as examinations of invented patients."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor, as_completed
from dataclasses import dataclass, replace
from datetime import datetime
from random import Random
from typing import Any

from simulator.crew import Crew
from simulator.errors import CannotError
from simulator.fleet.profile import ModalityProfile, load_profiles
from simulator.fleet.shares import Delivered, Share, deliver
from simulator.fleet.tally import Tally
from simulator.fleet.timetable import Visit, examined, timetable
from simulator.hospital.indications import indication
from simulator.imaging.exam import Exam
from simulator.imaging.uids import digest, make_uid
from simulator.network.associate import Peer
from simulator.people import colleagues, patient
from simulator.recipes.cases import INSTITUTION

Submit = Callable[[Share], "Future[Delivered]"]


@dataclass(frozen=True, kw_only=True)
class Load:
    """What is to be sent where; no `speed` means as fast as can be."""

    peer: Peer
    beds: int
    hours: float
    speed: float | None
    pixels: str
    seed: int
    start: datetime


def run(load: Load, tally: Tally, progress: Callable[[], None], dask: str = "") -> float:
    """Send a day; returns seconds. With `dask`, the workers of that scheduler do it."""
    began = time.monotonic()
    booked = timetable(
        load_profiles(), beds=load.beds, start=load.start, hours=load.hours, seed=load.seed
    )
    visits = examined(booked)
    tally.of, tally.no_shows = len(visits), len(booked) - len(visits)
    for visit in visits:
        tally.met(waited=visit.waited, identified=visit.identified, error=visit.error)
    work = _by_dask(dask) if dask else _by_crew()
    for done in _answers(load, visits, work, began):
        told = f"{done.modality}: {done.error}" if done.error else ""
        tally.add(done.modality, done.ended, done.objects, done.bytes, told)
        progress()
    return time.monotonic() - began


def shares(load: Load, visits: list[Visit]) -> Iterator[Share]:
    """Yield the work, in the order in which examinations end."""
    profiles = load_profiles()
    for visit in visits:
        profile = profiles[visit.device]
        exam = _exam(load.seed, visit, profile)
        if visit.error == "wrong-patient":  # the images bear the identity of the next one
            next_one = replace(visit, number=visit.number + 1, error="")
            other = _exam(load.seed, next_one, profile)
            exam = replace(exam, patient_name=other.patient_name, patient_id=other.patient_id)
        yield Share(
            profile=profile,
            exam=exam,
            ended=visit.ended,
            seed=load.seed,
            pixels=load.pixels,
            peer=load.peer,
            times=2 if visit.error == "sent-twice" else 1,
        )


def _exam(seed: int, visit: Visit, profile: ModalityProfile) -> Exam:
    key = (seed, visit.number, visit.came.isoformat())
    chance, who = Random(digest("load", *key)), patient(seed, visit.number)
    protocol = visit.protocol
    if visit.error == "wrong-protocol":
        protocol = next((p for p in profile.protocols if p != protocol), protocol)
    number = f"{digest('load accession', *key) % 10**8:08d}" if visit.identified else ""
    unknown = f"TRAUMA-{visit.came:%m%d}-{visit.number}"
    return Exam(
        patient_name=who.name if visit.identified else f"UNKNOWN^{visit.number}",
        patient_id=who.mrn if visit.identified else unknown,
        issuer=who.issuer if visit.identified else "",
        birth_date=who.birth_date if visit.identified else "",
        sex=who.sex if visit.identified else "O",
        accession=number and f"L{number}",
        study_uid=make_uid("load", *key),
        requested_procedure_id=number and f"RP{number}",
        step_id=number and f"SP{number}",
        procedure=profile.protocols[protocol].description if visit.identified else "",
        protocol=protocol,
        indication=indication(profile.modality, chance),
        referring=chance.choice(colleagues(seed, "referring")).name,
        performing=chance.choice(colleagues(seed, "radiologist")).name,
        institution=INSTITUTION,
        station=profile.ae_title,
        started=visit.began,
        pps_uid=make_uid("load step", *key),
        pps_id=f"PPS{digest('load step', *key) % 10**9:09d}",
        other_side=visit.error == "other-side",
    )


def _answers(
    load: Load, visits: list[Visit], work: tuple[Submit, Callable[[], None]], began: float
) -> Iterator[Delivered]:
    """Hand out the work, at its time if there is a speed, and yield what comes back."""
    submit, close = work
    pending: set[Future[Delivered]] = set()
    try:
        for share in shares(load, visits):
            if load.speed:
                due = began + (share.ended - load.start).total_seconds() / load.speed
                time.sleep(max(0.0, due - time.monotonic()))
            pending.add(submit(share))
            done = {future for future in pending if future.done()}
            pending -= done
            yield from (future.result() for future in done)
        yield from (future.result() for future in as_completed(pending))
    finally:
        close()


def _by_crew() -> tuple[Submit, Callable[[], None]]:
    """Work with helper processes of this machine, one for each processor."""
    size = max(1, os.cpu_count() or 1)
    crew, pool = Crew(size), ThreadPoolExecutor(size)

    def close() -> None:
        pool.shutdown(wait=True, cancel_futures=True)
        crew.close()

    return (lambda share: pool.submit(crew.run, deliver, share)), close


def _by_dask(address: str) -> tuple[Submit, Callable[[], None]]:
    """Work with the workers of a Dask scheduler; PACS Lab must be installed where they are."""
    try:
        from distributed import Client
    except ImportError:
        raise CannotError(
            "Dask is not installed here.", "Install it: pip install 'pacslab[dask]'."
        ) from None
    try:
        client: Any = Client(address, timeout=10)
    except (OSError, ValueError) as error:
        raise CannotError(f"There is no Dask scheduler at {address}: {error}.") from error
    pool = ThreadPoolExecutor(max(1, sum(client.ncores().values())))

    def close() -> None:
        pool.shutdown(wait=True, cancel_futures=True)
        client.close()

    return (lambda share: pool.submit(lambda: client.submit(deliver, share).result())), close
