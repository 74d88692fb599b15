"""``manage.py demo``: create the demo world."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import connection

from payments import api as payments
from superapp.core import clock, embedded, process_locks, schema_version
from superapp.wiring.demo import people, wallets, world

WAIT_SECONDS_MAX = 60


class Command(BaseCommand):
    help = "Create the demo data: people, their conversations and three shops. A second call changes nothing."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--if-empty",
            action="store_true",
            help="Do nothing if anybody is registered already, or if the instance is not embedded.",
        )

    def handle(self, *_args: Any, if_empty: bool, **_options: Any) -> None:
        reason = _reason_against()
        if if_empty and (settings.SERVED or reason):
            return
        if reason:
            raise CommandError(reason)
        if not settings.SERVED and schema_version.missing_migrations(connection):
            embedded.migrate()
        schema_version.require_same(connection)
        try:
            # Demo orders and transfers are in the past: the periodic tasks would expire orders and post transfers
            # before the demo reaches their day. They continue once everything is made.
            with process_locks.hold_exclusive(
                process_locks.ProcessLock.WORK, seconds_max=WAIT_SECONDS_MAX, on_wait=self._say_waiting
            ):
                self._make(is_quiet=if_empty)
        except process_locks.LockTimeout:
            raise CommandError(
                "Another process is at work on this database and does not pause: stop it, and call this again."
            ) from None

    def _make(self, *, is_quiet: bool) -> None:
        if world.is_complete():
            if not is_quiet:
                self.stdout.write("The demo world is here already.")
                self._say_who()
            return
        if world.has_strangers():
            if not is_quiet:
                raise CommandError("People are registered here already: the demo is for an installation without any.")
            return
        self.stdout.write("Making the demo world (once)")
        self.stdout.flush()
        world.make_world(now=clock.now())
        self.stdout.write("The demo world is made.")
        self._say_who()

    def _say_who(self) -> None:
        self.stdout.write("Log in with one of these numbers; the code appears in the developer's inbox and here:")
        for person in people.DEMO_PEOPLE:
            self.stdout.write(f"  0{person.number.removeprefix('+62')}  {person.name}")
        if payments.is_enabled():
            self.stdout.write(f"The PIN of every wallet that has one is {wallets.PIN}.")

    def _say_waiting(self) -> None:
        self.stderr.write("Waiting until the work on this database pauses.")


def _reason_against() -> str | None:
    """
    Return the reason for which this instance must have no demo people, whose numbers and PIN are known; None if
    there is none.
    """
    if settings.SMS_URL:
        return "Codes go out for real here: the numbers of the demo people may be somebody's."
    if settings.SERVED and not settings.SMS_INBOX:
        return "This instance is served to people: to try it with the demo, say SMS_INBOX=1."
    return None
