-- What the database itself refuses about the console. SQLite drops triggers in silence when it rebuilds a table, so these are
-- made afresh at the end of every migration that touches one, and looked for whenever a server starts.
-- The triggers called *_once are for INSERT OR REPLACE, which removes the old row without asking any trigger on DELETE.

CREATE TRIGGER console_auditentry_unchanged BEFORE UPDATE ON console_auditentry
BEGIN SELECT RAISE(ABORT, 'console_auditentry: is append-only'); END;

CREATE TRIGGER console_auditentry_undeleted BEFORE DELETE ON console_auditentry
BEGIN SELECT RAISE(ABORT, 'console_auditentry: is append-only'); END;

CREATE TRIGGER console_auditentry_once BEFORE INSERT ON console_auditentry
WHEN EXISTS (SELECT 1 FROM console_auditentry WHERE id = NEW.id)
BEGIN SELECT RAISE(ABORT, 'console_auditentry: is append-only'); END;

CREATE TRIGGER console_proposal_undeleted BEFORE DELETE ON console_proposal
BEGIN SELECT RAISE(ABORT, 'console_proposal: is never deleted'); END;

CREATE TRIGGER console_proposal_once BEFORE INSERT ON console_proposal
WHEN EXISTS (SELECT 1 FROM console_proposal WHERE id = NEW.id OR public_id = NEW.public_id)
BEGIN SELECT RAISE(ABORT, 'console_proposal: is never replaced'); END;

CREATE TRIGGER console_proposal_begins_open BEFORE INSERT ON console_proposal
WHEN NEW.state <> 'open'
BEGIN SELECT RAISE(ABORT, 'console_proposal: begins open'); END;

CREATE TRIGGER console_proposal_decided_once BEFORE UPDATE ON console_proposal
WHEN OLD.state <> 'open'
    OR (NEW.id, NEW.public_id, NEW.kind, NEW.payload, NEW.reason, NEW.maker_id, NEW.made_at)
        IS NOT (OLD.id, OLD.public_id, OLD.kind, OLD.payload, OLD.reason, OLD.maker_id, OLD.made_at)
BEGIN SELECT RAISE(ABORT, 'console_proposal: is decided once, and is otherwise as it was made'); END;
