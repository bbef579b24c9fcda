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
    "CR": (
        "Check position of a central line",
        "Fall on the outstretched hand, fracture?",
        "Knee pain after a fall",
        "Shortness of breath, cannot stand",
        "Ventilated, daily film",
    ),
    "MG": (
        "Screening",
        "Palpable lump in the left breast",
        "Follow-up after breast-conserving surgery",
        "Family history of breast cancer",
    ),
    "XA": (
        "Unstable angina, chest pain at rest",
        "Non-ST-elevation myocardial infarction",
        "Intermittent claudication, pain after 100 metres",
        "Rest pain of the left foot",
    ),
    "RF": (
        "Food sticks in the throat",
        "Aspiration after a stroke",
        "Reflux, before surgery",
        "Control after oesophageal surgery",
    ),
    "NM": (
        "Bone pain, known carcinoma of the prostate",
        "Staging of carcinoma of the breast",
        "Pain at a hip prosthesis, loosening?",
    ),
    "PT": (
        "Staging of lung cancer",
        "Lymphoma, response after two cycles",
        "Rising tumour marker",
    ),
    "OT": (
        "Consent and questionnaire, on paper",
        "Outside report, scanned",
        "Referral letter, scanned",
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
