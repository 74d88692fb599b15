# ruff: noqa: E501  # Each statement on a line.
"""Statements that the database refuses."""

from __future__ import annotations

TRANSFER = "INSERT INTO payments_transfer (id, journal_id, line, asset, debit_id, credit_id, amount, phase, pending_id, expires_at) VALUES "


POSTING = "INSERT INTO payments_posting (account_id, seq, rev, transfer_id, delta, held_delta, balance_after, held_after) VALUES "


REQUEST = "INSERT INTO payments_request (scope, key, content_hash, outcome, code, journal_id, answered_at) VALUES "


ACCOUNT = (
    "INSERT INTO payments_account (public_id, code, asset, kind, lock_rank, queued_credit, floor, ceiling, credits, debits,"
    " held, version, last_seq, status, opened_at) SELECT '01890000000070008000000000000001', 'new', asset, kind, lock_rank,"
    " {queued}, floor, {ceiling}, 0, 0, 0, 0, 0, {status}, opened_at FROM payments_account WHERE id = {{ana}}"
)


FEE_RULE = (
    "INSERT INTO payments_feerule (name, channel, criteria, category_from, category_to, amount_above, amount_up_to,"
    " basis_points, valid_from, valid_until, reason, added_at) SELECT name, '{channel}', criteria, category_from,"
    " category_to, {above}, {up_to}, {basis_points}, valid_from, {until}, reason, added_at FROM payments_feerule WHERE id = 1"
)


SETTLEMENT = (
    "INSERT INTO payments_settlement (public_id, merchant, day, owner_id, last_seq, opening, gross, fees, refunds, net, other,"
    " paid, \"left\", reason, settled_at) SELECT '01890000000070008000000000000002', 'm', '2027-03-04', owner_id, 1, 0, 10, 1, 0,"
    " {net}, 0, 0, 0 + {net}, 'wallet_full', opened_at FROM payments_account WHERE id = {{ana}}"
)


STEP = "version = version + 1, last_seq = last_seq + 1"


