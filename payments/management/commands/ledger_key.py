"""Command ``ledger_key``: show the keys that sign blocks, rotate the present one, and replace a lost one."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import CommandError, CommandParser

from payments.actions import sealing as sealing_actions
from payments.domain import sealed_records
from payments.domain.sealed_records import LedgerKeyUnusable
from payments.queries import sealing
from superapp.core import clock
from superapp.core.operator_command import OperatorCommand
from superapp.money_settings import make_seed


class Command(OperatorCommand):
    help = "Show the public keys that sign blocks of the ledger, and make a new one, signed or in place of a lost one."

    def add_arguments(self, parser: CommandParser) -> None:
        actions = parser.add_subparsers(dest="action", required=True)
        actions.add_parser("show", help="print the public keys as a JSON Web Key Set, for auditors")
        actions.add_parser("rotate", help="make a new key, signed by the present one")
        replace = actions.add_parser("replace", help="make a new key that a lost one cannot sign, and say so for ever")
        replace.add_argument("--lost", required=True, metavar="KID", help="id of the lost key, as show prints it last")

    def handle(self, *_args: Any, action: str, **options: Any) -> None:
        if action == "show":
            self.stdout.write(json.dumps(sealed_records.to_jwks(key.public for key in sealing.list_keys()), indent=2))
        elif action == "rotate":
            self._rotate()
        else:
            self._replace(options["lost"])

    def _rotate(self) -> None:
        if not sealing_actions.is_sealing():
            raise CommandError("LEDGER_KEY is not set, so there is no key to replace.")
        seed = make_seed()
        try:
            key = sealing_actions.rotate_key(seed, now=clock.now())
        except LedgerKeyUnusable as error:
            raise CommandError(str(error)) from None
        self.stdout.write(f"Key {key.number} is {key.key_id}, signed by the present one.")
        self._hand_over(seed)
        self.stdout.write("Until then the present key signs, and afterwards it cannot sign any more.")

    def _replace(self, lost: str) -> None:
        seed = make_seed()
        try:
            key = sealing_actions.replace_lost_key(seed, lost=lost, now=clock.now())
        except LedgerKeyUnusable as error:
            raise CommandError(str(error)) from None
        statement = sealed_records.describe_replacement(sealing.to_statement(key))
        self.stdout.write(f"Replaced without signature: {statement}.")
        self._hand_over(seed)
        self.stdout.write("Proofs and heads say so from now on. Give your witness and the auditor the heads of today:")
        self.stdout.write("manage.py ledger_heads export heads.jsonl")

    def _hand_over(self, seed: str) -> None:
        file = settings.VAR_DIR / "ledger_key"
        if not settings.SERVED and file.exists() and file.read_text() == settings.LEDGER_KEY:
            _replace(file, seed)
            self.stdout.write(f"It is in {file}. Start the server again to use it.")
        else:
            self.stdout.write(f"LEDGER_KEY={seed}")
            self.stdout.write("Put this into the environment, keep it with the back-ups, and restart the processes.")


def _replace(file: Path, seed: str) -> None:
    fresh = file.with_name(f"{file.name}.{os.getpid()}")
    fresh.touch(mode=0o600)
    fresh.write_text(seed)
    fresh.replace(file)
