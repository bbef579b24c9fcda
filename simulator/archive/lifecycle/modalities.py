"""Modalities a rule may name: the defined terms of (0008,0060) (PS3.3 C.7.3.1.1.1)."""

from __future__ import annotations

from typing import Any

from simulator.errors import UsageError

MODALITIES = frozenset({
    "ANN", "AR", "ASMT", "AU", "BDUS", "BI", "BMD", "CFM", "CR", "CT", "CTPROTOCOL", "DMS",
    "DG", "DOC", "DX", "ECG", "EEG", "EMG", "EOG", "EPS", "ES", "FID", "GM", "HC", "HD",
    "IO", "IOL", "IVOCT", "IVUS", "KER", "KO", "LEN", "LS", "M3D", "MG", "MR", "NM", "OAM",
    "OCT", "OP", "OPM", "OPT", "OPTBSV", "OPTENF", "OPV", "OSS", "OT", "PA", "PLAN", "POS",
    "PR", "PT", "PX", "REG", "RESP", "RF", "RG", "RTDOSE", "RTIMAGE", "RTINTENT", "RTPLAN",
    "RTRAD", "RTRECORD", "RTSEGANN", "RTSTRUCT", "RWV", "SEG", "SM", "SMR", "SR", "SRF",
    "STAIN", "TEXTUREMAP", "TG", "US", "VA", "XA", "XAPROTOCOL", "XC",
})  # fmt: skip


def modality_of(value: Any) -> str:
    """Return a modality, '' for any; raises UsageError for what no image can have."""
    if value not in ("", *MODALITIES) or not isinstance(value, str):
        raise UsageError(
            f"'{str(value)[:20]}' is no modality: such a rule would match nothing.",
            "Use a defined term of (0008,0060): CT, MR, DX, US …",
        )
    return value
