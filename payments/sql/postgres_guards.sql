-- What the database itself refuses, whoever asks. Running this again changes nothing.
-- Triggers are ENABLE ALWAYS, so that session_replication_role switches none of them off.

DO $do$
BEGIN
    IF NOT EXISTS (SELECT 1 FROM pg_constraint WHERE conname = 'payments_transfer_debit_asset') THEN
        ALTER TABLE payments_transfer ADD CONSTRAINT payments_transfer_debit_asset
            FOREIGN KEY (debit_id, asset) REFERENCES payments_account (id, asset);
    END IF;
    IF NOT EXISTS (SELECT 1 FROM pg_constraint WHERE conname = 'payments_transfer_credit_asset') THEN
        ALTER TABLE payments_transfer ADD CONSTRAINT payments_transfer_credit_asset
            FOREIGN KEY (credit_id, asset) REFERENCES payments_account (id, asset);
    END IF;
END
$do$;

-- Room on each page for the new version of a row that changes with every payment.
ALTER TABLE payments_account SET (fillfactor = 70);

CREATE OR REPLACE FUNCTION payments_refuse() RETURNS trigger LANGUAGE plpgsql AS $body$
BEGIN
    RAISE EXCEPTION '%: %', TG_TABLE_NAME, TG_ARGV[0] USING ERRCODE = 'restrict_violation';
END
$body$;

-- Functions, and neither CHECKs nor triggers with a condition: of those PostgreSQL reads and plans the text anew for every
-- statement, which was about a quarter of a transfer. The first rule that is broken is named; most are CHECKs on SQLite.

ALTER TABLE payments_account DROP CONSTRAINT IF EXISTS payments_account_totals_in_range,
    DROP CONSTRAINT IF EXISTS payments_account_queued_has_no_ceiling,
    DROP CONSTRAINT IF EXISTS payments_account_version_counts_all,
    DROP CONSTRAINT IF EXISTS payments_account_status_known;
ALTER TABLE payments_transfer DROP CONSTRAINT IF EXISTS payments_transfer_not_to_itself,
    DROP CONSTRAINT IF EXISTS payments_transfer_moves_something,
    DROP CONSTRAINT IF EXISTS payments_transfer_pending_iff_resolving,
    DROP CONSTRAINT IF EXISTS payments_transfer_only_holds_expire;
ALTER TABLE payments_posting DROP CONSTRAINT IF EXISTS payments_posting_numbered,
    DROP CONSTRAINT IF EXISTS payments_posting_changes_something,
    DROP CONSTRAINT IF EXISTS payments_posting_held_not_negative;
ALTER TABLE payments_request DROP CONSTRAINT IF EXISTS payments_request_posted_or_refused;
DO $do$
DECLARE
    v_name name;
BEGIN
    FOR v_name IN SELECT conname FROM pg_constraint WHERE conrelid = 'payments_posting'::regclass AND contype = 'f' LOOP
        EXECUTE format('ALTER TABLE payments_posting DROP CONSTRAINT %I', v_name);
    END LOOP;
END
$do$;

-- An account may grow, by numbered postings. Its floor and ceiling are CHECKs here, too.
CREATE OR REPLACE FUNCTION payments_account_guard() RETURNS trigger LANGUAGE plpgsql AS $body$
DECLARE
    v_broken text := CASE
        WHEN NEW.credits < OLD.credits OR NEW.debits < OLD.debits OR NEW.version < OLD.version OR NEW.last_seq < OLD.last_seq
            THEN 'totals and numbers only grow'
        WHEN NEW.last_seq = OLD.last_seq AND (NEW.credits <> OLD.credits OR NEW.debits <> OLD.debits OR NEW.held <> OLD.held)
            OR NEW.version - OLD.version < NEW.last_seq - OLD.last_seq
            THEN 'money moves by numbered postings alone'
        WHEN NEW.version < NEW.last_seq THEN 'payments_account_version_counts_all'
        WHEN NEW.held < 0 OR greatest(NEW.credits, NEW.debits, NEW.held) > 9000000000000000000
            THEN 'payments_account_totals_in_range'
    END;
BEGIN
    IF v_broken IS NULL THEN
        RETURN NEW;
    END IF;
    RAISE EXCEPTION 'payments_account: %', v_broken USING ERRCODE = 'check_violation';
END
$body$;

