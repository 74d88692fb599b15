from __future__ import annotations

import pytest

from superapp.accounts.domain import phone_numbers
from superapp.accounts.errors import PhoneInvalid


@pytest.mark.parametrize(
    "written",
    ["081234567890", "0812 3456 7890", "6281234567890", "+62 812-3456-7890", "812 3456 7890", " (0812) 3456.7890 "],
)
def test_phone_number_in_any_notation_is_normalized(written: str) -> None:
    assert phone_numbers.parse_phone_number(written) == "+6281234567890"


def test_foreign_numbers_are_parsed_with_or_without_the_plus() -> None:
    assert phone_numbers.parse_phone_number("+44 7911 123456") == "+447911123456"
    assert phone_numbers.parse_phone_number("447911123456") == "+447911123456"


@pytest.mark.parametrize(
    "written",
    [
        "",
        "110",
        "0812",
        "halo",
        "021 555 1234",  # A land line.
        "0809 123 456",  # Costs whoever sends to it.
        "0812 3456 7890 ext 5",
        "+999 1234 5678",
        "0812345678901234567890",
        "0" * 1_000,
    ],
)
def test_number_that_cannot_receive_a_code_is_refused(written: str) -> None:
    with pytest.raises(PhoneInvalid) as refused:
        phone_numbers.parse_phone_number(written)

    assert refused.value.code == "accounts.phone_invalid"


def test_number_is_formatted_for_people() -> None:
    assert phone_numbers.format_international("+6281234567890") == "+62 812-3456-7890"
