from __future__ import annotations

import pytest

from superapp.accounts.domain import names
from superapp.accounts.errors import HandleInvalid, HandleTaken, NameInvalid

FAMILY = "\U0001f468\u200d\U0001f469\u200d\U0001f467"


@pytest.mark.parametrize(
    ("written", "kept"),
    [
        ("  Siti   Rahma  ", "Siti Rahma"),
        ("Ana\u200b\u200bna", "Anana"),  # Zero-width space.
        ("Ana\u202e nabil", "Ana nabil"),  # Right-to-left override.
        ("Bu\ndi", "Bu di"),
        ("Bu\x00di\x07", "Budi"),
        ("Rene\u0301", "Ren\u00e9"),  # One form of the same letter.
        ("\u3164Ana\u2800", "Ana"),  # Letters that nobody sees.
        (f"Keluarga {FAMILY}", f"Keluarga {FAMILY}"),
        ("An\u200da", "Ana"),  # The joiner of emoji joins nothing here.
        ("\u0627\u0646\u0627", "\u0627\u0646\u0627"),  # Arabic needs no help.
        ("a" + "\u0301" * 20, "\u00e1" + "\u0301" * 3),
        ("x" * 50, "x" * 50),
    ],
)
def test_display_name_keeps_visible_characters(written: str, kept: str) -> None:
    assert names.clean_name(written) == kept


@pytest.mark.parametrize("written", ["", "   ", "\u200b\u200d", "\u3164", "...", "x" * 51, "x" * 100_000])
def test_empty_or_too_long_name_is_refused(written: str) -> None:
    with pytest.raises(NameInvalid) as refused:
        names.clean_name(written)

    assert refused.value.code == "accounts.name_invalid"
    assert refused.value.params == {"chars_max": 50}


@pytest.mark.parametrize(
    ("written", "kept"), [("@Ana", "ana"), (" siti.rahma ", "siti.rahma"), ("kopi_toraja2", "kopi_toraja2")]
)
def test_handle_is_stored_in_lower_case(written: str, kept: str) -> None:
    assert names.clean_handle(written) == kept


@pytest.mark.parametrize("written", ["", "an", "1ana", "ana b", "a..b", "ana.", "аna", "x" * 31, "ana\u200b"])
def test_malformed_handle_is_refused(written: str) -> None:
    with pytest.raises(HandleInvalid):
        names.clean_handle(written)


@pytest.mark.parametrize("written", ["admin", "Nusa", "customer_service", "bantuan", "official"])
def test_reserved_handle_is_taken(written: str) -> None:
    with pytest.raises(HandleTaken):
        names.clean_handle(written)
