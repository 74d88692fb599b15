-- What the database itself refuses about angpao, whoever asks. Running this again changes nothing.
-- Triggers are ENABLE ALWAYS, so that session_replication_role switches none of them off.

CREATE OR REPLACE FUNCTION angpao_refuse() RETURNS trigger LANGUAGE plpgsql AS $body$
BEGIN
    RAISE EXCEPTION '%: %', TG_TABLE_NAME, TG_ARGV[0] USING ERRCODE = 'restrict_violation';
END
$body$;

CREATE OR REPLACE FUNCTION angpao_packet_opening_guard() RETURNS trigger LANGUAGE plpgsql AS $body$
BEGIN
    IF NEW.state <> 'open' THEN
        RAISE EXCEPTION 'angpao_packet: begins open' USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END
$body$;

CREATE OR REPLACE FUNCTION angpao_packet_guard() RETURNS trigger LANGUAGE plpgsql AS $body$
BEGIN
    IF (NEW.id, NEW.public_id, NEW.sender_id, NEW.audience, NEW.is_group, NEW.mode, NEW.total_sen, NEW.least_sen, NEW.slot_count,
            NEW.message, NEW.seed, NEW.commitment, NEW.sent_at, NEW.expires_at)
        IS DISTINCT FROM (OLD.id, OLD.public_id, OLD.sender_id, OLD.audience, OLD.is_group, OLD.mode, OLD.total_sen,
            OLD.least_sen, OLD.slot_count, OLD.message, OLD.seed, OLD.commitment, OLD.sent_at, OLD.expires_at)
    THEN
        RAISE EXCEPTION 'angpao_packet: what was sent does not change' USING ERRCODE = 'restrict_violation';
    END IF;
    IF OLD.state <> 'open' THEN
        RAISE EXCEPTION 'angpao_packet: is closed once' USING ERRCODE = 'restrict_violation';
    END IF;
    IF NEW.state <> 'open'
        AND (NEW.state = 'finished')
            IS DISTINCT FROM (SELECT count(opened_by_id) = OLD.slot_count FROM angpao_slot WHERE packet_id = OLD.id)
    THEN
        RAISE EXCEPTION 'angpao_packet: is finished if all slots are opened, and returned otherwise'
            USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END
$body$;

CREATE OR REPLACE FUNCTION angpao_slot_filling_guard() RETURNS trigger LANGUAGE plpgsql AS $body$
BEGIN
    IF NEW.opened_by_id IS NOT NULL OR NOT EXISTS (
        SELECT FROM angpao_packet p WHERE p.id = NEW.packet_id AND p.state = 'open' AND NEW.position < p.slot_count
            AND NEW.amount_sen >= p.least_sen
            AND NEW.amount_sen + (SELECT coalesce(sum(amount_sen), 0) FROM angpao_slot WHERE packet_id = p.id)
                <= p.total_sen
    ) THEN
        RAISE EXCEPTION 'angpao_slot: begins unopened, as a part of its packet' USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END
$body$;

CREATE OR REPLACE FUNCTION angpao_slot_guard() RETURNS trigger LANGUAGE plpgsql AS $body$
BEGIN
    IF (NEW.id, NEW.packet_id, NEW.position, NEW.amount_sen)
        IS DISTINCT FROM (OLD.id, OLD.packet_id, OLD.position, OLD.amount_sen)
    THEN
        RAISE EXCEPTION 'angpao_slot: what was split does not change' USING ERRCODE = 'restrict_violation';
    END IF;
    IF OLD.opened_by_id IS NOT NULL OR NEW.opened_by_id IS NULL
        OR NOT EXISTS (
            SELECT FROM angpao_packet
            WHERE id = OLD.packet_id AND state = 'open' AND sender_id <> NEW.opened_by_id AND NEW.opened_at < expires_at
        )
    THEN
        RAISE EXCEPTION 'angpao_slot: is opened once, in time, by somebody else than the sender'
            USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END
$body$;
