"""What ``docs/selling.md`` says is true."""

from __future__ import annotations

import re
from pathlib import Path

from shop import proof
from shop.states import MOVES
from tests.payments.purses import PIN

PAGE = Path(__file__).resolve().parents[2] / "docs" / "selling.md"


def test_every_example_on_the_page_is_true(ana, bo, now):
    examples = re.findall(r"^```python\n(.*?)^```$", PAGE.read_text(), re.DOTALL | re.MULTILINE)
    names = {"now": now, "ana_id": ana.pk, "bo_id": bo.pk, "pin": PIN}
    assert len(examples) == 4

    for example in examples:
        exec(compile(example, str(PAGE), "exec"), names)

    assert proof.prove(now=now) == []


def test_moves_on_the_page_are_those_of_an_order():
    rows = re.findall(r"^\| `(\w+)` \| (.*?) \| `(\w+)` \| (.*?) \|$", PAGE.read_text(), re.MULTILINE)
    written = {
        (name, before.strip("`–"), after, who)
        for name, befores, after, actors in rows
        for before in befores.split(", ")
        for who in actors.split(", ")
    }

    assert written == set(MOVES)
