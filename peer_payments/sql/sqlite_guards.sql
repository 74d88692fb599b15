-- What the database itself refuses about payments between people. SQLite drops triggers in silence when it rebuilds a table, so
-- these are made afresh at the end of every migration that touches one, and looked for whenever a server starts.
-- The triggers called *_once are for INSERT OR REPLACE, which removes the old row without asking any trigger on DELETE.

CREATE TRIGGER peer_payments_moneyrequest_undeleted BEFORE DELETE ON peer_payments_moneyrequest
BEGIN SELECT RAISE(ABORT, 'peer_payments_moneyrequest: is never deleted'); END;

CREATE TRIGGER peer_payments_moneyrequest_once BEFORE INSERT ON peer_payments_moneyrequest
WHEN EXISTS (SELECT 1 FROM peer_payments_moneyrequest WHERE id = NEW.id OR public_id = NEW.public_id)
    OR EXISTS (SELECT 1 FROM peer_payments_moneyrequest WHERE requester_id = NEW.requester_id AND idempotency_key = NEW.idempotency_key)
BEGIN SELECT RAISE(ABORT, 'UNIQUE constraint failed: peer_payments_moneyrequest.requester_id, peer_payments_moneyrequest.idempotency_key'); END;

CREATE TRIGGER peer_payments_moneyrequest_closed_once BEFORE UPDATE ON peer_payments_moneyrequest
WHEN OLD.state <> 'open'
    OR NEW.id IS NOT OLD.id
    OR NEW.public_id IS NOT OLD.public_id
    OR NEW.requester_id IS NOT OLD.requester_id
    OR NEW.payer_id IS NOT OLD.payer_id
    OR NEW.amount IS NOT OLD.amount
    OR NEW.split_id IS NOT OLD.split_id
    OR NEW.note IS NOT OLD.note
    OR NEW.idempotency_key IS NOT OLD.idempotency_key
    OR NEW.made_at IS NOT OLD.made_at
    OR NEW.expires_at IS NOT OLD.expires_at
BEGIN SELECT RAISE(ABORT, 'peer_payments_moneyrequest: is closed once, and is otherwise as it was asked for'); END;

CREATE TRIGGER peer_payments_billsplit_undeleted BEFORE DELETE ON peer_payments_billsplit
BEGIN SELECT RAISE(ABORT, 'peer_payments_billsplit: is never deleted'); END;

CREATE TRIGGER peer_payments_billsplit_once BEFORE INSERT ON peer_payments_billsplit
WHEN EXISTS (SELECT 1 FROM peer_payments_billsplit WHERE id = NEW.id OR public_id = NEW.public_id)
    OR EXISTS (SELECT 1 FROM peer_payments_billsplit WHERE maker_id = NEW.maker_id AND idempotency_key = NEW.idempotency_key)
BEGIN SELECT RAISE(ABORT, 'UNIQUE constraint failed: peer_payments_billsplit.maker_id, peer_payments_billsplit.idempotency_key'); END;

CREATE TRIGGER peer_payments_billsplit_unchanged BEFORE UPDATE ON peer_payments_billsplit
WHEN NEW.id IS NOT OLD.id
    OR NEW.public_id IS NOT OLD.public_id
    OR NEW.maker_id IS NOT OLD.maker_id
    OR NEW."group" IS NOT OLD."group"
    OR NEW.title IS NOT OLD.title
    OR NEW.total IS NOT OLD.total
    OR NEW.own_share IS NOT OLD.own_share
    OR NEW.method IS NOT OLD.method
    OR NEW.items IS NOT OLD.items
    OR NEW.idempotency_key IS NOT OLD.idempotency_key
    OR NEW.made_at IS NOT OLD.made_at
BEGIN SELECT RAISE(ABORT, 'peer_payments_billsplit: what was split does not change'); END;

CREATE TRIGGER peer_payments_occurrence_undeleted BEFORE DELETE ON peer_payments_occurrence
BEGIN SELECT RAISE(ABORT, 'peer_payments_occurrence: is never deleted'); END;

CREATE TRIGGER peer_payments_occurrence_once BEFORE INSERT ON peer_payments_occurrence
WHEN EXISTS (SELECT 1 FROM peer_payments_occurrence WHERE id = NEW.id OR public_id = NEW.public_id)
    OR EXISTS (SELECT 1 FROM peer_payments_occurrence WHERE schedule_id = NEW.schedule_id AND due_on = NEW.due_on)
BEGIN SELECT RAISE(ABORT, 'UNIQUE constraint failed: peer_payments_occurrence.schedule_id, peer_payments_occurrence.due_on'); END;

CREATE TRIGGER peer_payments_occurrence_ended_once BEFORE UPDATE ON peer_payments_occurrence
WHEN OLD.state <> 'pending'
    OR NEW.id IS NOT OLD.id
    OR NEW.public_id IS NOT OLD.public_id
    OR NEW.schedule_id IS NOT OLD.schedule_id
    OR NEW.due_on IS NOT OLD.due_on
BEGIN SELECT RAISE(ABORT, 'peer_payments_occurrence: ends once, and keeps its date'); END;
