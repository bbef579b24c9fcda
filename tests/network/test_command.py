"""Our encoding of command sets against pydicom's and pynetdicom's."""

from __future__ import annotations

from io import BytesIO
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydicom.dataset import Dataset
from pydicom.tag import Tag
from pydicom.uid import UID
from pynetdicom import dimse_messages, dimse_primitives
from pynetdicom.dsutils import decode as pynetdicom_decode
from pynetdicom.dsutils import encode as pynetdicom_encode

from simulator.network import command as cmd

_NUMBERS = st.integers(0, 0xFFFF)
_LETTERS = st.characters(min_codepoint=33, max_codepoint=126, exclude_characters="\\")
_TEXT = st.text(_LETTERS, min_size=1, max_size=16)
_BY_VR: dict[str, st.SearchStrategy[Any]] = {
    "US": _NUMBERS,
    "UI": st.from_regex(r"[1-9][0-9]{0,8}(\.[1-9][0-9]{0,8}){1,5}", fullmatch=True),
    "AE": _TEXT,
    "LO": _TEXT,
    "AT": st.lists(st.integers(0, 0xFFFFFFFF), min_size=1, max_size=4),
}
_COMMANDS = st.fixed_dictionaries(
    {"CommandField": _NUMBERS},
    optional={
        keyword: _BY_VR[vr]
        for keyword, (_, vr) in cmd.ELEMENTS.items()
        if keyword != "CommandField"
    },
)


@given(_COMMANDS)
def test_round_trip(command: cmd.Command) -> None:
    assert cmd.decode(cmd.encode(command)) == command


@given(_COMMANDS.filter(lambda c: not {"AttributeIdentifierList", "OffendingElement"} & c.keys()))
def test_pydicom_reads_what_we_write(command: cmd.Command) -> None:
    ds = pynetdicom_decode(BytesIO(cmd.encode(command)), True, True)
    ds.walk(lambda dataset, element: None)
    length = ds.pop(Tag(0x00000000)).value
    assert {element.keyword: _plain(element.value) for element in ds} == command
    assert length == len(cmd.encode(command)) - 12


@given(_COMMANDS)
def test_we_read_what_pydicom_writes(command: cmd.Command) -> None:
    ds = Dataset()
    for keyword, value in command.items():
        setattr(ds, keyword, value)
    data = pynetdicom_encode(ds, True, True)
    assert data is not None
    assert cmd.decode(data) == command
    assert cmd.encode(command)[12:] == data


def _plain(value: Any) -> Any:
    return str(value) if isinstance(value, (UID, str)) else int(value)


def test_a_real_store_request_is_byte_for_byte_pynetdicoms() -> None:
    primitive = dimse_primitives.C_STORE()
    primitive.MessageID = 7
    primitive.AffectedSOPClassUID = UID("1.2.840.10008.5.1.4.1.1.2")
    primitive.AffectedSOPInstanceUID = UID("1.2.3.4.5")
    primitive.Priority = 2
    primitive.MoveOriginatorApplicationEntityTitle = "WS1"
    primitive.MoveOriginatorMessageID = 3
    primitive.DataSet = BytesIO(b"\x08\x00\x05\x00\x00\x00\x00\x00")
    message = dimse_messages.C_STORE_RQ()
    message.primitive_to_message(primitive)
    theirs = pynetdicom_encode(message.command_set, True, True)
    ours = cmd.encode(
        {
            "CommandField": cmd.C_STORE,
            "MessageID": 7,
            "AffectedSOPClassUID": "1.2.840.10008.5.1.4.1.1.2",
            "AffectedSOPInstanceUID": "1.2.3.4.5",
            "Priority": 2,
            "CommandDataSetType": message.command_set.CommandDataSetType,
            "MoveOriginatorApplicationEntityTitle": "WS1",
            "MoveOriginatorMessageID": 3,
        }
    )
    assert ours == theirs


def test_a_real_move_response_is_read() -> None:
    primitive = dimse_primitives.C_MOVE()
    primitive.MessageIDBeingRespondedTo = 5
    primitive.AffectedSOPClassUID = UID("1.2.840.10008.5.1.4.1.2.2.2")
    primitive.Status = 0xFF00
    primitive.NumberOfRemainingSuboperations = 3
    primitive.NumberOfCompletedSuboperations = 1
    primitive.NumberOfFailedSuboperations = 0
    primitive.NumberOfWarningSuboperations = 0
    message = dimse_messages.C_MOVE_RSP()
    message.primitive_to_message(primitive)
    data = pynetdicom_encode(message.command_set, True, True)
    assert data is not None
    command = cmd.decode(data)
    assert command["CommandField"] == cmd.C_MOVE | cmd.RESPONSE
    assert command["MessageIDBeingRespondedTo"] == 5
    assert command["NumberOfRemainingSuboperations"] == 3
    assert command["Status"] == 0xFF00


def test_our_table_of_elements_is_pydicoms() -> None:
    for keyword, (element, vr) in cmd.ELEMENTS.items():
        ds = Dataset()
        setattr(ds, keyword, 1 if vr in ("US", "AT") else "1.2")
        (found,) = ds
        assert (found.tag, found.VR) == (Tag(0, element), vr)


def test_values_that_are_none_are_left_out() -> None:
    assert cmd.decode(cmd.encode({"CommandField": 1, "Status": None})) == {"CommandField": 1}


def test_unknown_elements_are_passed_over() -> None:
    unknown = b"\x00\x00\xff\x4f\x02\x00\x00\x00ab"
    assert cmd.decode(cmd.encode({"CommandField": 0x30}) + unknown) == {"CommandField": 0x30}


def test_a_title_is_read_without_its_padding() -> None:
    command = {"CommandField": 1, "MoveDestination": "  WS1 "}
    assert cmd.decode(cmd.encode(command))["MoveDestination"] == "WS1"


def test_a_comment_is_cut_to_what_its_vr_holds() -> None:
    command = cmd.decode(cmd.encode({"CommandField": 1, "ErrorComment": "x" * 99}))
    assert command["ErrorComment"] == "x" * 64


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"\x08\x00\x05\x00\x00\x00\x00\x00",  # group 0008
        b"\x00\x00\x00\x01\xff\xff\xff\xff",  # longer than the message
        b"\x00\x00\x10\x01\x02\x00\x00\x00\x01\x00",  # no Command Field
        b"\x00\x00\x00\x01\x00\x00\x00\x00",  # an empty Command Field
        b"\x00\x00\x00\x01\x01\x00\x00\x00\x01",  # half a Command Field
    ],
)
def test_a_malformed_set_is_a_value_error(data: bytes) -> None:
    with pytest.raises(ValueError, match="command set"):
        cmd.decode(data)


@given(st.binary(max_size=200))
def test_any_bytes_at_all_are_a_command_or_a_value_error(data: bytes) -> None:
    try:
        command = cmd.decode(data)
    except ValueError:
        return
    assert isinstance(command["CommandField"], int)
