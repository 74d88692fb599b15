"""Command ``verify_receipt``: check the proof of a receipt, without a database."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from payments.domain import ledger_heads, sealed_records
from payments.domain.ledger_heads import HeadsFileInvalid, WitnessedHead
from payments.domain.proofs import PROOF_BYTES_MAX, ProofRejected, VerifiedProof, verify_proof
from payments.domain.sealed_records import make_key_id


class Command(BaseCommand):
    help = "Check the proof of a receipt (JSON) by itself: no database is asked. Exits with 1 if it does not hold."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", type=Path)
        parser.add_argument("--heads", type=Path, help="a file of heads that a witness kept: the block must be in it")
        parser.add_argument(
            "--key", type=Path, help="a JSON Web Key Set of the operator: one of its keys must be in it"
        )

    def handle(self, *_args: Any, file: Path, heads: Path | None, key: Path | None, **_options: Any) -> None:
        try:
            with file.open("rb") as document:
                proof = verify_proof(
                    document.read(PROOF_BYTES_MAX + 1),
                    trusted_keys=_read_keys(key) if key else None,
                    heads=_read_heads(heads) if heads else None,
                )
        except ProofRejected as reason:
            raise CommandError(f"{file}: refused, {reason}.") from None
        self.stdout.write(_describe(proof))
        for one in proof.replacements:
            self.stdout.write(f"Replaced without signature: {sealed_records.describe_replacement(one)}")
        if key is None:
            name, first = "first key", proof.keys[0]
            if proof.replacements:
                name, first = "newest replaced key", proof.replacements[-1]
            self.stdout.write(f"Compare the {name} with the operator's, or name it by --key: {first.key}")
        if heads is not None:
            self.stdout.write("The witness has the same head.")


def _describe(proof: VerifiedProof) -> str:
    moved = "\n".join(
        f"  {one.phase} {one.amount} {one.asset} (minor units) from {one.debit} to {one.credit}"
        for one in proof.journal.transfers
    )
    memo = f"\n  memo: {proof.memo}" if proof.memo else ""
    return (
        f"Genuine: journal {proof.journal.journal}, {proof.journal.kind}, posted {proof.journal.posted_at}\n"
        f"{moved}{memo}\n"
        f"Sealed in block {proof.block.block} at {proof.block.sealed_at}, head {proof.head}"
    )


def _read_keys(file: Path) -> list[str]:
    try:
        return [make_key_id(key["x"]) for key in json.loads(file.read_text())["keys"]]
    except (ValueError, KeyError, TypeError):
        raise CommandError(f"{file} is no JSON Web Key Set") from None


def _read_heads(file: Path) -> dict[int, str]:
    try:
        with file.open(encoding="utf-8") as lines:
            read = [ledger_heads.parse_line(number, line) for number, line in enumerate(lines, start=1)]
    except HeadsFileInvalid as error:
        raise CommandError(f"{file}: {error}") from None
    return {one.number: one.head for one in read if isinstance(one, WitnessedHead)}
