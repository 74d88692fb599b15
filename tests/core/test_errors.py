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


def test_error_body_has_code_message_values_and_retry_after():
    refused = DoorStuck(door="back", retry_after=3)

    assert refused.body() == {
        "code": "tests.door_stuck",
        "message": "The back door is stuck.",
        "params": {"door": "back"},
        "retry_after": 3,
    }


def test_error_value_with_braces_is_not_formatted():
    assert DoorStuck(door="{0.__class__}").body()["message"] == "The {0.__class__} door is stuck."


@pytest.mark.parametrize(
    ("language", "sentence"),
    [("id", "Silakan masuk dulu."), ("en", "Please log in first.")],
)
def test_error_message_is_in_the_language_of_the_reader(language, sentence):
    with translation.override(language):
        assert errors.NotLoggedIn().body()["message"] == sentence


def test_every_code_belongs_to_one_error():
    counts = Counter(error.code for error in all_errors())

    assert len(counts) > 20
    assert {code: count for code, count in counts.items() if count > 1} == {}


def test_every_code_is_prefixed_by_its_app_except_protocol_codes():
    of_the_kernel = {"superapp.core.errors", "superapp.realtime.errors"}

    strays = [
        error.code
        for error in all_errors()
        if error.__module__ not in of_the_kernel
        and not error.code.startswith(error.__module__.removeprefix("superapp.").partition(".")[0] + ".")
    ]

    assert strays == []
