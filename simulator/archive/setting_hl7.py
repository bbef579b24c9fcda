"""Settings of the archive's HL7 interface."""

from __future__ import annotations

from simulator.archive.setting import Setting

HL7 = (
    Setting(
        key="hl7.application",
        default="PACSLAB",
        what="The receiving application (MSH-5) the archive answers to; others meet AR.",
        rule="HL7 v2.5.1 2.15.9.5 (MSH-5).",
        breaks="Interfaces that still send the old name meet AR, and orders stop.",
    ),
    Setting(
        key="hl7.patient_updates",
        default=True,
        what="Whether an ADT update changes patients' names in the archive; off: answered, "
        "but ignored.",
        rule="IHE Patient Information Reconciliation (PIR): the archive follows ADT.",
        breaks="Off: a corrected name stays wrong on the images.",
    ),
    Setting(
        key="hl7.orders_first",
        default=True,
        what="Whether a new study is matched with orders learnt by HL7 before the worklist is "
        "asked; off: the worklist alone decides.",
        rule="IHE Scheduled Workflow: orders come to the archive by HL7 (RAD-4).",
        breaks="Off: no worklist, no match.",
    ),
)
