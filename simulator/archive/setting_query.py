"""The settings of queries: what PS3.4 C.2-C.6 leaves open, and where real archives differ."""

from __future__ import annotations

from simulator.archive.setting import Setting

_WHEN = ("negotiated", "always", "never")

QUERY = (
    Setting(
        key="query.limit",
        default=0,
        low=0,
        high=1_000_000,
        what="Most answers to one query, 0 for no limit.",
        rule="PS3.4 C.4.1.3.1: success says that every match has been sent.",
        breaks="Who does not look at the last status takes the first answers for all there are.",
    ),
    Setting(
        key="query.limit_status",
        default="0xB001",
        choices=("0xB001", "0xA700", "0x0000"),
        what="How a query ends that has more matches than query.limit: a warning that there may "
        "be more (0xB001), a refusal (0xA700), or, as some archives do, as if that were all.",
        rule="PS3.4 C.4.1.1.4 has 0xA700; 0xB001 comes from the Repository Query of C.6.4.",
        breaks="0x0000: nobody can know that studies are missing from the list. 0xB001: an old "
        "client may not know that status.",
    ),
    Setting(
        key="query.case_sensitive_names",
        default=False,
        what="Whether a search for 'smith' misses SMITH.",
        rule="PS3.4 C.2.2.2.1.1 leaves it open for names; all other keys heed the case.",
        breaks="Patients are not found, and get a second record.",
    ),
    Setting(
        key="query.patient_root",
        default=True,
        what="Whether the Patient Root information model is offered.",
        rule="PS3.4 C.3: an archive may have either model.",
        breaks="Clients that ask patients first get no presentation context.",
    ),
    Setting(
        key="query.relational",
        default="negotiated",
        choices=_WHEN,
        what="Whether keys of any level may be combined: where the association agreed on it, "
        "always as many archives do, or never.",
        rule="PS3.4 C.4.1.2.2.1; else a missing unique key above the level is 0xA900 (C.4.1.2.1).",
        breaks="never: clients that search series or images without their study are refused.",
    ),
    Setting(
        key="query.combined_datetime",
        default="negotiated",
        choices=_WHEN,
        what="Whether ranges of a date and its time are one range from moment to moment, instead "
        "of hours on each of the days.",
        rule="PS3.4 C.2.2.2.5.4.",
        breaks="always: 'nights of this week' finds the days, too.",
    ),
    Setting(
        key="query.empty_values",
        default="negotiated",
        choices=_WHEN,
        what='Whether the key "" (two quotation marks) finds what has no value.',
        rule="PS3.4 C.5.1.1, Empty Value Matching.",
        breaks="always: a value of two quotation marks cannot be looked for.",
    ),
    Setting(
        key="query.value_lists",
        default="always",
        choices=_WHEN,
        what="Whether several values of a key that is no UID mean any of them; else the key is "
        "one text with backslashes in it.",
        rule="PS3.4 C.5.1.1, Multiple Value Matching; without it a list is not defined.",
        breaks="never: a search for the modalities CT and MR at once finds nothing.",
    ),
    Setting(
        key="query.match_unknown",
        default=False,
        what="Whether a key finds what has no value there, too.",
        rule="PS3.4 C.2.2.1.2 says so of required keys. Hardly an archive does it, so that it is "
        "off: an emergency study without Accession Number would be in every search for one.",
        breaks="on: lists fill with studies that nobody looked for.",
    ),
    Setting(
        key="query.unsupported_keys",
        default="omit",
        choices=("omit", "empty"),
        what="Whether keys we do not know are left out of the answers or returned empty, as some "
        "archives do; either way answers are 0xFF01.",
        rule="PS3.4 C.2.2.1.3: they shall not be returned.",
        breaks="empty: a client cannot tell 'unknown here' from 'has no value'.",
    ),
    Setting(
        key="query.invalid_values",
        default="refuse",
        choices=("refuse", "ignore"),
        what="Whether a key that makes no sense (a date 2026, a UID with a star) is refused "
        "(0xC000) or passed over.",
        rule="PS3.4 C.4.1.1.4: what cannot be processed is 0xCxxx.",
        breaks="ignore: a mistyped date finds every study.",
    ),
    Setting(
        key="query.star_dates",
        default="any",
        choices=("any", "refuse", "nothing"),
        what="What a lone star means in a date or time: nothing asked, as in an empty key; a value "
        "that makes no sense (query.invalid_values); or a text that no date is equal to.",
        rule="PS3.4 C.2.2.2.4 has no wild cards in dates; many clients send a star there anyway.",
        breaks="refuse: clients that fill a blank date field with a star get errors. nothing: they "
        "get empty lists.",
    ),
    Setting(
        key="query.default_charset",
        default="ISO_IR 6",
        choices=("ISO_IR 6", "ISO_IR 100", "ISO_IR 192"),
        what="How text beyond ASCII is read in a request without Specific Character Set; with "
        "ISO_IR 6 it is refused.",
        rule="PS3.4 C.2.2.2: the default repertoire holds where none is named.",
        breaks="A wrong guess finds other names than were typed, or none.",
    ),
    Setting(
        key="query.answer_charset",
        default="stored",
        choices=("stored", "utf8", "request"),
        what="The character set of answers with text beyond ASCII: that of the stored object, "
        "UTF-8, or that of the request; where it cannot hold the text, UTF-8.",
        rule="PS3.4 C.4.1.1.3.2: it may be another than the request's.",
        breaks="A client that knows only its own character set shows question marks.",
    ),
)