ILLEGAL = {
    # The fourteen that no ledger may allow.
    "overdraft": f"UPDATE payments_account SET debits = debits + 20000, {STEP} WHERE id = {{ana}}",
    "hold beyond what is available": f"UPDATE payments_account SET held = held + 9601, {STEP} WHERE id = {{ana}}",
    "duplicate key": (
        "INSERT INTO payments_request (scope, key, content_hash, outcome, code, journal_id, answered_at)"
        " SELECT scope, key, 'other', 'refused', 'x', NULL, answered_at FROM payments_request WHERE key = 'done'"
    ),
    "transfer across assets": TRANSFER + "({next}, {journal}, 2, 'IDR', {ana}, {dollars}, 5, 'posted', NULL, NULL)",
    "transfer to oneself": TRANSFER + "({next}, {journal}, 2, 'IDR', {ana}, {ana}, 5, 'posted', NULL, NULL)",
    "transfer of nothing": TRANSFER + "({next}, {journal}, 2, 'IDR', {ana}, {bo}, 0, 'posted', NULL, NULL)",
    "changed transfer": "UPDATE payments_transfer SET amount = 1 WHERE id = {transfer}",
    "deleted posting": "DELETE FROM payments_posting WHERE account_id = {ana} AND seq = 1",
    "shrinking total": f"UPDATE payments_account SET credits = credits - 1, {STEP} WHERE id = {{ana}}",
    "balance without a posting": "UPDATE payments_account SET credits = credits + 1 WHERE id = {ana}",
    "number of a posting used twice": POSTING + "({ana}, 1, 1, {hold}, 1, 0, 1, 0)",
    "deleted account": "DELETE FROM payments_account WHERE id = {dollars}",
    "second capture": TRANSFER + "({next}, {journal}, 2, 'IDR', {ana}, {bo}, 5, 'capture', {captured}, NULL)",
    "void after capture": TRANSFER + "({next}, {journal}, 2, 'IDR', {ana}, {bo}, 0, 'void', {captured}, NULL)",
    # And what else somebody might think of.
    "negative transfer": TRANSFER + "({next}, {journal}, 2, 'IDR', {ana}, {bo}, -5, 'posted', NULL, NULL)",
    "void of something": TRANSFER + "({next}, {journal}, 2, 'IDR', {ana}, {bo}, 5, 'void', {hold}, NULL)",
    "capture of no hold": TRANSFER + "({next}, {journal}, 2, 'IDR', {ana}, {bo}, 5, 'capture', NULL, NULL)",
    "transfer that says nothing we know": TRANSFER
    + "({next}, {journal}, 2, 'IDR', {ana}, {bo}, 5, 'gift', NULL, NULL)",
    "number of a line used twice": TRANSFER + "({next}, {journal}, 1, 'IDR', {ana}, {bo}, 5, 'posted', NULL, NULL)",
    "both sides on one account": POSTING + "({ana}, 99, 99, {transfer}, 1, 0, 1, 0)",
    "posting of a third account": POSTING + "({dollars}, 1, 1, {transfer}, 1, 0, 1, 0)",
    "posting of no transfer": POSTING + "({ana}, 99, 99, 999999, 1, 0, 1, 0)",
    "posting without a number": POSTING + "({bo}, 0, 99, {hold}, 1, 0, 1, 0)",
    "posting that holds less than nothing": POSTING + "({bo}, 99, 99, {hold}, 1, 0, 1, -1)",
    "posting of nothing": POSTING + "({bo}, 99, 99, {hold}, 0, 0, 1, 0)",
    "changed posting": "UPDATE payments_posting SET balance_after = 0 WHERE account_id = {ana}",
    "changed journal": "UPDATE payments_journal SET kind = 'gift' WHERE id = {journal}",
    "deleted journal": "DELETE FROM payments_journal WHERE id = {journal}",
    "deleted transfer": "DELETE FROM payments_transfer WHERE id = {transfer}",
    "forgotten answer": "DELETE FROM payments_request WHERE key = 'done'",
    "answer taken back": "UPDATE payments_request SET outcome = 'refused', code = 'x', journal_id = NULL WHERE key = 'done'",
    "answer of other contents": "UPDATE payments_request SET content_hash = 'other' WHERE key = 'done'",
    "account that begins with money": (
        "INSERT INTO payments_account (public_id, code, asset, kind, lock_rank, queued_credit, floor, ceiling, credits, debits,"
        " held, version, last_seq, status, opened_at) SELECT '01890000000070008000000000000000', 'gift', asset, kind, lock_rank,"
        " queued_credit, floor, ceiling, 5, 0, 0, 1, 1, status, opened_at FROM payments_account WHERE id = {ana}"
    ),
    "account of another asset now": "UPDATE payments_account SET asset = 'USD' WHERE id = {ana}",
    "account under another code": "UPDATE payments_account SET code = 'wallet:eve:IDR' WHERE id = {ana}",
    "account with a deeper floor": "UPDATE payments_account SET floor = -1000000 WHERE id = {ana}",
    "account that forgets its version": "UPDATE payments_account SET version = 0, last_seq = 0 WHERE id = {ana}",
    "frozen without a number": "UPDATE payments_account SET status = 'frozen' WHERE id = {ana}",
    "closed with money in it": "UPDATE payments_account SET status = 'closed', version = version + 1 WHERE id = {ana}",
    "status that nobody knows": "UPDATE payments_account SET status = 'lost', version = version + 1 WHERE id = {dollars}",
    "ceiling below what is there": "UPDATE payments_account SET ceiling = 1, version = version + 1 WHERE id = {ana}",
    "total beyond counting": f"UPDATE payments_account SET credits = 9100000000000000000, {STEP} WHERE id = {{ana}}",
    "held below nothing": f"UPDATE payments_account SET held = held - 301, {STEP} WHERE id = {{ana}}",
    "expiry of what is no hold": TRANSFER
    + "({next}, {journal}, 2, 'IDR', {ana}, {bo}, 5, 'posted', NULL, CURRENT_TIMESTAMP)",
    "resolving that is none": TRANSFER + "({next}, {journal}, 2, 'IDR', {ana}, {bo}, 5, 'posted', {hold}, NULL)",
    "account of an unknown status": ACCOUNT.format(status="'lost'", queued="queued_credit", ceiling="ceiling"),
    "hot receiver with a ceiling": ACCOUNT.format(status="status", queued="TRUE", ceiling="5"),
    "answer without a journal": REQUEST + "('s', 'k', 'h', 'posted', '', NULL, CURRENT_TIMESTAMP)",
    "refusal without a reason": REQUEST + "('s', 'k', 'h', 'refused', '', NULL, CURRENT_TIMESTAMP)",
    "answer that nobody gave": REQUEST + "('s', 'k', 'h', 'perhaps', 'x', NULL, CURRENT_TIMESTAMP)",
    "fee rule changed": "UPDATE payments_feerule SET basis_points = 0 WHERE channel = 'qris'",
    "fee rule deleted": "DELETE FROM payments_feerule WHERE channel = 'qris'",
    "fee above the whole": FEE_RULE.format(basis_points=10_001, above=0, up_to="NULL", until="NULL", channel="qris"),
    "fee rule of no amount": FEE_RULE.format(basis_points=10, above=5, up_to="5", until="NULL", channel="qris"),
    "fee rule that ends before it begins": FEE_RULE.format(
        basis_points=10, above=0, up_to="NULL", until="'1999-01-01'", channel="qris"
    ),
    "fee rule of an unknown channel": FEE_RULE.format(
        basis_points=10, above=0, up_to="NULL", until="NULL", channel="cash"
    ),
    "fee larger than its sale": "INSERT INTO payments_appliedfee (journal_id, rule_id, gross, fee) VALUES ({journal}, 1, 5, 6)",
    "settlement of a day without its sum": SETTLEMENT.format(net=5),
    "queued credit lost": "DELETE FROM payments_inbox WHERE transfer_id = {queued}",
    "queued credit changed": "UPDATE payments_inbox SET amount = 1000 WHERE transfer_id = {queued}",
    "hold forgotten": "DELETE FROM payments_openhold WHERE transfer_id = {hold}",
    "hold changed": "UPDATE payments_openhold SET amount = 1 WHERE transfer_id = {hold}",
}


