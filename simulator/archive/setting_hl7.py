"""Settings of the archive's HL7 interface."""

from __future__ import annotations

from simulator.archive.setting import Setting

HL7 = (
    Setting(
        key="hl7.application",
        default="PACSLAB",
        what="The receiving application (MSH-5) the archive answers to; others meet AR.",
    ),
    Setting(
        key="hl7.patient_updates",
        default=True,
        what="Whether an ADT update changes patients' names in the archive; off: answered, "
        "but ignored.",
    ),
    Setting(
        key="hl7.orders_first",
        default=True,
        what="Whether a new study is matched with orders learnt by HL7 before the worklist is "
        "asked; off: the worklist alone decides.",
    ),
)
