"""Commands that an operator types: what is wrong is named with its argument, and a foreign database is left alone."""

from __future__ import annotations

from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.recorder import MigrationRecorder

from superapp.core import schema_version

NOBODY = "01a221d1-b2a8-7297-a43c-e84c69948e97"
REVIEW = ("review_orders", "NS-000000-AAAAAA", "--complete", "--reason", "x", "--by")
COMMANDS = [
    ("top_up", "list"),
    ("review_orders",),
    ("courier_delivered", "JNE", "012", "--evidence", "x"),
    ("make_operator", "rina"),
    ("raise_epoch",),
    ("check_ledger",),
    ("check_shop",),
    ("check_media",),
    ("export_ledger",),
]


def run(*words: str) -> None:
    call_command(*words, stdout=StringIO(), stderr=StringIO())


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (("top_up", "ask", "nobody", "Rp5.000", "slip", "--by", "op"), "argument person: 'nobody': No one found."),
        (("top_up", "ask", "12", "Rp5.000", "slip", "--by", "op"), "argument person: '12': "),
        (("top_up", "ask", "ana", "abc", "slip", "--by", "op"), "argument amount: 'abc': That is not a valid amount."),
        (("top_up", "ask", "ana", "Rp5.000", " ", "--by", "op"), "argument reason: ' ': "),
        (("top_up", "ask", "ana", "Rp5.000", "slip", "--by", "nobody"), "argument --by: 'nobody': No one found."),
        (("top_up", "ask", "ana", "Rp5.000", "slip", "--by", "ana"), "argument --by: 'ana': "),
        (("top_up", "approve", NOBODY, "--by", "@op"), f"argument id: '{NOBODY}': No such top-up is waiting."),
        (("top_up", "reject", NOBODY, "--by", "nobody"), "argument --by: 'nobody': No one found."),
        ((*REVIEW, "nobody"), "argument --by: 'nobody': No one found."),
        ((*REVIEW, "ana"), "argument --by: 'ana': "),
        ((*REVIEW, "op"), "argument number: 'NS-000000-AAAAAA': Order not found."),
        (("courier_delivered", "", "012", "--evidence", "x"), "argument courier: '': "),
        (("courier_delivered", "JNE", "", "--evidence", "x"), "argument resi: '': "),
    ],
)
def test_invalid_argument_is_named_in_english(make_user, words, sentence):
    make_user("ana")
    make_user("op", is_staff=True)

    with pytest.raises(CommandError) as refused:
        run(*words)

    assert str(refused.value).startswith(sentence)


def test_invalid_time_is_named_with_the_right_format(db):
    with pytest.raises(CommandError, match="argument --since: 'yesterday' is no moment; write 2027-03-01 or"):
        run("check_ledger", "--since", "yesterday")


@pytest.mark.parametrize("command", ["serve", "serve_pages", "serve_sockets"])
@pytest.mark.parametrize("port", ["x", "99999", "-1"])
def test_invalid_port_is_named(command, port):
    with pytest.raises(CommandError, match=f"argument --port: '{port}' is no port"):
        run(command, f"--port={port}")


@pytest.mark.served_only
def test_unknown_role_is_named(db):
    with pytest.raises(CommandError, match="argument role: 'nobody': PostgreSQL has no such role"):
        run("grant_app_role", "nobody")


@pytest.mark.parametrize("words", COMMANDS, ids=lambda words: words[0])
def test_database_of_a_newer_version_is_left_alone(db, words):
    MigrationRecorder(connection).record_applied("chat", "9999_from_a_newer_version")

    with pytest.raises(schema_version.DatabaseIsNewer, match="start that version"):
        run(*words)


@pytest.mark.parametrize("words", COMMANDS, ids=lambda words: words[0])
def test_outdated_database_is_reported(db, words):
    [newest] = MigrationLoader(connection).graph.leaf_nodes("shop")
    MigrationRecorder(connection).record_unapplied(*newest)

    with pytest.raises(schema_version.DatabaseIsOlder, match=r"lacks 1 migrations of this version: start the product"):
        run(*words)
