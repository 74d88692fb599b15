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

-- One function and not a trigger with a condition for each rule: a condition is parsed anew for every statement, which cost
-- more than the payment itself.
CREATE OR REPLACE FUNCTION payments_account_guard() RETURNS trigger LANGUAGE plpgsql AS $body$
BEGIN
    IF NEW.credits < OLD.credits OR NEW.debits < OLD.debits OR NEW.version < OLD.version OR NEW.last_seq < OLD.last_seq THEN
        RAISE EXCEPTION 'payments_account: totals and numbers only grow' USING ERRCODE = 'restrict_violation';
    END IF;
    IF NEW.last_seq = OLD.last_seq AND (NEW.credits <> OLD.credits OR NEW.debits <> OLD.debits OR NEW.held <> OLD.held)
        OR NEW.version - OLD.version < NEW.last_seq - OLD.last_seq
    THEN
        RAISE EXCEPTION 'payments_account: money moves by numbered postings alone' USING ERRCODE = 'restrict_violation';
    END IF;
    IF NEW.id <> OLD.id OR NEW.public_id <> OLD.public_id OR NEW.code <> OLD.code OR NEW.asset <> OLD.asset OR NEW.kind <> OLD.kind
        OR NEW.owner_id IS DISTINCT FROM OLD.owner_id OR NEW.lock_rank <> OLD.lock_rank OR NEW.queued_credit <> OLD.queued_credit
        OR NEW.floor IS DISTINCT FROM OLD.floor OR NEW.opened_at <> OLD.opened_at
    THEN
        RAISE EXCEPTION 'payments_account: what it is does not change' USING ERRCODE = 'restrict_violation';
    END IF;
    IF NEW.version = OLD.version AND (NEW.status <> OLD.status OR NEW.ceiling IS DISTINCT FROM OLD.ceiling) THEN
        RAISE EXCEPTION 'payments_account: every change raises its version' USING ERRCODE = 'restrict_violation';
    END IF;
    IF NEW.status <> OLD.status
        AND (OLD.status = 'closed' OR NEW.status = 'closed' AND (NEW.credits <> NEW.debits OR NEW.held <> 0))
    THEN
        RAISE EXCEPTION 'payments_account: closes empty, and for good' USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
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

-- Every guard: table, name, when, condition ('' for always), function, what it says.
DO $do$
DECLARE
    g record;
BEGIN
    FOR g IN SELECT * FROM (VALUES
        ('journal', 'append_only', 'BEFORE UPDATE OR DELETE', '', 'refuse', 'is append-only'),
        ('transfer', 'append_only', 'BEFORE UPDATE OR DELETE', '', 'refuse', 'is append-only'),
        ('posting', 'append_only', 'BEFORE UPDATE OR DELETE', '', 'refuse', 'is append-only'),
        ('request', 'never_deleted', 'BEFORE DELETE', '', 'refuse', 'an answer is kept for ever'),
        ('request', 'final', 'BEFORE UPDATE', '', 'request_guard', ''),
        ('account', 'never_deleted', 'BEFORE DELETE', '', 'refuse', 'is never deleted'),
        ('account', 'begins_empty', 'BEFORE INSERT',
            'NEW.credits <> 0 OR NEW.debits <> 0 OR NEW.held <> 0 OR NEW.version <> 0 OR NEW.last_seq <> 0',
            'refuse', 'begins empty'),
        ('account', 'changes', 'BEFORE UPDATE', '', 'account_guard', ''),
        ('inbox', 'unchanged', 'BEFORE UPDATE', '', 'refuse', 'is not changed'),
        ('inbox', 'leaves_posted', 'BEFORE DELETE', '', 'inbox_guard', ''),
        ('openhold', 'unchanged', 'BEFORE UPDATE', '', 'refuse', 'is not changed'),
        ('openhold', 'leaves_resolved', 'BEFORE DELETE', '', 'openhold_guard', ''),
        ('refundable', 'never_deleted', 'BEFORE DELETE', '', 'refuse', 'is never deleted'),
        ('refundable', 'only_grows', 'BEFORE UPDATE',
            'NEW.journal_id <> OLD.journal_id OR NEW.cap <> OLD.cap OR NEW.refunded <= OLD.refunded OR NEW.refunds <> OLD.refunds + 1',
            'refuse', 'only counts refunds'),
        ('journal', 'not_truncated', 'BEFORE TRUNCATE', '', 'refuse', 'is not truncated'),
        ('transfer', 'not_truncated', 'BEFORE TRUNCATE', '', 'refuse', 'is not truncated'),
        ('posting', 'not_truncated', 'BEFORE TRUNCATE', '', 'refuse', 'is not truncated'),
        ('request', 'not_truncated', 'BEFORE TRUNCATE', '', 'refuse', 'is not truncated'),
        ('account', 'not_truncated', 'BEFORE TRUNCATE', '', 'refuse', 'is not truncated'),
        ('inbox', 'not_truncated', 'BEFORE TRUNCATE', '', 'refuse', 'is not truncated'),
        ('openhold', 'not_truncated', 'BEFORE TRUNCATE', '', 'refuse', 'is not truncated'),
        ('refundable', 'not_truncated', 'BEFORE TRUNCATE', '', 'refuse', 'is not truncated')
    ) AS guards (of_table, name, at, condition, does, says)
    LOOP
        EXECUTE format('DROP TRIGGER IF EXISTS %I ON %I', 'payments_' || g.of_table || '_' || g.name, 'payments_' || g.of_table);
        EXECUTE format(
            'CREATE TRIGGER %I %s ON %I FOR EACH %s %s EXECUTE FUNCTION %I(%L)',
            'payments_' || g.of_table || '_' || g.name, g.at, 'payments_' || g.of_table,
            CASE WHEN g.at LIKE '%TRUNCATE' THEN 'STATEMENT' ELSE 'ROW' END,
            CASE WHEN g.condition = '' THEN '' ELSE 'WHEN (' || g.condition || ')' END,
            'payments_' || g.does, g.says
        );
        EXECUTE format('ALTER TABLE %I ENABLE ALWAYS TRIGGER %I', 'payments_' || g.of_table, 'payments_' || g.of_table || '_' || g.name);
    END LOOP;
END
$do$;
