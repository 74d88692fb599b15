"""Identifiers: version 7, in the order of time, and written in one way only."""

from __future__ import annotations

import uuid

import pytest

from superapp.core import ids


def test_ids_are_uuid7_and_increase():
    made = [ids.new_id() for _ in range(1_000)]

    assert {(identifier.version, identifier.variant) for identifier in made} == {(7, uuid.RFC_4122)}
    assert len(set(made)) == 1_000
    assert made == sorted(made)


def test_id_round_trips():
    identifier = ids.new_id()

    assert ids.parse_id(str(identifier)) == identifier


@pytest.mark.parametrize(
    "text",
    [
        "",
        "1",
        "0198A3F0-0000-7000-8000-000000000000",
        "{0198a3f0-0000-7000-8000-000000000000}",
        "urn:uuid:0198a3f0-0000-7000-8000-000000000000",
        "0198a3f0000070008000000000000000",
        "0198a3f0-0000-7000-8000-00000000000",
        "0198a3f0-0000-7000-8000-000000000000\n",
        "٠198a3f0-0000-7000-8000-000000000000",
        None,
        7,
        ["0198a3f0-0000-7000-8000-000000000000"],
    ],
)
def test_malformed_id_is_refused(text):
    assert ids.parse_id(text) is None
