"""Fields of an address, each in the form in which it is stored, or refused."""

from __future__ import annotations

import pytest

from superapp.addresses.domain.address_fields import (
    clean_neighbourhood,
    clean_postal_code,
    clean_text,
    format_pin,
    parse_pin,
)
from superapp.addresses.errors import (
    FieldMissing,
    FieldTooLong,
    NeighbourhoodInvalid,
    PinInvalid,
    PostalCodeInvalid,
)


def test_text_is_one_clean_line():
    assert clean_text("  Jl.\tCikutra\n\u202eNo. 5 ", "street") == "Jl. Cikutra No. 5"
    assert clean_text(" ", "landmark", is_required=False) == ""


def test_text_that_is_empty_or_too_long_is_refused():
    with pytest.raises(FieldMissing):
        clean_text("\u200b ", "street")
    with pytest.raises(FieldTooLong) as refusal:
        clean_text("a" * 10_000, "street")
    assert refusal.value.params == {"field": "street", "chars_max": 200}
    with pytest.raises(FieldTooLong):
        clean_text("a" * 100 + " " * 30_000 + "b", "street")


@pytest.mark.parametrize(("typed", "stored"), [("40124", "40124"), (" 40124 ", "40124"), ("", "")])
def test_postal_code_has_five_digits_or_is_left_out(typed, stored):
    assert clean_postal_code(typed) == stored


@pytest.mark.parametrize("typed", ["4012", "401245", "00000", "4O124", "４０１２４", "40 124", "=4012"], ids=ascii)
def test_other_postal_code_is_refused(typed):
    with pytest.raises(PostalCodeInvalid):
        clean_postal_code(typed)


@pytest.mark.parametrize(("typed", "stored"), [("4", "004"), ("07", "007"), ("012", "012"), ("", ""), ("0", "")])
def test_neighbourhood_has_three_digits(typed, stored):
    assert clean_neighbourhood(typed, "rt") == stored


@pytest.mark.parametrize("typed", ["1234", "4a", "-1", "٤"], ids=ascii)
def test_other_neighbourhood_is_refused(typed):
    with pytest.raises(NeighbourhoodInvalid):
        clean_neighbourhood(typed, "rt")


@pytest.mark.parametrize(
    ("typed", "pin"),
    [
        ("-6.9034, 107.6431", (-6.9034, 107.6431)),
        ("-6.9034 107.6431", (-6.9034, 107.6431)),
        (" -6.90341234567,107.64310000001 ", (-6.903412, 107.6431)),
        ("5.55, 95.32", (5.55, 95.32)),
        (" ", None),
    ],
    ids=str,
)
def test_pin_is_read_as_maps_write_it(typed, pin):
    assert parse_pin(typed) == pin


@pytest.mark.parametrize(
    "typed", ["107.6431, -6.9034", "1.35, 150", "52.5, 13.4", "nan, nan", "-6.9", "-6.9, 107.6, 3", "a" * 10_000, "0,0"]
)
def test_pin_that_is_no_place_in_indonesia_is_refused(typed):
    with pytest.raises(PinInvalid):
        parse_pin(typed)


def test_pin_is_formatted_as_it_is_read():
    assert format_pin((-6.9034, 107.6431)) == "-6.903400, 107.643100"
    assert parse_pin(format_pin((-6.9034, 107.6431))) == (-6.9034, 107.6431)
    assert format_pin(None) == ""
