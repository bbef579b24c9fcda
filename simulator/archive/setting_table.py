"""The table of all settings, with their defaults: where real archives differ, ours has one."""

from __future__ import annotations

from simulator.archive.setting import Setting
from simulator.archive.setting_hl7 import HL7
from simulator.archive.setting_network import NETWORK

SETTINGS = {
    setting.key: setting
    for setting in (
        *NETWORK,
        *HL7,
        Setting(
            key="store.duplicates",
            default="keep_first",
            choices=("keep_first", "refuse", "replace"),
            what="What a second copy of a SOP Instance UID meets: kept first copy and success, "
            "refusal (0x0111), or replacement.",
        ),
        Setting(
            key="query.limit",
            default=0,
            low=0,
            high=1_000_000,
            what="Most answers to one query, 0 for no limit; more end in 0xA700.",
        ),
        Setting(
            key="query.case_sensitive_names",
            default=False,
            what="Whether a search for 'smith' misses SMITH (PS3.4 C.2.2.2.1 leaves it open).",
        ),
        Setting(
            key="query.patient_root",
            default=True,
            what="Whether the Patient Root information model is offered.",
        ),
        Setting(
            key="retrieve.c_get",
            default=True,
            what="Whether C-GET is offered; many archives only do C-MOVE.",
        ),
        Setting(
            key="login.lockout",
            default=True,
            what="Whether an account is locked after too many wrong passwords.",
        ),
        Setting(
            key="login.max_failures",
            default=5,
            low=1,
            high=50,
            what="How many wrong passwords in a row lock an account.",
        ),
        Setting(
            key="login.session_minutes",
            default=480,
            low=1,
            high=10080,
            what="Minutes (real time) after which a log-in must be repeated.",
        ),
        Setting(
            key="login.min_password",
            default=10,
            low=4,
            high=128,
            what="Fewest characters of a new password.",
        ),
        Setting(
            key="web.cors_origins",
            default="none",
            pattern=r"none|((\*|https?://[A-Za-z0-9.:\[\]-]+)( |$))+",
            form="origins (http://host:port) with spaces between them, * for all, or none",
            what="Which web pages of other origins a browser lets use DICOMweb (CORS).",
        ),
        Setting(
            key="orders.source",
            default="RISLAB",
            what="The node whose worklist is asked for the order of a newly arrived study.",
        ),
    )
}
