"""Cleaned text has no invisible characters, and is harmless in a spreadsheet."""

from __future__ import annotations

import pytest

from superapp.core.text_cleaning import clean_draft, clean_line, clean_lines, escape_spreadsheet_cell


@pytest.mark.parametrize(
    ("written", "cleaned"),
    [
        ("  bakso \t dua \n", "bakso dua"),
        ("a\x1b[31mb", "a [31mb"),
        ("\u202egnp.exe", "gnp.exe"),
        ("a\u2066b\u2069c\u200b", "abc"),
        ("\x00", ""),
        ("e\u0301", "\u00e9"),
        ("z" + "\u0335" * 50, "z" + "\u0335" * 8),
        ("z" + "\u0335\u200d" * 20, "z" + "\u0335\u200d" * 8),
        ("👩\u200d🍳 ok", "👩\u200d🍳 ok"),
        ("كلمة", "كلمة"),
        ("\ufb2c" + "\u0323" * 8, "\u05e9\u05bc\u05c1" + "\u0323" * 6),  # Composing takes this letter apart.
    ],
)
def test_single_line_text_is_cleaned(written, cleaned):
    assert clean_line(written) == cleaned
    assert clean_line(cleaned) == cleaned


@pytest.mark.parametrize(
    ("written", "cleaned"),
    [
        ("satu\r\n  dua \r tiga", "satu\ndua\ntiga"),
        ("satu\n\n\n\n\ndua\n", "satu\n\ndua"),
        ("a\x1b\u202eb\nc", "a b\nc"),
    ],
)
def test_multi_line_text_is_cleaned(written, cleaned):
    assert clean_lines(written) == cleaned
    assert clean_lines(cleaned) == cleaned


@pytest.mark.parametrize(
    ("written", "cleaned"),
    [
        (" halo,\n\n\n ", " halo,\n\n\n "),
        ("a\x00\x1b\u202eb", "ab"),
        ("z" + "\u0335" * 50, "z" + "\u0335" * 8),
        ("👩\u200d🍳\u200f", "👩\u200d🍳\u200f"),
    ],
)
def test_draft_is_cleaned_and_keeps_its_whitespace(written, cleaned):
    assert clean_draft(written) == cleaned
    assert clean_draft(cleaned) == cleaned


@pytest.mark.parametrize(
    "text",
    [
        "=1+1",
        "+1",
        "-1",
        "@x",
        ";=1+1",
        "\uff1d1+1",
        "\uff0b1",
        "\t=1",
        "\n=1",
        " =1",
        "\u200b=1",
        "\u202e=1",
        "|x",
        "%x",
    ],
)
def test_csv_cell_like_a_formula_is_escaped(text):
    cell = escape_spreadsheet_cell(text)

    assert cell.startswith("'")
    assert "\n" not in cell


@pytest.mark.parametrize("text", ["bakso", "2 = dua", "", "Rp5.000", "a;b"])
def test_ordinary_csv_cell_is_unchanged(text):
    assert escape_spreadsheet_cell(text) == text
