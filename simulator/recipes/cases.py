"""From a recipe's parts to examinations: who is examined, when, on which device."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from random import Random
from types import MappingProxyType

from simulator.errors import UsageError
from simulator.fleet.profile import ModalityProfile, Protocol, Series, load_profiles
from simulator.hospital.indications import indication
from simulator.imaging.exam import Exam
from simulator.imaging.uids import digest, make_uid
from simulator.people import colleagues, patient
from simulator.recipes.recipe import Part, Recipe

INSTITUTION = "PACS Lab General Hospital"


@dataclass(frozen=True, kw_only=True)
class Case:
    """One study to be made."""

    number: int
    profile: ModalityProfile
    exam: Exam
    part: Part


def cases(recipe: Recipe, seed: int | None = None, studies: int | None = None) -> Iterator[Case]:
    """Yield the studies of a recipe; `studies` takes the first ones, or repeats the last part."""
    seed = recipe.seed if seed is None else seed
    parts = _repeated(recipe, studies)
    number = 0
    for part in parts:
        for profile, protocol in _devices(part):
            for turn in range(part.count):
                if studies is not None and number >= studies:
                    return
                number += 1
                yield Case(
                    number=number,
                    profile=_cut(profile, protocol, part),
                    exam=_exam(recipe.name, seed, profile, protocol, part, turn, number),
                    part=part,
                )


def _repeated(recipe: Recipe, studies: int | None) -> tuple[Part, ...]:
    """Return the parts; the last one has room for as many studies as are asked for."""
    *first, last = recipe.study
    return (*first, replace(last, count=max(last.count, studies or 0)))


def sample(modality: str, seed: int, studies: int, pixels: str) -> Recipe:
    """Return a recipe of studies of one modality (CT) or device (CT1), with likely indications."""
    known = load_profiles()
    able = [p for p in known.values() if modality in (p.modality, p.name)]
    if not able:
        modalities = sorted({p.modality for p in known.values()})
        raise UsageError(
            f"There is no data set, modality or device '{modality}'.",
            f"Modalities: {', '.join(modalities)}; 'pacslab dataset list' shows the data sets.",
        )
    parts = []
    for n in range(studies):
        chance = Random(digest("sample", seed, modality, n))
        profile = able[n % len(able)]
        at = datetime(2026, 3, 2, 7, 30) + timedelta(minutes=20 * n)
        parts.append(
            Part(
                device=profile.name,
                protocol=chance.choice(sorted(profile.protocols)),
                patient=n,
                at=at.isoformat(),
                indication=indication(profile.modality, chance),
            )
        )
    title = f"{studies} studies of {modality}"
    return Recipe(
        name=modality.lower(), title=title, says=title, seed=seed, pixels=pixels, study=tuple(parts)
    )


def _devices(part: Part) -> Iterator[tuple[ModalityProfile, str]]:
    known = load_profiles()
    if part.device != "*" and part.device not in known:
        raise UsageError(f"There is no device '{part.device}'.", f"Known: {', '.join(known)}.")
    for profile in known.values() if part.device == "*" else [known[part.device]]:
        for protocol in profile.protocols:
            if (
                part.protocol == "*"
                or profile.protocol(part.protocol) is profile.protocols[protocol]
            ):
                yield profile, protocol


def _exam(
    recipe: str, seed: int, profile: ModalityProfile, protocol: str, part: Part, turn: int,
    number: int,
) -> Exam:  # fmt: skip
    """Return what the device knows; what the part does not say follows from the seed."""
    who = patient(seed, part.patient + (turn if part.patient else number))
    key = (seed, recipe, number)
    chance = Random(digest("case", *key))
    accession = f"D{digest('accession', *key) % 10**8:08d}" if part.scheduled else ""
    request = f"{digest('request', *key) % 10**7:07d}" if part.scheduled else ""
    at = datetime.fromisoformat(part.at) + timedelta(minutes=part.minutes_apart * turn)
    return Exam(
        patient_name=part.name or who.name,
        patient_id=part.patient_id or who.mrn,
        issuer=who.issuer if part.issuer is None else part.issuer,
        birth_date=who.birth_date if part.birth_date is None else part.birth_date,
        sex=who.sex if part.sex is None else part.sex,
        accession=accession if part.accession is None else part.accession,
        study_uid=make_uid("data set", *key),
        requested_procedure_id=request and f"RP{request}",
        step_id=request and f"SP{request}",
        procedure=profile.protocols[protocol].description if part.scheduled else "",
        protocol=protocol,
        indication=part.indication,
        referring=chance.choice(colleagues(seed, "referring")).name if part.scheduled else "",
        performing=chance.choice(colleagues(seed, "radiologist")).name if part.scheduled else "",
        institution=INSTITUTION,
        station=profile.ae_title,
        started=at,
        pps_uid=make_uid("data set step", *key),
        pps_id=f"PPS{digest('data set step', *key) % 10**9:09d}",
        character_set=part.character_set or "ISO_IR 100",
    )


def _cut(profile: ModalityProfile, key: str, part: Part) -> ModalityProfile:
    """Return the profile with what the part leaves out of a protocol cut away."""
    protocol = profile.protocols[key]
    wanted = part.series or tuple(range(1, len(protocol.series) + 1))
    if not (part.series or part.images or part.side):
        return profile
    series = tuple(_smaller(protocol.series[number - 1], part) for number in wanted)
    protocols: Mapping[str, Protocol] = {key: replace(protocol, series=series)}
    return replace(profile, protocols=MappingProxyType(protocols))


def _smaller(series: Series, part: Part) -> Series:
    sizes = {}
    for name in ("small", "full"):
        size = getattr(series, name)
        images = min(size.images, part.images or size.images)
        rows, columns = size.rows, size.columns
        if part.side and rows:
            rows, columns = part.side, max(8, part.side * columns // rows)
        sizes[name] = replace(size, images=images, rows=rows, columns=columns)
    return replace(series, **sizes)
