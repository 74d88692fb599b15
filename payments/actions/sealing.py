"""
Sealing: journals become leaves of signed blocks, each of which names the head of the one before.

Journals are found by the leaf that they lack, and not by a last id: ids of journals do not commit in their order.
"""

from __future__ import annotations

from datetime import datetime, timedelta

import structlog
from django.conf import settings
from django.db import transaction
from prometheus_client import Counter, Gauge

from payments.domain import sealed_records
from payments.domain.merkle import compute_root
from payments.domain.sealed_records import (
    NO_HEAD,
    LeafRecord,
    LedgerKeyUnusable,
    format_moment,
    hash_record,
)
from payments.models import Block, LedgerKey, Sealer
from payments.queries import sealing
from payments.writers.blocks import append_block
from superapp.core import change_cursor
from superapp.core.scheduler import every

# What is committed late is sealed late; the delay only lets the journals of a moment share a block.
TRAILING_DELAY = timedelta(seconds=2)
SEAL_EVERY_SECONDS = 3
LEAVES_MAX = 1_000
BLOCKS_PER_RUN_MAX = 20
# Some ten megabytes; beyond, they are read again.
ACCOUNTS_MAX = 50_000

log = structlog.get_logger(__name__)
sealed = Counter("nusa_ledger_sealed", "Journals that were sealed in blocks.")
# The public ids of accounts by number, which never change. Only sealing remembers them: a check reads what is there.
known_accounts: dict[int, str] = {}
newest_block = Gauge("nusa_ledger_block", "Number of the newest block that this process sealed.")


def is_sealing() -> bool:
    """Return whether this instance has a key to seal with."""
    return bool(settings.LEDGER_KEY)


@every(seconds=SEAL_EVERY_SECONDS)
def seal_due(now: datetime) -> int:
    """Seal the journals that are older than the delay, and return how many."""
    if not is_sealing() or sealing.find_sealer().settled >= sealing.find_newest_journal_id():
        return 0
    total = 0
    for _ in range(BLOCKS_PER_RUN_MAX):
        count = seal_block(now=now)
        total += count
        if count < LEAVES_MAX:
            break
    return total


def seal_block(*, now: datetime) -> int:
    """
    Seal one block, unless another process is sealing or nothing is due, and return the number of its leaves.

    :raises LedgerKeyUnusable: if the key of the settings may not sign the next block
    """
    with transaction.atomic():
        # Read before this transaction has its own number: whoever took an id up to this one has a lower number.
        newest = sealing.find_newest_journal_id()
        sealer = sealing.lock_sealer()
        if sealer is None:
            return 0
        ended_below = change_cursor.current_cursor().stamp
        if len(known_accounts) > ACCOUNTS_MAX:
            known_accounts.clear()
        unsealed = sealing.read_unsealed(after=sealer.settled, limit=LEAVES_MAX + 1, accounts=known_accounts)
        # Moments that are written alike are in the order of their text.
        posted_until = format_moment(now - TRAILING_DELAY)
        due = [pk for pk, record in unsealed.items() if record.posted_at <= posted_until][:LEAVES_MAX]
        if due:
            _append({pk: unsealed.pop(pk) for pk in due}, now=now)
        left = next(iter(unsealed), None)
        _advance(sealer, newest=newest, left=left, ended_below=ended_below)
    sealed.inc(len(due))
    return len(due)


def rotate_key(seed: str, *, now: datetime) -> LedgerKey:
    """
    Register a new key, signed by the present one. Blocks are still signed by the present one until the settings change.

    :raises LedgerKeyUnusable: if the present key may not sign any more
    """
    with transaction.atomic():
        return _register(seed, previous=get_signing_key(now=now), signer=settings.LEDGER_KEY, now=now)


