-- What the database itself refuses about angpao. SQLite drops triggers in silence when it rebuilds a table, so these are made
-- afresh at the end of every migration that touches one, and looked for whenever a server starts.
-- The triggers called *_once are for INSERT OR REPLACE, which removes the old row without asking any trigger on DELETE.

CREATE TRIGGER angpao_packet_undeleted BEFORE DELETE ON angpao_packet
BEGIN SELECT RAISE(ABORT, 'angpao_packet: is never deleted'); END;

CREATE TRIGGER angpao_packet_once BEFORE INSERT ON angpao_packet
WHEN EXISTS (SELECT 1 FROM angpao_packet WHERE id = NEW.id OR public_id = NEW.public_id)
BEGIN SELECT RAISE(ABORT, 'UNIQUE constraint failed: angpao_packet.public_id'); END;

CREATE TRIGGER angpao_packet_begins_open BEFORE INSERT ON angpao_packet
WHEN NEW.state <> 'open' OR typeof(NEW.total_sen) <> 'integer' OR typeof(NEW.slot_count) <> 'integer'
BEGIN SELECT RAISE(ABORT, 'angpao_packet: begins open'); END;

CREATE TRIGGER angpao_packet_unchanged BEFORE UPDATE ON angpao_packet
WHEN NEW.id IS NOT OLD.id OR NEW.public_id IS NOT OLD.public_id OR NEW.sender_id IS NOT OLD.sender_id
    OR NEW.audience IS NOT OLD.audience OR NEW.is_group IS NOT OLD.is_group OR NEW.mode IS NOT OLD.mode
    OR NEW.total_sen IS NOT OLD.total_sen OR NEW.least_sen IS NOT OLD.least_sen
    OR NEW.slot_count IS NOT OLD.slot_count OR NEW.message IS NOT OLD.message
    OR NEW.seed IS NOT OLD.seed OR NEW.commitment IS NOT OLD.commitment OR NEW.sent_at IS NOT OLD.sent_at
    OR NEW.expires_at IS NOT OLD.expires_at
BEGIN SELECT RAISE(ABORT, 'angpao_packet: what was sent does not change'); END;

CREATE TRIGGER angpao_packet_closed_once BEFORE UPDATE ON angpao_packet
WHEN OLD.state <> 'open'
BEGIN SELECT RAISE(ABORT, 'angpao_packet: is closed once'); END;

CREATE TRIGGER angpao_packet_closed_as_it_is BEFORE UPDATE ON angpao_packet
WHEN NEW.state <> 'open'
    AND (NEW.state = 'finished')
        IS NOT (SELECT count(opened_by_id) = OLD.slot_count FROM angpao_slot WHERE packet_id = OLD.id)
BEGIN SELECT RAISE(ABORT, 'angpao_packet: is finished if all slots are opened, and returned otherwise'); END;

CREATE TRIGGER angpao_slot_undeleted BEFORE DELETE ON angpao_slot
BEGIN SELECT RAISE(ABORT, 'angpao_slot: is never deleted'); END;

CREATE TRIGGER angpao_slot_once BEFORE INSERT ON angpao_slot
WHEN EXISTS (SELECT 1 FROM angpao_slot WHERE id = NEW.id)
    OR EXISTS (SELECT 1 FROM angpao_slot WHERE packet_id = NEW.packet_id AND position = NEW.position)
BEGIN SELECT RAISE(ABORT, 'angpao_slot: is never replaced'); END;

CREATE TRIGGER angpao_slot_begins_unopened BEFORE INSERT ON angpao_slot
WHEN NEW.opened_by_id IS NOT NULL OR typeof(NEW.amount_sen) <> 'integer' OR NOT EXISTS (
    SELECT 1 FROM angpao_packet p WHERE p.id = NEW.packet_id AND p.state = 'open' AND NEW.position < p.slot_count
        AND NEW.amount_sen >= p.least_sen
        AND NEW.amount_sen + (SELECT coalesce(sum(amount_sen), 0) FROM angpao_slot WHERE packet_id = p.id) <= p.total_sen
)
BEGIN SELECT RAISE(ABORT, 'angpao_slot: begins unopened, as a part of its packet'); END;

CREATE TRIGGER angpao_slot_unchanged BEFORE UPDATE ON angpao_slot
WHEN NEW.id IS NOT OLD.id OR NEW.packet_id IS NOT OLD.packet_id OR NEW.position IS NOT OLD.position
    OR NEW.amount_sen IS NOT OLD.amount_sen
BEGIN SELECT RAISE(ABORT, 'angpao_slot: what was split does not change'); END;

CREATE TRIGGER angpao_slot_person_kept BEFORE UPDATE ON angpao_slot
WHEN EXISTS (
    SELECT 1 FROM angpao_slot WHERE packet_id = OLD.packet_id AND opened_by_id = NEW.opened_by_id AND id <> OLD.id
) OR EXISTS (SELECT 1 FROM angpao_slot WHERE journal = NEW.journal AND id <> OLD.id)
BEGIN SELECT RAISE(ABORT, 'angpao_slot: a person opens one'); END;

CREATE TRIGGER angpao_slot_opened_once BEFORE UPDATE ON angpao_slot
WHEN OLD.opened_by_id IS NOT NULL OR NEW.opened_by_id IS NULL OR NOT EXISTS (
    SELECT 1 FROM angpao_packet
    WHERE id = OLD.packet_id AND state = 'open' AND sender_id <> NEW.opened_by_id AND NEW.opened_at < expires_at
)
BEGIN SELECT RAISE(ABORT, 'angpao_slot: is opened once, in time, by somebody else than the sender'); END;
