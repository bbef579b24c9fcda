"""Why an examination is asked for, by modality: what stands on the request form."""

from __future__ import annotations

from random import Random

INDICATIONS = {
    "CT": (
        "Persistent cough, weight loss",
        "Abdominal pain, rule out appendicitis",
        "Fall, head injury, on anticoagulants",
        "Follow-up of a pulmonary nodule",
        "Suspected pulmonary embolism",
        "Staging before surgery",
    ),
    "MR": (
        "Chronic headache",
        "Low back pain radiating to the left leg",
        "Follow-up of multiple sclerosis",
        "First seizure",
        "Dizziness, hearing loss on one side",
    ),
    "DX": (
        "Cough and fever for three days",
        "Pre-operative assessment",
        "Check position of a central line",
        "Suspected ileus",
        "Shortness of breath",
    ),
    "US": (
        "Right upper quadrant pain after meals",
        "Raised liver enzymes",
        "Renal colic on the left side",
        "Rising creatinine",
        "Follow-up of a liver cyst",
    ),
}
_OTHERS = ("Clinical question in the referral letter", "Follow-up", "Pain of unknown origin")


def indication(modality: str, chance: Random) -> str:
    """Choose a reason that fits the modality."""
    return chance.choice(INDICATIONS.get(modality, _OTHERS))
