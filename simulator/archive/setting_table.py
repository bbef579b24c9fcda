"""The table of all settings, with their defaults: where real archives differ, ours has one."""

from __future__ import annotations

from simulator.archive.setting import Setting
from simulator.archive.setting_access import ACCESS
from simulator.archive.setting_audit import AUDIT
from simulator.archive.setting_fixup import FIXUP
from simulator.archive.setting_hl7 import HL7
from simulator.archive.setting_lifecycle import LIFECYCLE
from simulator.archive.setting_monitor import MONITOR
from simulator.archive.setting_network import NETWORK
from simulator.archive.setting_query import QUERY
from simulator.archive.setting_routing import ROUTING
from simulator.archive.setting_store import STORE

SETTINGS = {
    setting.key: setting
    for setting in (
        *NETWORK,
        *HL7,
        *ACCESS,
        *AUDIT,
        *MONITOR,
        *QUERY,
        *STORE,
        *ROUTING,
        *LIFECYCLE,
        *FIXUP,
        Setting(
            key="retrieve.c_get",
            default=True,
            what="Whether C-GET is offered; many archives only do C-MOVE.",
            rule="PS3.4 C.4.3; PS3.2 says whether it is supported.",
            breaks="Off: viewers behind a firewall, that cannot be called, get no images.",
        ),
        Setting(
            key="login.lockout",
            default=True,
            what="Whether an account is locked after too many wrong passwords.",
            rule="NIST SP 800-63B 5.2.2: limit wrong attempts.",
            breaks="Off: passwords can be tried without end.",
        ),
        Setting(
            key="login.max_failures",
            default=5,
            low=1,
            high=50,
            what="How many wrong passwords in a row lock an account.",
            rule="NIST SP 800-63B 5.2.2: at most 100.",
            breaks="Too low: people lock themselves out in the night shift.",
        ),
        Setting(
            key="login.session_minutes",
            default=480,
            low=1,
            high=10080,
            what="Minutes (real time) after which a log-in must be repeated.",
            rule="NIST SP 800-63B 4.2.3: at most 12 hours at its second level.",
            breaks="Too long: an open session of somebody who has gone is used by others.",
        ),
        Setting(
            key="login.min_password",
            default=10,
            low=4,
            high=128,
            what="Fewest characters of a new password.",
            rule="NIST SP 800-63B 5.1.1.2: at least 8.",
            breaks="A change counts for new passwords only.",
        ),
        Setting(
            key="web.cors_origins",
            default="none",
            pattern=r"none|((\*|https?://[A-Za-z0-9.:\[\]-]+)( |$))+",
            form="origins (http://host:port) with spaces between them, * for all, or none",
            what="Which web pages of other origins a browser lets use DICOMweb (CORS).",
            rule="PS3.18 leaves it to HTTP: WHATWG Fetch (CORS).",
            breaks="none: a viewer from another origin shows nothing. *: any web page may read.",
        ),
        Setting(
            key="orders.source",
            default="RISLAB",
            what="The node whose worklist is asked for the order of a newly arrived study.",
            rule="IHE Scheduled Workflow: the order filler answers worklist queries.",
            breaks="A wrong node: every new study stays unmatched.",
        ),
    )
}