-- Asked only by statements that name a column which is not money.
CREATE OR REPLACE FUNCTION payments_account_identity_guard() RETURNS trigger LANGUAGE plpgsql AS $body$
DECLARE
    v_broken text := CASE
        WHEN (NEW.id, NEW.public_id, NEW.code, NEW.asset, NEW.kind, NEW.owner_id, NEW.lock_rank, NEW.queued_credit, NEW.floor, NEW.opened_at)
            IS DISTINCT FROM
            (OLD.id, OLD.public_id, OLD.code, OLD.asset, OLD.kind, OLD.owner_id, OLD.lock_rank, OLD.queued_credit, OLD.floor, OLD.opened_at)
            THEN 'what it is does not change'
        WHEN NEW.version = OLD.version AND (NEW.status, NEW.ceiling) IS DISTINCT FROM (OLD.status, OLD.ceiling)
            THEN 'every change raises its version'
        WHEN NEW.status <> OLD.status AND (OLD.status = 'closed' OR NEW.status = 'closed' AND (NEW.credits <> NEW.debits OR NEW.held <> 0))
            THEN 'closes empty, and for good'
        WHEN NEW.status NOT IN ('open', 'frozen', 'closed') THEN 'payments_account_status_known'
        WHEN NEW.queued_credit AND NEW.ceiling IS NOT NULL THEN 'payments_account_queued_has_no_ceiling'
    END;
BEGIN
    IF v_broken IS NULL THEN
        RETURN NEW;
    END IF;
    RAISE EXCEPTION 'payments_account: %', v_broken USING ERRCODE = 'check_violation';
END
$body$;

CREATE OR REPLACE FUNCTION payments_account_opening_guard() RETURNS trigger LANGUAGE plpgsql AS $body$
DECLARE
    v_broken text := CASE
        WHEN NEW.credits <> 0 OR NEW.debits <> 0 OR NEW.held <> 0 OR NEW.version <> 0 OR NEW.last_seq <> 0 THEN 'begins empty'
        WHEN NEW.status NOT IN ('open', 'frozen', 'closed') THEN 'payments_account_status_known'
        WHEN NEW.queued_credit AND NEW.ceiling IS NOT NULL THEN 'payments_account_queued_has_no_ceiling'
    END;
BEGIN
    IF v_broken IS NULL THEN
        RETURN NEW;
    END IF;
    RAISE EXCEPTION 'payments_account: %', v_broken USING ERRCODE = 'check_violation';
END
$body$;

CREATE OR REPLACE FUNCTION payments_transfer_guard() RETURNS trigger LANGUAGE plpgsql AS $body$
DECLARE
    v_broken text := CASE
        WHEN NEW.debit_id = NEW.credit_id THEN 'payments_transfer_not_to_itself'
        WHEN NEW.amount < 0 OR NEW.amount > 9000000000000000000 OR (NEW.amount = 0) <> (NEW.phase = 'void')
            THEN 'payments_transfer_moves_something'
        WHEN CASE WHEN NEW.pending_id IS NULL THEN NEW.phase NOT IN ('posted', 'hold') ELSE NEW.phase NOT IN ('capture', 'void') END
            THEN 'payments_transfer_pending_iff_resolving'
        WHEN NEW.expires_at IS NOT NULL AND NEW.phase <> 'hold' THEN 'payments_transfer_only_holds_expire'
    END;
BEGIN
    IF v_broken IS NULL THEN
        RETURN NEW;
    END IF;
    RAISE EXCEPTION 'payments_transfer: %', v_broken USING ERRCODE = 'check_violation';
END
$body$;

-- Its transfer stays for ever, and so do that one's accounts. So this look is all that foreign keys would say, and more, for less.
CREATE OR REPLACE FUNCTION payments_posting_guard() RETURNS trigger LANGUAGE plpgsql AS $body$
DECLARE
    v_broken text := CASE
        WHEN NEW.seq <= 0 OR NEW.rev < NEW.seq THEN 'payments_posting_numbered'
        WHEN NEW.delta = 0 AND NEW.held_delta = 0 THEN 'payments_posting_changes_something'
        WHEN NEW.held_after < 0 THEN 'payments_posting_held_not_negative'
        WHEN NOT EXISTS (
            SELECT FROM payments_transfer t WHERE t.id = NEW.transfer_id AND NEW.account_id IN (t.debit_id, t.credit_id)
        ) THEN 'is a side of its transfer'
    END;
BEGIN
    IF v_broken IS NULL THEN
        RETURN NEW;
    END IF;
    RAISE EXCEPTION 'payments_posting: %', v_broken USING ERRCODE = 'check_violation';
END
$body$;

CREATE OR REPLACE FUNCTION payments_request_answer_guard() RETURNS trigger LANGUAGE plpgsql AS $body$
BEGIN
    IF NEW.outcome = 'posted' AND NEW.journal_id IS NOT NULL AND NEW.code = ''
        OR NEW.outcome = 'refused' AND NEW.journal_id IS NULL AND NEW.code <> ''
    THEN
        RETURN NEW;
    END IF;
    RAISE EXCEPTION 'payments_request: payments_request_posted_or_refused' USING ERRCODE = 'check_violation';
