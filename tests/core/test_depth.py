"""Every line of the depth list means a test, and what one database leaves out runs on the other."""

from __future__ import annotations

import re
from types import SimpleNamespace

import pytest

from tests.harness import depth
from tests.harness.running_site import ROOT

LISTED = {
    "deep": {"tests/a/test_soak.py": "long"},
    "sqlite": {"tests/web": "looks", "tests/a/test_b.py::test_case[1]": "slow"},
    "postgres": {"tests/a/test_money.py": "processes"},
}


@pytest.mark.parametrize(
    ("nodeid", "kind", "left"),
    [
        ("tests/web/test_x.py::test_y", "journeys", ["postgres"]),
        ("tests/webs/test_x.py::test_y", "journeys", []),
        ("tests/a/test_b.py::test_case[1]", "database", ["postgres"]),
        ("tests/a/test_b.py::test_case[2]", "database", []),
        ("tests/a/test_b.py::test_cases", "database", []),
        ("tests/a/test_money.py::test_y", "journeys", ["sqlite"]),
        # A name says more than what a test asks.
        ("tests/a/test_money.py::test_y", "unit", ["sqlite"]),
        ("tests/a/test_c.py::test_y", "unit", ["postgres"]),
    ],
)
def test_same_meaning_test_is_left_to_one_database(nodeid, kind, left):
    found = [
        engine for engine in depth.ENGINES if depth.is_left_to_the_other(nodeid, kind, engine=engine, listed=LISTED)
    ]

    assert found == left


def test_every_listed_name_is_a_test_with_a_reason():
    listed = depth.reasons()

    assert set(listed) == {"deep", *depth.ENGINES}
    for name, reason in (line for part in listed.values() for line in part.items()):
        path, _, test = name.partition("::")
        assert (ROOT / path).exists(), name
        if test:
            function = test.partition("[")[0]
            assert re.search(rf"^(async )?def {function}\(", (ROOT / path).read_text(), re.MULTILINE), name
        assert len(reason) > 20, name


def test_listed_test_is_left_to_one_database_only():
    listed = depth.reasons()

    for name in listed["sqlite"]:
        assert not depth.is_named(name, listed["postgres"]), name
    for name in listed["postgres"]:
        assert not depth.is_named(name, listed["sqlite"]), name


@pytest.mark.parametrize(
    ("fixtures", "kind"),
    [(["now"], "unit"), (["make_user", "database"], "database"), (["db"], "database"), (["browser", "db"], "journeys")],
)
def test_tests_that_use_a_database_run_on_both(tmp_path, fixtures, kind):
    quiet, asking = tmp_path / "test_a.py", tmp_path / "test_b.py"
    quiet.write_text("def test_a(): assert 1")
    asking.write_text("def test_b(): assert settings.SERVED")
    item = SimpleNamespace(fixturenames=fixtures, path=quiet, get_closest_marker=lambda _name: None)

    assert depth.kind_of(item) == kind

    assert [depth._asks_otherwise(path) for path in (quiet, asking)] == [False, True]
