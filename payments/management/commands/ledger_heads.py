"""Command ``ledger_heads``: write signed heads for a witness, and compare a witness's file with the chain."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from django.core.management.base import CommandError, CommandParser

from payments.domain import ledger_heads, sealed_records
from payments.domain.ledger_heads import HeadLine, HeadsFileInvalid, WitnessedHead, WitnessedKey
from payments.queries import sealing
from superapp.core.operator_command import OperatorCommand


class Command(OperatorCommand):
    help = "Write the signed heads of all blocks to a file for a witness, or compare such a file with the chain."

    def add_arguments(self, parser: CommandParser) -> None:
        actions = parser.add_subparsers(dest="action", required=True)
        export = actions.add_parser("export", help="write the heads to a file, one a line")
        export.add_argument("file", type=Path)
        export.add_argument("--after", type=int, default=0, metavar="BLOCK", help="only blocks after this number")
        check = actions.add_parser("check", help="name the first head that differs from the chain, or is missing in it")
        check.add_argument("file", type=Path)

    def handle(self, *_args: Any, action: str, file: Path, **options: Any) -> None:
        if action == "export":
            self._export(file, after=options["after"])
        else:
            self._check(file)

    def _export(self, file: Path, *, after: int) -> None:
        count, last = 0, after
        with file.open("w", encoding="utf-8") as out:
            for key in sealing.list_keys():
                text = sealed_records.encode_statement(sealing.to_statement(key)).decode()
                out.write(ledger_heads.format_line(HeadLine(key=text, signature=key.signature)))
            for block in sealing.iterate_blocks(first=after + 1):
                text = sealed_records.encode_header(sealing.to_header(block)).decode()
                out.write(ledger_heads.format_line(HeadLine(block=text, signature=block.signature)))
                count, last = count + 1, block.number
        self.stdout.write(f"{count} heads were written, up to block {last}.")

    def _check(self, file: Path) -> None:
        count, keys = 0, []
        with file.open(encoding="utf-8") as lines:
            for number, line in enumerate(lines, start=1):
                try:
                    witnessed = ledger_heads.parse_line(number, line)
                except HeadsFileInvalid as error:
                    raise CommandError(f"{file}: {error}") from None
                if isinstance(witnessed, WitnessedKey):
                    keys.append(witnessed)
                elif witnessed is not None:
                    _compare(witnessed)
                    count += 1
        newest = sealing.find_newest_block()
        ours = {key.key_id: sealed_records.encode_statement(sealing.to_statement(key)) for key in sealing.list_keys()}
        for key in keys:
            _compare_key(key, ours.get(key.key))
        self._name_replacements({key.key for key in keys})
        self.stdout.write(
            f"All {count} heads are in the chain, which ends with block {newest.number if newest else 0}."
        )

    def _name_replacements(self, known: set[str]) -> None:
        """Say which keys no key before them signed, since a chain of heads alone would not show it."""
        for key in sealing.list_keys():
            if key.is_replacement:
                what = sealed_records.describe_replacement(sealing.to_statement(key))
                first = sealing.find_first_number_of(key)
                since = f"it signs from block {first} on" if first else "it has signed no block yet"
                seen = "the witness has it" if key.key_id in known else "the witness does not have it"
                self.stdout.write(f"Replaced without signature: {what}; {since}; {seen}.")


def _compare_key(witnessed: WitnessedKey, ours: bytes | None) -> None:
    if ours is None:
        raise CommandError(f"Key {witnessed.key}, which the witness has, is missing in the chain.")
    if ours.decode() != witnessed.text:
        raise CommandError(f"Key {witnessed.key} differs: the witness has {witnessed.text}.")


def _compare(witnessed: WitnessedHead) -> None:
    ours = sealing.find_block(witnessed.number)
    if ours is None:
        raise CommandError(f"Block {witnessed.number} is missing in the chain. The witness has head {witnessed.head}.")
    header = sealed_records.encode_header(sealing.to_header(ours))
    if header.decode() == witnessed.text:
        return
    is_ours = any(
        sealed_records.is_header_signed(witnessed.text.encode(), witnessed.signature, key.public)
        for key in sealing.list_keys()
    )
    raise CommandError(
        f"Block {witnessed.number} differs: the witness has head {witnessed.head},"
        f" {'signed by a key of ours' if is_ours else 'which no key of ours signed'};"
        f" the chain has {sealed_records.compute_head(header)}."
    )
