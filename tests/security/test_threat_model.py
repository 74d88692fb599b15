"""Each row of the table in SECURITY.md names files that exist, and tests that show it."""

from __future__ import annotations

import ast
import re

import pytest

from tests.security.references import ROOT

TEXT = (ROOT / "SECURITY.md").read_text()
ROWS = [
    [cell.strip() for cell in line.strip("|").split("|")]
    for line in TEXT.splitlines()
    if line.startswith("| ") and not line.startswith("| threat")
]
NAMED = re.compile(r"`([^`]+)`")
FILE = re.compile(r"[\w./*-]+(\.\w+|/)")
FOLDERS = ("angpao", "chat", "payments", "peer_payments", "shop", "superapp", "docker")
LOCKS = sorted((ROOT / "requirements").glob("*.lock"))


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row[0])
def test_threat_has_tests_that_exist(row):
    _threat, _done, _where, shown = row
    named = NAMED.findall(shown)

    assert named
    for test in named:
        path, _, function = test.partition("::")
        assert (ROOT / path).is_file(), path
        names = {node.name for node in ast.parse((ROOT / path).read_text()).body if isinstance(node, ast.FunctionDef)}
        assert any(name.startswith("test_") for name in names)
        assert not function or function in names, test


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row[0])
def test_threat_names_places_that_exist(row):
    for place in NAMED.findall(row[2]):
        if FILE.fullmatch(place):
            # A file of the same folder as the one before it is named alone.
            assert any(any((ROOT / folder).glob(f"**/{place}")) for folder in FOLDERS) or any(ROOT.glob(place)), place


def test_every_attack_of_the_matrix_is_in_the_threat_model():
    attacks = {path.name for path in (ROOT / "tests" / "security").glob("test_*.py")}

    unspoken = {name for name in attacks if name not in TEXT}
    assert unspoken == set(), "name these in the last column of the table of SECURITY.md"


@pytest.mark.parametrize("lock", LOCKS, ids=lambda lock: lock.name)
def test_every_package_is_locked_by_hash(lock):
    packages = re.split(r"^(?=[a-z0-9])", lock.read_text(), flags=re.MULTILINE)[1:]

    assert packages
    assert [one.splitlines()[0] for one in packages if "==" not in one or "--hash=sha256:" not in one] == []
