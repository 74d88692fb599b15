"""``manage.py demo``: people and conversations to look at."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from payments import api as payments
from superapp.core import clock
from superapp.wiring.demo import people, purses, world


class Command(BaseCommand):
    help = "Fill this installation with invented people, what they say, and three shops. Twice is once."

    def handle(self, *_args: Any, **_options: Any) -> None:
        if settings.SMS_URL:
            raise CommandError("Codes go out for real here: the numbers of the demo people may be somebody's.")
        now = clock.now()
        is_new = world.make_world(now=now)
        self.stdout.write("The demo world is made." if is_new else "The demo world is here already.")
        self.stdout.write("Log in with one of these numbers; the code appears in the developer's inbox and here:")
        for person in people.CAST:
            self.stdout.write(f"  0{person.number.removeprefix('+62')}  {person.name}")
        if payments.is_offered():
            self.stdout.write(f"The PIN of every wallet that has one is {purses.PIN}.")
