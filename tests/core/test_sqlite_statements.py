"""Statements on SQLite read the same however often they are sent."""

from __future__ import annotations

import pytest
from django.db import connection

pytestmark = [pytest.mark.django_db, pytest.mark.embedded_only]


def test_placeholders_and_percent_signs_survive_statement_caching():
    with connection.cursor() as cursor:
        for value in ("a%b", "c"):
            cursor.execute("SELECT %s, '50%%', '%%s'", [value])
            assert cursor.fetchone() == (value, "50%", "%s")


def test_statement_without_values_is_sent_verbatim():
    with connection.cursor() as cursor:
        cursor.execute("SELECT '%s', '50%%'")
        assert cursor.fetchone() == ("%s", "50%%")


def test_statement_accepts_named_values():
    with connection.cursor() as cursor:
        for value in ("a", "b"):
            cursor.execute("SELECT %(value)s || %(value)s", {"value": value})
            assert cursor.fetchone() == (value * 2,)


def test_executemany_stores_all_rows_by_one_statement():
    with connection.cursor() as cursor:
        cursor.execute("CREATE TEMPORARY TABLE things (name text)")
        cursor.executemany("INSERT INTO things VALUES (%s)", [("a",), ("b",)])
        cursor.executemany("INSERT INTO things VALUES (%s)", [("c",)])
        cursor.execute("SELECT group_concat(name, '') FROM things")
        assert cursor.fetchone() == ("abc",)
        cursor.execute("DROP TABLE things")
