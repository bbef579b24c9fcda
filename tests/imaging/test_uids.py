"""UIDs are valid, short enough, and belong to their parts."""

import uuid

from hypothesis import given
from hypothesis import strategies as st
from pydicom.uid import UID

from simulator.imaging.template import WIDEST
from simulator.imaging.uids import make_uid


@given(st.lists(st.text() | st.integers(), max_size=4))
def test_uids_are_valid_uuid_uids(parts):
    uid = make_uid(*parts)
    assert UID(uid).is_valid and len(uid) <= len(WIDEST["SOPInstanceUID"])
    assert uuid.UUID(int=int(uid.removeprefix("2.25."))).version == 8
    assert uid == make_uid(*parts)


def test_parts_do_not_run_together():
    assert make_uid("a", "bc") != make_uid("ab", "c") != make_uid("abc")
