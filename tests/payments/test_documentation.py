"""The examples of ``docs/money.md`` are true."""

from __future__ import annotations

import re
from pathlib import Path

from payments.maintenance import integrity_checks

PAGE = Path(__file__).resolve().parents[2] / "docs" / "money.md"


def test_every_example_of_the_documentation_is_true(make_user, now):
    examples = re.findall(r"^```python\n(.*?)^```$", PAGE.read_text(), re.DOTALL | re.MULTILINE)
    names = {
        "now": now,
        "ana_id": make_user("ana").pk,
        "bo_id": make_user("bo").pk,
        "operator_id": make_user("op", is_staff=True).pk,
        "second_operator_id": make_user("second", is_staff=True).pk,
    }
    assert len(examples) == 21

    for example in examples:
        exec(compile(example, str(PAGE), "exec"), names)

    assert integrity_checks.check_integrity(now=now) == []
