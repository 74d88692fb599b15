"""Types of facts: one name each, and they survive JSON."""

from __future__ import annotations

import json
from dataclasses import dataclass, fields
from typing import ClassVar, get_type_hints

import pytest

from superapp.core import events
from superapp.core.generated_docs import all_facts
from tests.core.conftest import Noted

SAMPLES = {int: 7, str: "seven", bool: True, int | None: None, str | None: None}


def test_fact_is_restored_from_what_was_stored():
    noted = Noted(book="a", line=1)

    assert events.from_payload(noted.name, json.loads(json.dumps(noted.payload()))) == noted


def test_duplicate_fact_name_is_refused():
    @dataclass(frozen=True, kw_only=True)
    class Other(events.Event):
        name: ClassVar[str] = "tests.noted"

    with pytest.raises(ValueError, match=r"two facts are called tests\.noted"):
        events.register_fact(Other)
    assert events._types["tests.noted"] is Noted


def test_registering_a_handler_twice_registers_it_once():
    assert events.register_fact(Noted) is Noted


@pytest.mark.parametrize("fact", all_facts(), ids=lambda fact: fact.name)
def test_fact_of_the_product_survives_json_and_has_a_key(fact):
    hints = get_type_hints(fact)
    event = fact(**{field.name: SAMPLES[hints[field.name]] for field in fields(fact)})

    restored = events.from_payload(event.name, json.loads(json.dumps(event.payload())))

    assert restored == event
    assert restored.key == event.key != ""
