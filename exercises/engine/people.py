"""Patients of exercises: made-up names, and numbers that the RIS never gives by itself."""

from __future__ import annotations

from datetime import date, timedelta
from random import Random

_FAMILIES = (
    "Abbott", "Becker", "Bianchi", "Castillo", "Dubois", "Ekström", "Fiedler", "Garnier", "Hansen",
    "Ibáñez", "Jansen", "Kowalski", "Lambert", "Møller", "Nguyen", "Okafor", "Pereira", "Quinn",
    "Rossi", "Schäfer", "Tanaka", "Underwood", "Vogel", "Whitaker", "Yilmaz", "Zimmer",
)  # fmt: skip
_GIVEN = {
    "F": ("Anna", "Beatriz", "Clara", "Dorothea", "Elena", "Fiona", "Greta", "Hélène", "Irene",
          "Judith", "Katharina", "Louise", "Marta", "Noor", "Olga", "Paula"),
    "M": ("Adam", "Bruno", "Carlos", "Daniel", "Emil", "Felix", "Georg", "Hugo", "Ivan", "Jakob",
          "Karl", "Leon", "Marcel", "Nils", "Oscar", "Peter"),
}  # fmt: skip
_FIRST, _DAYS = date(1934, 1, 1), 70 * 365


def person(chance: Random) -> dict[str, str]:
    """Return a patient: number, name as DICOM and as people write it, birth date, sex."""
    sex = chance.choice("FM")
    given, family = chance.choice(_GIVEN[sex]), chance.choice(_FAMILIES)
    born = _FIRST + timedelta(days=chance.randrange(_DAYS))
    return {
        "mrn": f"M0{chance.randrange(1_000_000):06d}",  # the RIS's own never begin with M0
        "name": f"{family}^{given}".upper(),
        "plain": f"{given} {family}",
        "birth_date": f"{born:%Y%m%d}",
        "sex": sex,
    }
