"""The state of a list is decided by the server as by the scripts, case by case."""

from __future__ import annotations

import json
from pathlib import Path

import msgspec
import pytest

from superapp.core.list_envelope import ListEnvelope
from superapp.web import list_state

CASES = json.loads((Path(__file__).resolve().parent.parent / "js" / "known.json").read_text())


@pytest.mark.parametrize(("state", "fields"), [case[1:] for case in CASES], ids=[case[0] for case in CASES])
def test_state_follows_from_what_is_known(state, fields):
    envelope = msgspec.convert({**fields, "as_of": "2027-03-01T02:03:04.567Z"}, ListEnvelope[dict[str, str]])

    assert list_state.list_state(envelope) == state


def test_list_is_called_empty_in_the_proven_case_only():
    assert [case[0] for case in CASES if case[1] == "empty"] == ["proven empty"]
