"""Message text, for anything that people type, paste or make up."""

from __future__ import annotations

import unicodedata
from contextlib import suppress

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from chat.domain import text_cleaning
from chat.errors import BodyEmpty, BodyNotText, BodyTooLong, NotReactable
from superapp.core import text_cleaning as shared_cleaning

MAX = 4_000


def clean(raw):
    return text_cleaning.clean_body(raw, chars_max=MAX)


@pytest.mark.parametrize(
    ("raw", "kept"),
    [
        ("  halo \n", "halo"),
        ("satu\r\ndua\rtiga", "satu\ndua\ntiga"),
        ("cafe\u0301", "caf\u00e9"),
        ("\ufb2c", "\u05e9\u05bc\u05c1"),
        ("a\u0301\u0302\u0303\u0304\u0305\u0306\u0307\u0308", "\u00e1\u0302\u0303\u0304\u0305\u0306\u0307\u0308"),
        ("x" * MAX, "x" * MAX),
        ("\u03c9\u0314\u0342\u0345" * MAX, "\u1fa7" * MAX),
        ("\u202eabc", "abc"),  # An override makes "gpj.exe" read "exe.jpg".
        ("a\u202db\u202ac\u202bd\u202ce", "abcde"),
        ("\u2067abc", "abc"),  # Never closed.
        ("a\u2068b\nc\u2069d", "ab\ncd"),  # Closed in another paragraph.
        ("\u2067a\u2066b\u2069\u2069", "\u2067a\u2066b\u2069\u2069"),
        ("\u05d0\u200e!\u200f \u061c1", "\u05d0\u200e!\u200f \u061c1"),
        ("\u0645\u06cc\u200c\u062e\u0648\u0627\u0647\u0645", "\u0645\u06cc\u200c\u062e\u0648\u0627\u0647\u0645"),
        ("\U0001f469\u200d\U0001f373", "\U0001f469\u200d\U0001f373"),
        ("🏴󠁧󠁢󠁳󠁣󠁴󠁿 hi", "🏴󠁧󠁢󠁳󠁣󠁴󠁿 hi"),
        ("hi\U000e0068\U000e0069\U000e007f", "hi"),  # Letters that nobody sees.
        ("a\u206ab\ufff9c\ufffbd", "abcd"),
        ("\U0001fae8", "\U0001fae8"),
        ("1\u2028 2", "1\u2028 2"),
        ("\u0e01\u0e47\u0e48", "\u0e01\u0e47\u0e48"),
    ],
)
def test_text_is_stored_in_nfc_and_stripped(raw, kept):
    assert clean(raw) == kept


BLANKS = ["", " ", "\n\t", "\u00a0\u3000\u2003", "\u200b", "\u200d\u200c\u2060\ufeff", "\u00ad", "\u180e", "\u061c"]
BLANKS += ["\u202e\u202c", "\u2066\u2069", "\u3164", "\u115f\u1160", "\uffa0", "\u2800", "\u034f", "\ufe0f", "\u0301"]
BLANKS += ["\u2061\u2062\u2063\u2064", "\U000e0041\U000e007f", "\u2028\u2029", " \u200b "]


@pytest.mark.parametrize("raw", BLANKS)
def test_invisible_text_is_empty(raw):
    with pytest.raises(BodyEmpty):
        clean(raw)


@pytest.mark.parametrize("raw", ["x" * (MAX + 1), "\u03c9" * (MAX + 1), "x" * 1_000_000, "\u0301" * 1_000_000])
def test_text_over_the_limit_is_too_long(raw):
    with pytest.raises(BodyTooLong) as refused:
        clean(raw)

    assert refused.value.params == {"chars_max": MAX}


@pytest.mark.parametrize(
    "raw", ["a\x00b", "a\x1bb", "\x07", "a\x7f", "a\x85b", "a\ud800", "\udfff", "a\ue000", "\x1c a"]
)
def test_control_characters_and_lone_surrogates_are_refused(raw):
    with pytest.raises(BodyNotText):
        clean(raw)


@pytest.mark.parametrize(
    "pile",
    [
        "\u0301" * 9,  # Plain.
        "\u0e47" * 9,  # Of class 0, as Thai has.
        "\u20dd" * 9,  # Enclosing.
        ("\u0301" * 4 + "\u200d") * 3,  # Parted by what shows nothing.
        "\u0301\u034f" * 5,
        "\ufe0f" * 9,
    ],
)
def test_excessive_combining_marks_are_refused(pile):
    with pytest.raises(BodyNotText):
        clean(f"a{pile}b")


def test_combining_marks_of_many_characters_are_accepted():
    assert clean("a\u0323\u0302\u0301\u0304" * 900) == unicodedata.normalize("NFC", "a\u0323\u0302\u0301\u0304" * 900)


