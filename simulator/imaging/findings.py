"""What an order's indication leads one to find: placed in the phantom, the same in every image.

Trainees tell by it whether the right image hangs with the right patient.
"""

from collections.abc import Callable

import numpy as np

from simulator.imaging.exam import Exam
from simulator.imaging.finding import Finding, ball, blob, sided
from simulator.imaging.noise import generator
from simulator.imaging.tissues import Tissue as T

LUNG = (T.LUNG, T.LUNG_VESSEL)
BRAIN = (T.GREY, T.WHITE, T.NUCLEI, T.CSF)
Random = np.random.Generator


def finding_of(exam: Exam, seed: int) -> Finding | None:
    """Return what the exam shows: it follows from the indication, the place from the patient."""
    text = exam.indication.casefold()
    for words, make in BY_INDICATION:
        if any(word in text for word in words):
            rng = generator("finding", seed, exam.issuer, exam.patient_id, make.__name__)
            return sided(make(rng), text)
    return None


def _uniform(rng: Random, low: float, high: float) -> float:
    return low + (high - low) * float(rng.random())


def nodule(rng: Random) -> Finding:
    """Return a solid nodule in the right lung's upper or middle field."""
    size = _uniform(rng, 5, 9)
    spot = (_uniform(rng, -96, -72), _uniform(rng, -30, 40), _uniform(rng, 478, 540))
    return Finding(
        name="nodule",
        words=f"Solid nodule of {2 * size:.0f} mm in the right lung.",
        side="R",
        lesions=(ball(T.TUMOUR, spot, size, LUNG),),
    )


def mass(rng: Random) -> Finding:
    """Return a lobulated mass in the left upper lobe with a satellite."""
    x, y, z = _uniform(rng, 66, 84), _uniform(rng, -20, 20), _uniform(rng, 505, 535)
    size = _uniform(rng, 15, 21)
    return Finding(
        name="mass",
        words=f"Mass of {2 * size:.0f} mm in the left upper lobe.",
        side="L",
        lesions=(
            ball(T.TUMOUR, (x, y, z), size, LUNG),
            ball(T.TUMOUR, (x + 9, y - 8, z - 12), size * 0.6, LUNG),
            ball(T.TUMOUR, (x + 18, y + 14, z - 36), 4.5, LUNG),
        ),
    )


def pneumonia(rng: Random) -> Finding:
    """Return patchy consolidation in the right lower lobe."""
    spots = [
        ball(
            T.CONSOLIDATION,
            (_uniform(rng, -100, -60), _uniform(rng, 24, 70), _uniform(rng, 420, 462)),
            _uniform(rng, 8, 17),
            LUNG,
        )
        for _ in range(9)
    ]
    return Finding(name="pneumonia", words="Consolidation in the right lower lobe.", side="R",
                   lesions=tuple(spots))  # fmt: skip


def effusion(rng: Random) -> Finding:
    """Return fluid round the base of the left lung, at the back when the patient lies."""
    tall = _uniform(rng, 52, 78)
    return Finding(
        name="effusion",
        words="Pleural effusion on the left.",
        side="L",
        lesions=(
            blob(T.FLUID, (95, 98, 400), (85, 52, tall + 50), LUNG),
            blob(T.FLUID, (126, 20, 392), (34, 100, tall), LUNG),
        ),
    )


def embolism(rng: Random) -> Finding:
    """Return a filling defect astride the pulmonary arteries."""
    return Finding(
        name="embolism",
        words="Filling defect in the right pulmonary artery.",
        side="R",
        lesions=(blob(T.CLOT, (-22, -1, 476), (16, 6, 6), (T.CHAMBER,)),),
    )


def bleed(rng: Random) -> Finding:
    """Return an acute haematoma along the left convexity."""
    thick = _uniform(rng, 12, 17)
    return Finding(
        name="bleed",
        words="Acute extra-axial haematoma over the left convexity.",
        side="L",
        lesions=(blob(T.BLOOD, (70, _uniform(rng, -24, 8), 34), (thick, 52, 36), BRAIN),),
    )


def stroke(rng: Random) -> Finding:
    """Return a hypodense territory of the right middle cerebral artery."""
    spot = (_uniform(rng, -50, -44), 4.0, 22.0)
    return Finding(
        name="stroke", words="Infarct in the right middle cerebral artery's territory.", side="R",
        lesions=(blob(T.OEDEMA, spot, (20, 34, 26), BRAIN),),
    )  # fmt: skip


def plaques(rng: Random) -> Finding:
    """Return ovoid lesions round the ventricles."""
    spots = [
        blob(
            T.PLAQUE,
            (side * _uniform(rng, 18, 34), _uniform(rng, -36, 44), _uniform(rng, 16, 40)),
            (_uniform(rng, 3, 6), _uniform(rng, 2.2, 4), _uniform(rng, 2.2, 4)),
            (T.WHITE,),
        )
        for side in (1.0, -1.0)
        for _ in range(6)
    ]
    words = "Periventricular white matter lesions."
    return Finding(name="plaques", words=words, lesions=tuple(spots))


def tumour(rng: Random) -> Finding:
    """Return a mass in the left temporal lobe with oedema round it."""
    spot, size = (44.0, -14.0, _uniform(rng, -8, 2)), _uniform(rng, 9, 13)
    return Finding(
        name="tumour",
        words="Mass in the left temporal lobe with surrounding oedema.",
        side="L",
        lesions=(
            ball(T.OEDEMA, spot, size + 9, (T.WHITE,)),
            ball(T.TUMOUR, spot, size, BRAIN),
        ),
    )


