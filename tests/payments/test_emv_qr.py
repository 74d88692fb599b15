"""The grammar of codes for payment: objects in a line with a checksum, read and written to their greatest length."""

from __future__ import annotations

import pytest

from payments.domain import emv_qr
from payments.errors import QrDamaged, QrUnknown

LONGEST = [*((f"{name}", "x" * 99) for name in range(80, 84)), ("84", "x" * 82)]


def payload_around(line):
    """A payload whose objects are this line, with a checksum that is right."""
    checked = f"000201{line}6304"
    return checked + emv_qr.compute_checksum(checked)


def test_checksum_equals_the_published_check_value():
    assert emv_qr.compute_checksum("123456789") == "29B1"


@pytest.mark.parametrize("announced", ["", "6303", "6204"], ids=["nothing", "another length", "another id"])
def test_checksum_that_is_not_announced_as_one_is_refused(announced):
    checked = f"0002015802ID{announced}"

    with pytest.raises(QrDamaged):
        emv_qr.read_objects(checked + emv_qr.compute_checksum(checked))


@pytest.mark.parametrize(
    "line",
    ["5802ID5802ID", "5899ID", "5800", "58", "5A02ID", "5٢02ID", "6304ABCD5802ID"],
    ids=["repeated", "overrun", "empty", "no length", "letter in id", "foreign digit", "checksum inside"],
)
def test_objects_against_the_grammar_are_refused(line):
    with pytest.raises(QrDamaged):
        emv_qr.read_objects(payload_around(line))


def test_longest_payload_is_written_and_read():
    payload = emv_qr.write_objects(LONGEST)

    assert len(payload) == 512
    assert emv_qr.read_objects(payload) == {"00": "01", **dict(LONGEST)}


def test_longer_payload_is_neither_written_nor_read():
    longer = [*LONGEST[:-1], ("84", "x" * 83)]

    with pytest.raises(ValueError, match="513 characters"):
        emv_qr.write_objects(longer)
    with pytest.raises(QrUnknown):
        emv_qr.read_objects(payload_around(emv_qr.write_template(longer)))


@pytest.mark.parametrize("value", ["", "x" * 100], ids=["empty", "too long"])
def test_object_whose_length_cannot_be_told_is_not_written(value):
    with pytest.raises(ValueError, match=f"object 80 has {len(value)} characters"):
        emv_qr.write_template([("80", value)])
