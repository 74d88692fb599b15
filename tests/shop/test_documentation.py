"""The statements of ``docs/selling.md`` are true."""

from __future__ import annotations

import re
from datetime import timedelta
from pathlib import Path

from shop.domain.order_states import ALLOWED_TRANSITIONS
from shop.maintenance import integrity_checks
from shop.maintenance.order_timers import run_due_timers
from tests.harness.socket_client import make_trusted_device
from tests.payments.purses import PIN

PAGE = Path(__file__).resolve().parents[2] / "docs" / "selling.md"


def test_every_example_of_the_documentation_is_true(ana, bo, make_user, make_shop, now):
    examples = re.findall(r"^```python\n(.*?)^```$", PAGE.read_text(), re.DOTALL | re.MULTILINE)
    operator = make_user("op", is_staff=True)
    names = {"now": now, "ana_id": ana.pk, "bo_id": bo.pk, "operator_id": operator.pk, "pin": PIN}
    cy = make_user("cy")
    make_shop(cy, handle="toko-cy", name="Cy")
    names |= {"cy_id": cy.pk, "ana_device_id": make_trusted_device(ana), "bo_device_id": make_trusted_device(bo)}
    names |= {"timedelta": timedelta, "run_due_timers": run_due_timers}
    assert len(examples) == 10

    for example in examples:
        exec(compile(example, str(PAGE), "exec"), names)

    assert integrity_checks.check_integrity(now=now) == []


def test_documented_transitions_equal_those_of_the_code():
    rows = re.findall(r"^\| `(\w+)` \| (.*?) \| `(\w+)` \| (.*?) \|$", PAGE.read_text(), re.MULTILINE)
    written = {
        (name, before.strip("`–"), after, who)
        for name, befores, after, actors in rows
        for before in befores.split(", ")
        for who in actors.split(", ")
    }

    assert written == set(ALLOWED_TRANSITIONS)
