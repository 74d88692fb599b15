-- What the database itself refuses about payments between people, whoever asks. Running this again changes nothing.
-- Triggers are ENABLE ALWAYS, so that session_replication_role switches none of them off.

CREATE OR REPLACE FUNCTION peer_payments_refuse() RETURNS trigger LANGUAGE plpgsql AS $body$
BEGIN
    RAISE EXCEPTION '%: %', TG_TABLE_NAME, TG_ARGV[0] USING ERRCODE = 'restrict_violation';
END
$body$;

CREATE OR REPLACE FUNCTION peer_payments_moneyrequest_guard() RETURNS trigger LANGUAGE plpgsql AS $body$
BEGIN
    IF OLD.state <> 'open'
        OR (NEW.id, NEW.public_id, NEW.requester_id, NEW.payer_id, NEW.amount, NEW.split_id, NEW.note, NEW.idempotency_key, NEW.made_at, NEW.expires_at)
            IS DISTINCT FROM (OLD.id, OLD.public_id, OLD.requester_id, OLD.payer_id, OLD.amount, OLD.split_id, OLD.note, OLD.idempotency_key, OLD.made_at, OLD.expires_at)
    THEN
        RAISE EXCEPTION 'peer_payments_moneyrequest: is closed once, and is otherwise as it was asked for' USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END
$body$;

CREATE OR REPLACE FUNCTION peer_payments_billsplit_guard() RETURNS trigger LANGUAGE plpgsql AS $body$
BEGIN
    IF (NEW.id, NEW.public_id, NEW.maker_id, NEW."group", NEW.title, NEW.total, NEW.own_share, NEW.method, NEW.items::text, NEW.idempotency_key, NEW.made_at)
            IS DISTINCT FROM (OLD.id, OLD.public_id, OLD.maker_id, OLD."group", OLD.title, OLD.total, OLD.own_share, OLD.method, OLD.items::text, OLD.idempotency_key, OLD.made_at)
    THEN
        RAISE EXCEPTION 'peer_payments_billsplit: what was split does not change' USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END
$body$;

CREATE OR REPLACE FUNCTION peer_payments_occurrence_guard() RETURNS trigger LANGUAGE plpgsql AS $body$
BEGIN
    IF OLD.state <> 'pending'
        OR (NEW.id, NEW.public_id, NEW.schedule_id, NEW.due_on)
            IS DISTINCT FROM (OLD.id, OLD.public_id, OLD.schedule_id, OLD.due_on)
    THEN
        RAISE EXCEPTION 'peer_payments_occurrence: ends once, and keeps its date' USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END
$body$;