@pytest.fixture
def effort(monkeypatch):
    """Count the characters that are looked at, and measure the highest pile of marks that is ever normalized."""
    spent = {"looked at": 0, "highest pile": 0}

    class Counting:
        @staticmethod
        def category(char):
            spent["looked at"] += 1
            return unicodedata.category(char)

        @staticmethod
        def normalize(form, raw):
            marks = "".join("m" if unicodedata.combining(char) else " " for char in raw)
            spent["highest pile"] = max([spent["highest pile"], *map(len, marks.split())])
            return unicodedata.normalize(form, raw)

    for module in (text_cleaning, shared_cleaning):
        monkeypatch.setattr(module, "unicodedata", Counting)
    return spent


@pytest.mark.parametrize(
    "raw", ["\u0301" * 12_000, "\u0327\u0301" * 6_000, "a\u0301" * 6_000, "\u1fa7" * 16_000, "\U0001f468\u200d" * 6_000]
)
def test_cleaning_text_takes_linear_time(raw, effort):
    with suppress(BodyNotText, BodyTooLong):
        clean(raw)

    # Normalizing takes a pile of marks in the square of its height: none is normalized that is higher than allowed.
    assert effort["highest pile"] <= shared_cleaning.COMBINING_MARKS_MAX
    # Each character once before it is normalized, once after, once to see whether anything is visible.
    assert effort["looked at"] <= 3 * len(raw)


anything = st.text(st.characters(exclude_categories=()), max_size=60)
piles = st.text(
    st.sampled_from("ae\u00e9 \n\r\t\u0301\u0323\u0e47\u200d\u200b\u202e\ufe0f\u20dd\u1fa7\ufb2c\U0001f44d\ud800")
)
directions = st.text(
    st.sampled_from("a\u05d0 \n\u2029\u2066\u2067\u2068\u2069\u202e\u200f\U0001f3f4\U000e0067\U000e007f")
)


@example("\ufb2c" + "\u0301" * 8)
@given(anything | piles | directions)
def test_any_text_is_refused_by_code_or_stored_unchanged(raw):
    try:
        body = text_cleaning.clean_body(raw, chars_max=50)
    except (BodyEmpty, BodyNotText, BodyTooLong):
        return

    # Cleaning what is clean changes nothing, so that a retry has the content that was stored.
    assert text_cleaning.clean_body(body, chars_max=50) == body
    assert 1 <= len(body) <= 50
    assert body == unicodedata.normalize("NFC", body).strip()
    assert body.encode()
    assert not any(unicodedata.category(char) == "Cc" for char in body.replace("\n", "").replace("\t", ""))
    assert not set(body) & set("\u202a\u202b\u202c\u202d\u202e")


EMOJI = ["👍", "❤️", "❤", "😂", "👍🏽", "1️⃣", "#⃣", "🇮🇩", "👨‍👩‍👧‍👦", "👩🏽‍❤️‍💋‍👨🏿", "🏴󠁧󠁢󠁥󠁮󠁧󠁿", "🏳️‍🌈", "‼️", "©️", "\U0001fae8"]
NO_EMOJI = [
    "",
    "a",
    "1",
    "7️",
    "👍👍",
    "👍 ",
    " 👍",
    "👍a",
    "🇮",
    "🇮🇩🇮🇩",
    "\u200d",
    "👍\u200d",
    "\u200d👍",
    "\ufe0f",
    "٣",
    "！",
    "é",
]
NO_EMOJI += [
    "\U000e0067",
    "👍\x00",
    "👍\ud800",
    "👍\n",
    "\n",
    "👨‍" * 8 + "👨",
    "🏴" + "\U000e0067" * 20 + "\U000e007f",
    "😀" * 10_000,
]


@pytest.mark.parametrize("raw", EMOJI)
def test_single_emoji_is_a_valid_reaction(raw):
    assert text_cleaning.clean_emoji(raw, chars_max=16) == raw


@pytest.mark.parametrize("raw", NO_EMOJI)
def test_reaction_of_no_or_several_emoji_is_refused(raw):
    with pytest.raises(NotReactable):
        text_cleaning.clean_emoji(raw, chars_max=16)


@given(anything | st.text(st.sampled_from("👍🏽❤\ufe0f\u200d1\u20e3🇮🇩🏴\U000e0067\U000e007fa ")))
def test_any_accepted_reaction_is_short_and_without_letters(raw):
    try:
        emoji = text_cleaning.clean_emoji(raw, chars_max=16)
    except NotReactable:
        return

    assert emoji == raw
    assert 1 <= len(emoji) <= 16
    assert not any(unicodedata.category(char)[0] in "LZ" for char in emoji.replace("\u2139", ""))