END
$body$;

-- A posted request has its journal, by foreign key; so only one that is being answered right now can still be refused.
CREATE OR REPLACE FUNCTION payments_request_guard() RETURNS trigger LANGUAGE plpgsql AS $body$
BEGIN
    IF (NEW.id, NEW.scope, NEW.key, NEW.content_hash, NEW.answered_at)
        IS DISTINCT FROM (OLD.id, OLD.scope, OLD.key, OLD.content_hash, OLD.answered_at)
        OR OLD.outcome <> 'posted' OR NEW.outcome <> 'refused'
        OR EXISTS (SELECT 1 FROM payments_journal WHERE id = OLD.journal_id)
    THEN
        RAISE EXCEPTION 'payments_request: an answer is final' USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END
$body$;

CREATE OR REPLACE FUNCTION payments_inbox_guard() RETURNS trigger LANGUAGE plpgsql AS $body$
BEGIN
    IF NOT EXISTS (SELECT 1 FROM payments_posting WHERE transfer_id = OLD.transfer_id AND account_id = OLD.account_id) THEN
        RAISE EXCEPTION 'payments_inbox: not posted yet' USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN OLD;
END
$body$;

CREATE OR REPLACE FUNCTION payments_openhold_guard() RETURNS trigger LANGUAGE plpgsql AS $body$
BEGIN
    IF NOT EXISTS (SELECT 1 FROM payments_transfer WHERE pending_id = OLD.transfer_id) THEN
        RAISE EXCEPTION 'payments_openhold: neither captured nor voided yet' USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN OLD;
END
$body$;

CREATE OR REPLACE FUNCTION payments_refundable_guard() RETURNS trigger LANGUAGE plpgsql AS $body$
BEGIN
    IF NEW.journal_id <> OLD.journal_id OR NEW.cap <> OLD.cap OR NEW.refunded <= OLD.refunded OR NEW.refunds <> OLD.refunds + 1 THEN
        RAISE EXCEPTION 'payments_refundable: only counts refunds' USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END
$body$;

-- The triggers that call these functions are listed in payments/maintenance/guards.py.

-- A charge is closed once; but for that it stays as it was asked for.
CREATE OR REPLACE FUNCTION payments_charge_guard() RETURNS trigger LANGUAGE plpgsql AS $body$
BEGIN
    IF OLD.closed_at IS NOT NULL
        OR (NEW.id, NEW.public_id, NEW.user_id, NEW.method, NEW.reference, NEW.amount, NEW.asset, NEW.partner_reference, NEW.created_at, NEW.expires_at)
            IS DISTINCT FROM (OLD.id, OLD.public_id, OLD.user_id, OLD.method, OLD.reference, OLD.amount, OLD.asset, OLD.partner_reference, OLD.created_at, OLD.expires_at)
    THEN
        RAISE EXCEPTION 'payments_charge: is closed once, and is otherwise as it was asked for' USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END
$body$;

-- A mandate ends once; but for that it stays as its payer gave it.
CREATE OR REPLACE FUNCTION payments_mandate_guard() RETURNS trigger LANGUAGE plpgsql AS $body$
BEGIN
    IF OLD.ended_at IS NOT NULL
        OR (NEW.id, NEW.public_id, NEW.payer_id, NEW.receiver_id, NEW.amount_max, NEW.made_at)
            IS DISTINCT FROM (OLD.id, OLD.public_id, OLD.payer_id, OLD.receiver_id, OLD.amount_max, OLD.made_at)
    THEN
        RAISE EXCEPTION 'payments_mandate: ends once, and is otherwise as it was given' USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END
$body$;

-- A withdrawal is closed once; but for that it stays as it was asked for.
CREATE OR REPLACE FUNCTION payments_withdrawal_guard() RETURNS trigger LANGUAGE plpgsql AS $body$
BEGIN
    IF OLD.closed_at IS NOT NULL
        OR (NEW.id, NEW.public_id, NEW.user_id, NEW.merchant, NEW.bank_code, NEW.account_number, NEW.holder, NEW.amount, NEW.fee, NEW.asset, NEW.partner_reference, NEW.hold_id, NEW.created_at)
            IS DISTINCT FROM (OLD.id, OLD.public_id, OLD.user_id, OLD.merchant, OLD.bank_code, OLD.account_number, OLD.holder, OLD.amount, OLD.fee, OLD.asset, OLD.partner_reference, OLD.hold_id, OLD.created_at)
    THEN
        RAISE EXCEPTION 'payments_withdrawal: is closed once, and is otherwise as it was asked for' USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END
$body$;