ILLEGAL_ON_SQLITE = {
    "fraction of a sen": TRANSFER + "({next}, {journal}, 2, 'IDR', {ana}, {bo}, 1.5, 'posted', NULL, NULL)",
    "total with a fraction": f"UPDATE payments_account SET credits = credits + 0.5, {STEP} WHERE id = {{ana}}",
    "posting replaced": "INSERT OR REPLACE" + POSTING.removeprefix("INSERT") + "({ana}, 1, 1, {transfer}, 9, 0, 9, 0)",
    "transfer replaced": "INSERT OR REPLACE"
    + TRANSFER.removeprefix("INSERT")
    + "({transfer}, {journal}, 1, 'IDR', {ana}, {bo}, 1, 'posted', NULL, NULL)",
    "journal replaced": "INSERT OR REPLACE INTO payments_journal SELECT * FROM payments_journal WHERE id = {journal}",
    "answer replaced": "INSERT OR REPLACE INTO payments_request SELECT * FROM payments_request WHERE key = 'done'",
    "account replaced": "INSERT OR REPLACE INTO payments_account SELECT * FROM payments_account WHERE id = {dollars}",
    "fee rule replaced": "INSERT OR REPLACE INTO payments_feerule SELECT * FROM payments_feerule WHERE id = 1",
    "hold replaced": "INSERT OR REPLACE INTO payments_openhold SELECT * FROM payments_openhold WHERE transfer_id = {hold}",
    "queued credit replaced": "INSERT OR REPLACE INTO payments_inbox SELECT * FROM payments_inbox WHERE transfer_id = {queued}",
}
