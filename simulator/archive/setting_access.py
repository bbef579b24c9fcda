"""Settings of accounts, passwords, emergency access and the directory."""

from __future__ import annotations

from simulator.archive.setting import Setting

ACCESS = (
    Setting(
        key="login.revoke_on_disable",
        default=True,
        what="Whether sessions and tokens end with the account; off, as in some products: they "
        "live on until their time is over.",
        rule="NIST SP 800-63B 6.4: revoke without delay.",
        breaks="Off: who was dismissed goes on working.",
    ),
    Setting(
        key="login.token_days",
        default=90,
        low=1,
        high=3650,
        what="Days (real time) until an API token ends.",
        rule="NIST SP 800-63B 6.3 leaves the time to the operator.",
        breaks="Too short: scripts stop in the night. Too long: a lost token lives on.",
    ),
    Setting(
        key="password.classes",
        default=1,
        low=1,
        high=4,
        what="How many kinds of characters (small, capital, digit, other) a new password has.",
        rule="NIST SP 800-63B 5.1.1.2 advises against it; many hospitals demand it.",
        breaks="People choose Password1 and write it down.",
    ),
    Setting(
        key="password.history",
        default=5,
        low=0,
        high=24,
        what="How many of one's last passwords may not be chosen again.",
        rule="NIST SP 800-63B does not ask for it; many hospitals do.",
        breaks="0: who must change a password takes the same again.",
    ),
    Setting(
        key="password.refuse_common",
        default=True,
        what="Whether delivered and common passwords, and the user's name, are refused.",
        rule="NIST SP 800-63B 5.1.1.2 demands it.",
        breaks="Off: delivered passwords stay in use.",
    ),
    Setting(
        key="password.max_age_days",
        default=0,
        low=0,
        high=3650,
        what="Days (hospital time) after which a person must change the password; 0: never.",
        rule="NIST SP 800-63B 5.1.1.2 advises against it; many hospitals demand it.",
        breaks="People count up: Winter1, Winter2.",
    ),
    Setting(
        key="password.service_max_age_days",
        default=0,
        low=0,
        high=3650,
        what="Days (hospital time) after which a service account's password no longer works; "
        "0: never. Nobody is there to change it at a log-in.",
        rule="NIST SP 800-63B 5.1.1.2 advises against it.",
        breaks="A device whose account is over stops sending, often at night.",
    ),
    Setting(
        key="access.emergency_minutes",
        default=60,
        low=1,
        high=1440,
        what="Minutes (real time) that emergency access to a patient's record lasts.",
        rule="HIPAA 45 CFR 164.312(a)(2)(ii) demands a procedure; its length is local.",
        breaks="Too short: it must be opened again in the middle of a case.",
    ),
    Setting(
        key="directory.url",
        default="none",
        pattern=r"none|http://(127(\.\d{1,3}){3}|localhost)(:\d{1,5})?",
        form="the address of a directory on this machine (http://127.0.0.1:port), or none",
        what="The directory whose people may log in with the password they have there.",
        rule="RFC 4511 (LDAP).",
        breaks="A wrong address: people of the directory cannot log in.",
    ),
    Setting(
        key="directory.default_role",
        default="none",
        pattern=r"[a-z][a-z0-9_]{0,31}",
        form="the name of a role",
        what="The role of directory people none of whose groups is mapped; 'none' may do nothing.",
        rule="No standard; least privilege (ISO 27799) says none.",
        breaks="A role with rights: everybody in the directory has them.",
    ),
)