-- Blocks have numbers without a gap, and each names the head of the one before.
CREATE OR REPLACE FUNCTION payments_block_guard() RETURNS trigger LANGUAGE plpgsql AS $body$
DECLARE
    v_last record;
BEGIN
    SELECT number, head INTO v_last FROM payments_block ORDER BY number DESC LIMIT 1;
    IF NEW.number <> coalesce(v_last.number, 0) + 1 OR NEW.previous <> coalesce(v_last.head, repeat('0', 64)) THEN
        RAISE EXCEPTION 'payments_block: follows the block before it' USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END
$body$;

-- A break is closed once; but for its owner and when it was last seen it stays as it was found.
CREATE OR REPLACE FUNCTION payments_reconciliationbreak_guard() RETURNS trigger LANGUAGE plpgsql AS $body$
BEGIN
    IF OLD.closed_at IS NOT NULL
        OR (NEW.id, NEW.kind, NEW.reference, NEW.day, NEW.ledger_amount, NEW.history_amount, NEW.statement_amount, NEW.found_at)
            IS DISTINCT FROM (OLD.id, OLD.kind, OLD.reference, OLD.day, OLD.ledger_amount, OLD.history_amount, OLD.statement_amount, OLD.found_at)
    THEN
        RAISE EXCEPTION 'payments_reconciliationbreak: is closed once, and is otherwise as it was found' USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END
$body$;

-- What the operator owes users grows with money from outside and shrinks with money that leaves. Cash, banks and suspense are
-- outside; money between them, and between people, does not touch the row.
CREATE OR REPLACE FUNCTION payments_transfer_counter() RETURNS trigger LANGUAGE plpgsql AS $body$
DECLARE
    v_owed bigint;
BEGIN
    IF NEW.phase NOT IN ('posted', 'capture') THEN
        RETURN NEW;
    END IF;
    -- Nearly all money moves inside. This look finds nothing in the small index payments_account_outside, at half the cost of a sum.
    PERFORM 1 FROM payments_account WHERE id IN (NEW.debit_id, NEW.credit_id) AND kind IN ('cash', 'bank', 'suspense');
    IF NOT FOUND THEN
        RETURN NEW;
    END IF;
    SELECT sum(CASE WHEN id = NEW.debit_id THEN NEW.amount ELSE -NEW.amount END) INTO v_owed
    FROM payments_account WHERE id IN (NEW.debit_id, NEW.credit_id) AND kind IN ('cash', 'bank', 'suspense');
    IF v_owed <> 0 THEN
        UPDATE payments_issuedmoney SET owed = owed + v_owed WHERE asset = NEW.asset;
    END IF;
    RETURN NEW;
END
$body$;

CREATE OR REPLACE FUNCTION payments_issuedmoney_guard() RETURNS trigger LANGUAGE plpgsql AS $body$
BEGIN
    IF NEW.asset <> OLD.asset OR NEW.owed <> OLD.owed AND pg_trigger_depth() < 2 THEN
        RAISE EXCEPTION 'payments_issuedmoney: is counted by transfers alone' USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END
$body$;

-- A refund of a merchant is closed once; but for that it stays as it was asked for.
CREATE OR REPLACE FUNCTION payments_merchantrefund_guard() RETURNS trigger LANGUAGE plpgsql AS $body$
BEGIN
    IF OLD.closed_at IS NOT NULL
        OR (NEW.id, NEW.public_id, NEW.merchant, NEW.number, NEW.payment_id, NEW.amount, NEW.reason, NEW.requested_by_id, NEW.requested_at)
            IS DISTINCT FROM (OLD.id, OLD.public_id, OLD.merchant, OLD.number, OLD.payment_id, OLD.amount, OLD.reason, OLD.requested_by_id, OLD.requested_at)
    THEN
        RAISE EXCEPTION 'payments_merchantrefund: is closed once, and is otherwise as it was asked for' USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END
$body$;

-- A schedule of settlements goes on from where the last one ended, and to a later day; another rhythm or owner is a new choice.
CREATE OR REPLACE FUNCTION payments_settlementschedule_guard() RETURNS trigger LANGUAGE plpgsql AS $body$
BEGIN
    IF (NEW.id, NEW.merchant) IS DISTINCT FROM (OLD.id, OLD.merchant)
        OR NEW.since_seq < OLD.since_seq
        OR NEW.chosen_at = OLD.chosen_at
            AND ((NEW.owner_id, NEW.rhythm, NEW.target) IS DISTINCT FROM (OLD.owner_id, OLD.rhythm, OLD.target) OR NEW.next_at < OLD.next_at)
    THEN
        RAISE EXCEPTION 'payments_settlementschedule: moves on, and is otherwise chosen anew' USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END
$body$;
