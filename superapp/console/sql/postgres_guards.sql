-- What the database itself refuses about the console, whoever asks. Running this again changes nothing.
-- Triggers are ENABLE ALWAYS, so that session_replication_role switches none of them off.

CREATE OR REPLACE FUNCTION console_refuse() RETURNS trigger LANGUAGE plpgsql AS $body$
BEGIN
    RAISE EXCEPTION '%: %', TG_TABLE_NAME, TG_ARGV[0] USING ERRCODE = 'restrict_violation';
END
$body$;

CREATE OR REPLACE FUNCTION console_proposal_opening_guard() RETURNS trigger LANGUAGE plpgsql AS $body$
BEGIN
    IF NEW.state <> 'open' THEN
        RAISE EXCEPTION 'console_proposal: begins open' USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END
$body$;

CREATE OR REPLACE FUNCTION console_proposal_guard() RETURNS trigger LANGUAGE plpgsql AS $body$
BEGIN
    IF OLD.state <> 'open'
        OR (NEW.id, NEW.public_id, NEW.kind, NEW.payload, NEW.reason, NEW.maker_id, NEW.made_at)
            IS DISTINCT FROM (OLD.id, OLD.public_id, OLD.kind, OLD.payload, OLD.reason, OLD.maker_id, OLD.made_at)
    THEN
        RAISE EXCEPTION 'console_proposal: is decided once, and is otherwise as it was made' USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END
$body$;
