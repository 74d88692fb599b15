"""Refusals: a code that never changes, a sentence in the reader's language, one shape."""

from __future__ import annotations

from collections import Counter

import pytest
from django.utils import translation

from superapp.core import errors
from superapp.core.generated_docs import all_errors


class DoorStuck(errors.DomainError):
    """For these tests alone."""

    code = "tests.door_stuck"
    kind = errors.ErrorKind.CONFLICT
    message = "The {door} door is stuck."


def test_body_has_code_sentence_values_and_when_to_come_back():
    refused = DoorStuck(door="back", retry_after=3)

    assert refused.body() == {
        "code": "tests.door_stuck",
        "message": "The back door is stuck.",
        "params": {"door": "back"},
        "retry_after": 3,
    }


def test_braces_in_a_value_are_only_a_value():
    assert DoorStuck(door="{0.__class__}").body()["message"] == "The {0.__class__} door is stuck."


@pytest.mark.parametrize(
    ("language", "sentence"),
    [("id", "Silakan masuk dulu."), ("en", "Please log in first.")],
)
def test_sentence_is_in_the_language_of_the_reader(language, sentence):
    with translation.override(language):
        assert errors.NotLoggedIn().body()["message"] == sentence


def test_every_code_belongs_to_one_error():
    counts = Counter(error.code for error in all_errors())

    assert len(counts) > 20
    assert {code: count for code, count in counts.items() if count > 1} == {}


def test_every_code_names_its_app_except_those_of_the_line_itself():
    of_the_kernel = {"superapp.core.errors", "superapp.realtime.errors"}

    strays = [
        error.code
        for error in all_errors()
        if error.__module__ not in of_the_kernel
        and not error.code.startswith(error.__module__.removeprefix("superapp.").partition(".")[0] + ".")
    ]

    assert strays == []