def schwannoma(rng: Random) -> Finding:
    """Return a mass in the left cerebellopontine angle."""
    over = (*BRAIN, T.PETROUS)
    return Finding(
        name="schwannoma", words="Mass in the left cerebellopontine angle.", side="L",
        lesions=(ball(T.TUMOUR, (22, 16, -36), _uniform(rng, 7, 10), over),),
    )  # fmt: skip


def disc(rng: Random) -> Finding:
    """Return a disc that bulges into the canal at L4/L5 or L5/S1, more to the left."""
    z = (167.0, 132.0)[int(rng.integers(2))]
    return Finding(
        name="disc",
        words="Disc herniation with contact to the left nerve root.",
        side="L",
        lesions=(blob(T.DISC, (4, 74, z), (10, 7, 7), (T.CSF, T.CORD, T.FAT, T.VISCERAL)),),
    )


def stone(rng: Random) -> Finding:
    """Return a stone in the left renal pelvis, and a wider pelvis."""
    return Finding(
        name="stone",
        words="Calculus in the left renal pelvis with hydronephrosis.",
        side="L",
        lesions=(
            blob(T.URINE, (54, 36, 288), (13, 11, 24), (T.VISCERAL, T.CORTEX, T.MEDULLA)),
            ball(T.STONE, (48, 33, 276), _uniform(rng, 3, 5), (T.URINE, T.VISCERAL)),
        ),
    )


def gallstone(rng: Random) -> Finding:
    """Return a stone in the gall bladder."""
    return Finding(name="gallstone", words="Stone in the gall bladder.",
                   lesions=(ball(T.STONE, (-48, -40, 292), 5, (T.BILE,)),))  # fmt: skip


def cyst(rng: Random) -> Finding:
    """Return a simple cyst of the liver."""
    spot = (_uniform(rng, -110, -80), _uniform(rng, -20, 20), _uniform(rng, 330, 350))
    over = (T.LIVER, T.LIVER_VEIN)
    return Finding(
        name="cyst", words="Simple cyst in the right lobe of the liver.",
        lesions=(ball(T.CYST, spot, _uniform(rng, 12, 18), over),),
    )  # fmt: skip


def metastases(rng: Random) -> Finding:
    """Return several liver metastases."""
    spots = [
        ball(
            T.TUMOUR,
            (_uniform(rng, -115, -30), _uniform(rng, -50, 40), _uniform(rng, 310, 370)),
            _uniform(rng, 6, 13),
            (T.LIVER, T.LIVER_VEIN),
        )
        for _ in range(6)
    ]
    words = "Several hypodense lesions of the liver."
    return Finding(name="metastases", words=words, lesions=tuple(spots))


def appendicitis(rng: Random) -> Finding:
    """Return a thick-walled tube with a stone in the right lower quadrant."""
    over = (T.VISCERAL, T.OMENTUM, T.BOWEL)
    return Finding(
        name="appendicitis",
        words="Thickened appendix with an appendicolith.",
        lesions=(
            blob(T.OMENTUM, (-62, 2, 108), (30, 24, 26), (T.VISCERAL,)),
            blob(T.CONSOLIDATION, (-60, 0, 106), (8, 8, 24), over),
            ball(T.STONE, (-60, 0, 112), 3, (T.CONSOLIDATION,)),
        ),
    )


def fracture(rng: Random) -> Finding:
    """Return a fracture; limbs are drawn broken, nothing is painted into volumes."""
    return Finding(name="fracture", words="Fracture with slight displacement.")


def breast_mass(rng: Random) -> Finding:
    """Return a spiculated mass; the breast is drawn with it."""
    words = "Spiculated mass in the upper outer quadrant of the left breast."
    return Finding(name="breast mass", words=words, side="L")


def stenosis(rng: Random) -> Finding:
    """Return a narrowed artery; the vessel tree is drawn with it."""
    return Finding(name="stenosis", words="High-grade stenosis of the proximal LAD.")


def bone_metastases(rng: Random) -> Finding:
    """Return hot spots of the skeleton; the scan is drawn with them."""
    return Finding(name="bone metastases", words="Multiple foci of increased uptake.")


# The first row with a word of the indication decides.
BY_INDICATION: tuple[tuple[tuple[str, ...], Callable[[Random], Finding]], ...] = (
    (("nodule",), nodule),
    (("weight loss", "lung cancer", "lung mass"), mass),
    (("embol",), embolism),
    (("head injury", "bleed", "subdural", "anticoagul"), bleed),
    (("stroke", "hemiparesis", "aphasia"), stroke),
    (("sclerosis",), plaques),
    (("seizure", "brain tumour"), tumour),
    (("hearing loss",), schwannoma),
    (("back pain", "sciatica"), disc),
    (("appendic",), appendicitis),
    (("renal colic", "stone in the kidney", "ureter"), stone),
    (("upper quadrant", "gallstone"), gallstone),
    (("liver cyst",), cyst),
    (("liver enzymes", "liver metast"), metastases),
    (("cough and fever", "pneumonia"), pneumonia),
    (("shortness of breath", "effusion", "dyspnoea"), effusion),
    (("fall", "fracture", "injury", "trauma"), fracture),
    (("lump", "breast mass"), breast_mass),
    (("chest pain", "angina", "stenosis", "infarction"), stenosis),
    (("staging", "bone pain", "metast"), bone_metastases),
)