def replace_lost_key(seed: str, *, lost: str, now: datetime) -> LedgerKey:
    """
    Register a new key in place of the newest one, which is lost and cannot sign it: every proof says so from then on.

    :raises LedgerKeyUnusable: if ``lost`` is not the id of the newest key, or the key of the settings can sign another
    """
    with transaction.atomic():
        keys = sealing.list_keys()
        if not keys or keys[-1].key_id != lost:
            raise LedgerKeyUnusable(f"{lost} is not the newest key: see manage.py ledger_key show")
        if is_sealing() and _may_sign(now):
            raise LedgerKeyUnusable("LEDGER_KEY can sign a new key: use manage.py ledger_key rotate")
        key = _register(seed, previous=keys[-1], signer=seed, now=now, is_replacement=True)
    log.warning("ledger_key_replaced", lost=lost, key=key.key_id)
    return key


def get_signing_key(*, now: datetime) -> LedgerKey:
    """
    Return the row of the key in the settings; the first key of a ledger is registered by using it.

    :raises LedgerKeyUnusable: if it was never registered, or a later key has already signed a block
    """
    return _signing_key_after(sealing.find_newest_block(), now=now)


def _signing_key_after(last: Block | None, *, now: datetime) -> LedgerKey:
    key_id = sealed_records.make_key_id(sealed_records.public_key_of(settings.LEDGER_KEY))
    if last is not None and last.key.key_id == key_id:
        return last.key
    known = {key.key_id: key for key in sealing.list_keys()}
    if not known:
        return _register(settings.LEDGER_KEY, previous=None, signer=settings.LEDGER_KEY, now=now)
    if key_id not in known or (last is not None and last.key.number > known[key_id].number):
        raise LedgerKeyUnusable(f"key {key_id} is not registered, or a later one has signed: see manage.py ledger_key")
    return known[key_id]


def _may_sign(now: datetime) -> bool:
    try:
        get_signing_key(now=now)
    except LedgerKeyUnusable:
        return False
    return True


def _append(due: dict[int, LeafRecord], *, now: datetime) -> None:
    """Seal these records in the next block."""
    last = sealing.find_newest_block()
    key = _signing_key_after(last, now=now)
    hashes = [hash_record(record) for record in due.values()]
    block = Block(
        number=last.number + 1 if last else 1,
        previous=last.head if last else NO_HEAD,
        root=compute_root(hashes).hex(),
        leaves=len(hashes),
        sealed_at=now,
        key=key,
    )
    header = sealed_records.encode_header(sealing.to_header(block))
    block.head = sealed_records.compute_head(header)
    block.signature = sealed_records.sign_header(header, settings.LEDGER_KEY)
    append_block(block, list(due), hashes)
    newest_block.set(block.number)


def _advance(sealer: Sealer, *, newest: int, left: int | None, ended_below: int) -> None:
    """
    Move ``settled`` on to where no journal can appear any more.

    ``left`` is the first journal that is visible and not sealed. A stamp above our own is from before a restore.
    """
    before = (sealer.settled, sealer.reached)
    own = change_cursor.current_stamp()
    if sealer.reached_stamp <= ended_below or sealer.reached_stamp > own:
        sealer.settled = max(sealer.settled, sealer.reached if left is None else min(sealer.reached, left - 1))
    if sealer.settled >= sealer.reached and newest > sealer.reached:
        sealer.reached, sealer.reached_stamp = newest, own
    if (sealer.settled, sealer.reached) != before:
        sealer.save()


def _register(
    seed: str, *, previous: LedgerKey | None, signer: str, now: datetime, is_replacement: bool = False
) -> LedgerKey:
    public = sealed_records.public_key_of(seed)
    key = LedgerKey(
        number=sealing.find_newest_key_number() + 1,
        key_id=sealed_records.make_key_id(public),
        public=public,
        previous=previous,
        since=now,
        is_replacement=is_replacement,
    )
    statement = sealed_records.encode_statement(sealing.to_statement(key))
    key.signature = sealed_records.sign_statement(statement, signer)
    key.save(force_insert=True)
    return key
