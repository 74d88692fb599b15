-- What the database itself refuses, whoever asks. SQLite drops triggers in silence when it rebuilds a table, so these are made
-- afresh at the end of every migration that touches one, and looked for whenever a server starts.
-- The triggers called *_once are for INSERT OR REPLACE, which removes the old row without asking any trigger on DELETE.

CREATE TRIGGER payments_journal_unchanged BEFORE UPDATE ON payments_journal
BEGIN SELECT RAISE(ABORT, 'payments_journal: is append-only'); END;

CREATE TRIGGER payments_journal_undeleted BEFORE DELETE ON payments_journal
BEGIN SELECT RAISE(ABORT, 'payments_journal: is append-only'); END;

CREATE TRIGGER payments_journal_once BEFORE INSERT ON payments_journal
WHEN EXISTS (SELECT 1 FROM payments_journal WHERE id = NEW.id OR public_id = NEW.public_id)
BEGIN SELECT RAISE(ABORT, 'payments_journal: is append-only'); END;

CREATE TRIGGER payments_journal_escrow_once BEFORE INSERT ON payments_journal
WHEN NEW.kind = 'escrow_paid'
    AND EXISTS (SELECT 1 FROM payments_journal WHERE reference = NEW.reference AND reference <> '' AND kind = 'escrow_paid')
BEGIN SELECT RAISE(ABORT, 'payments_journal: is append-only'); END;

CREATE TRIGGER payments_transfer_unchanged BEFORE UPDATE ON payments_transfer
BEGIN SELECT RAISE(ABORT, 'payments_transfer: is append-only'); END;

CREATE TRIGGER payments_transfer_undeleted BEFORE DELETE ON payments_transfer
BEGIN SELECT RAISE(ABORT, 'payments_transfer: is append-only'); END;

CREATE TRIGGER payments_transfer_once BEFORE INSERT ON payments_transfer
WHEN EXISTS (SELECT 1 FROM payments_transfer WHERE id = NEW.id)
    OR EXISTS (SELECT 1 FROM payments_transfer WHERE journal_id = NEW.journal_id AND line = NEW.line)
    OR EXISTS (SELECT 1 FROM payments_transfer WHERE pending_id = NEW.pending_id AND pending_id IS NOT NULL)
BEGIN SELECT RAISE(ABORT, 'payments_transfer: is append-only'); END;

CREATE TRIGGER payments_transfer_debit_asset BEFORE INSERT ON payments_transfer
WHEN NOT EXISTS (SELECT 1 FROM payments_account WHERE id = NEW.debit_id AND asset = NEW.asset)
BEGIN SELECT RAISE(ABORT, 'payments_transfer: the debit account is of another asset'); END;

CREATE TRIGGER payments_transfer_credit_asset BEFORE INSERT ON payments_transfer
WHEN NOT EXISTS (SELECT 1 FROM payments_account WHERE id = NEW.credit_id AND asset = NEW.asset)
BEGIN SELECT RAISE(ABORT, 'payments_transfer: the credit account is of another asset'); END;

CREATE TRIGGER payments_transfer_whole BEFORE INSERT ON payments_transfer
WHEN typeof(NEW.amount) <> 'integer'
BEGIN SELECT RAISE(ABORT, 'payments_transfer: whole minor units only'); END;

CREATE TRIGGER payments_posting_unchanged BEFORE UPDATE ON payments_posting
BEGIN SELECT RAISE(ABORT, 'payments_posting: is append-only'); END;

CREATE TRIGGER payments_posting_undeleted BEFORE DELETE ON payments_posting
BEGIN SELECT RAISE(ABORT, 'payments_posting: is append-only'); END;

CREATE TRIGGER payments_posting_once BEFORE INSERT ON payments_posting
WHEN EXISTS (SELECT 1 FROM payments_posting WHERE account_id = NEW.account_id AND seq = NEW.seq)
    OR EXISTS (SELECT 1 FROM payments_posting WHERE transfer_id = NEW.transfer_id AND account_id = NEW.account_id)
BEGIN SELECT RAISE(ABORT, 'payments_posting: is append-only'); END;

CREATE TRIGGER payments_posting_of_its_transfer BEFORE INSERT ON payments_posting
WHEN NOT EXISTS (SELECT 1 FROM payments_transfer WHERE id = NEW.transfer_id AND NEW.account_id IN (debit_id, credit_id))
BEGIN SELECT RAISE(ABORT, 'payments_posting: is a side of its transfer'); END;

CREATE TRIGGER payments_posting_whole BEFORE INSERT ON payments_posting
WHEN typeof(NEW.seq) <> 'integer' OR typeof(NEW.delta) <> 'integer' OR typeof(NEW.held_delta) <> 'integer'
    OR typeof(NEW.balance_after) <> 'integer' OR typeof(NEW.held_after) <> 'integer'
BEGIN SELECT RAISE(ABORT, 'payments_posting: whole minor units only'); END;

CREATE TRIGGER payments_request_final BEFORE UPDATE ON payments_request
BEGIN SELECT RAISE(ABORT, 'payments_request: an answer is final'); END;

CREATE TRIGGER payments_request_undeleted BEFORE DELETE ON payments_request
BEGIN SELECT RAISE(ABORT, 'payments_request: an answer is kept for ever'); END;

CREATE TRIGGER payments_request_once BEFORE INSERT ON payments_request
WHEN EXISTS (SELECT 1 FROM payments_request WHERE id = NEW.id)
    OR EXISTS (SELECT 1 FROM payments_request WHERE scope = NEW.scope AND key = NEW.key)
    OR EXISTS (SELECT 1 FROM payments_request WHERE journal_id = NEW.journal_id AND journal_id IS NOT NULL)
BEGIN SELECT RAISE(ABORT, 'payments_request: an answer is final'); END;

CREATE TRIGGER payments_account_undeleted BEFORE DELETE ON payments_account
BEGIN SELECT RAISE(ABORT, 'payments_account: is never deleted'); END;

CREATE TRIGGER payments_account_once BEFORE INSERT ON payments_account
WHEN EXISTS (SELECT 1 FROM payments_account WHERE id = NEW.id OR code = NEW.code OR public_id = NEW.public_id)
BEGIN SELECT RAISE(ABORT, 'payments_account: is never replaced'); END;

CREATE TRIGGER payments_account_begins_empty BEFORE INSERT ON payments_account
WHEN NEW.credits <> 0 OR NEW.debits <> 0 OR NEW.held <> 0 OR NEW.version <> 0 OR NEW.last_seq <> 0
BEGIN SELECT RAISE(ABORT, 'payments_account: begins empty'); END;

CREATE TRIGGER payments_account_identity BEFORE UPDATE ON payments_account
WHEN (NEW.id, NEW.public_id, NEW.code, NEW.asset, NEW.kind, NEW.lock_rank, NEW.queued_credit, NEW.opened_at)
    <> (OLD.id, OLD.public_id, OLD.code, OLD.asset, OLD.kind, OLD.lock_rank, OLD.queued_credit, OLD.opened_at)
    OR NEW.floor IS NOT OLD.floor OR NEW.owner_id IS NOT OLD.owner_id
BEGIN SELECT RAISE(ABORT, 'payments_account: what it is does not change'); END;

CREATE TRIGGER payments_account_only_grows BEFORE UPDATE ON payments_account
WHEN NEW.credits < OLD.credits OR NEW.debits < OLD.debits OR NEW.version < OLD.version OR NEW.last_seq < OLD.last_seq
BEGIN SELECT RAISE(ABORT, 'payments_account: totals and numbers only grow'); END;

CREATE TRIGGER payments_account_moves_by_postings BEFORE UPDATE ON payments_account
WHEN ((NEW.credits, NEW.debits, NEW.held) <> (OLD.credits, OLD.debits, OLD.held)) AND NEW.last_seq = OLD.last_seq
    OR NEW.version - OLD.version < NEW.last_seq - OLD.last_seq
BEGIN SELECT RAISE(ABORT, 'payments_account: money moves by numbered postings alone'); END;

CREATE TRIGGER payments_account_changes_are_numbered BEFORE UPDATE ON payments_account
WHEN (NEW.status <> OLD.status OR NEW.ceiling IS NOT OLD.ceiling) AND NEW.version = OLD.version
BEGIN SELECT RAISE(ABORT, 'payments_account: every change raises its version'); END;

CREATE TRIGGER payments_account_closes_empty BEFORE UPDATE ON payments_account
WHEN NEW.status <> OLD.status
    AND (OLD.status = 'closed' OR NEW.status = 'closed' AND (NEW.credits <> NEW.debits OR NEW.held <> 0))
BEGIN SELECT RAISE(ABORT, 'payments_account: closes empty, and for good'); END;

CREATE TRIGGER payments_account_whole BEFORE UPDATE ON payments_account
WHEN typeof(NEW.credits) <> 'integer' OR typeof(NEW.debits) <> 'integer' OR typeof(NEW.held) <> 'integer'
    OR typeof(NEW.version) <> 'integer' OR typeof(NEW.last_seq) <> 'integer'
BEGIN SELECT RAISE(ABORT, 'payments_account: whole minor units only'); END;

CREATE TRIGGER payments_inbox_unchanged BEFORE UPDATE ON payments_inbox
BEGIN SELECT RAISE(ABORT, 'payments_inbox: is not changed'); END;

CREATE TRIGGER payments_inbox_once BEFORE INSERT ON payments_inbox
WHEN EXISTS (SELECT 1 FROM payments_inbox WHERE transfer_id = NEW.transfer_id)
BEGIN SELECT RAISE(ABORT, 'payments_inbox: is not changed'); END;

CREATE TRIGGER payments_inbox_leaves_posted BEFORE DELETE ON payments_inbox
WHEN NOT EXISTS (SELECT 1 FROM payments_posting WHERE transfer_id = OLD.transfer_id AND account_id = OLD.account_id)
BEGIN SELECT RAISE(ABORT, 'payments_inbox: not posted yet'); END;

CREATE TRIGGER payments_openhold_unchanged BEFORE UPDATE ON payments_openhold
BEGIN SELECT RAISE(ABORT, 'payments_openhold: is not changed'); END;

CREATE TRIGGER payments_openhold_once BEFORE INSERT ON payments_openhold
WHEN EXISTS (SELECT 1 FROM payments_openhold WHERE transfer_id = NEW.transfer_id)
BEGIN SELECT RAISE(ABORT, 'payments_openhold: is not changed'); END;

CREATE TRIGGER payments_openhold_leaves_resolved BEFORE DELETE ON payments_openhold
WHEN NOT EXISTS (SELECT 1 FROM payments_transfer WHERE pending_id = OLD.transfer_id)
BEGIN SELECT RAISE(ABORT, 'payments_openhold: neither captured nor voided yet'); END;

CREATE TRIGGER payments_refundable_undeleted BEFORE DELETE ON payments_refundable
BEGIN SELECT RAISE(ABORT, 'payments_refundable: is never deleted'); END;

CREATE TRIGGER payments_refundable_once BEFORE INSERT ON payments_refundable
WHEN EXISTS (SELECT 1 FROM payments_refundable WHERE journal_id = NEW.journal_id)
BEGIN SELECT RAISE(ABORT, 'payments_refundable: is never deleted'); END;

CREATE TRIGGER payments_refundable_only_grows BEFORE UPDATE ON payments_refundable
WHEN NEW.journal_id <> OLD.journal_id OR NEW.cap <> OLD.cap OR NEW.refunded <= OLD.refunded OR NEW.refunds <> OLD.refunds + 1
BEGIN SELECT RAISE(ABORT, 'payments_refundable: only counts refunds'); END;

CREATE TRIGGER payments_qrisaccount_unchanged BEFORE UPDATE ON payments_qrisaccount
BEGIN SELECT RAISE(ABORT, 'payments_qrisaccount: is append-only'); END;

CREATE TRIGGER payments_qrisaccount_undeleted BEFORE DELETE ON payments_qrisaccount
BEGIN SELECT RAISE(ABORT, 'payments_qrisaccount: is append-only'); END;

CREATE TRIGGER payments_qrisaccount_once BEFORE INSERT ON payments_qrisaccount
WHEN EXISTS (SELECT 1 FROM payments_qrisaccount WHERE id = NEW.id OR merchant = NEW.merchant OR pan = NEW.pan OR nmid = NEW.nmid)
BEGIN SELECT RAISE(ABORT, 'payments_qrisaccount: is append-only'); END;

CREATE TRIGGER payments_qrisbill_unchanged BEFORE UPDATE ON payments_qrisbill
BEGIN SELECT RAISE(ABORT, 'payments_qrisbill: is append-only'); END;

CREATE TRIGGER payments_qrisbill_undeleted BEFORE DELETE ON payments_qrisbill
BEGIN SELECT RAISE(ABORT, 'payments_qrisbill: is append-only'); END;

CREATE TRIGGER payments_qrisbill_once BEFORE INSERT ON payments_qrisbill
WHEN EXISTS (SELECT 1 FROM payments_qrisbill WHERE id = NEW.id OR public_id = NEW.public_id OR reference = NEW.reference OR (account_id = NEW.account_id AND idempotency_key = NEW.idempotency_key))
BEGIN SELECT RAISE(ABORT, 'payments_qrisbill: is append-only'); END;

CREATE TRIGGER payments_qrispayment_unchanged BEFORE UPDATE ON payments_qrispayment
BEGIN SELECT RAISE(ABORT, 'payments_qrispayment: is append-only'); END;

CREATE TRIGGER payments_qrispayment_undeleted BEFORE DELETE ON payments_qrispayment
BEGIN SELECT RAISE(ABORT, 'payments_qrispayment: is append-only'); END;

CREATE TRIGGER payments_qrispayment_once BEFORE INSERT ON payments_qrispayment
WHEN EXISTS (SELECT 1 FROM payments_qrispayment WHERE journal_id = NEW.journal_id OR bill_id = NEW.bill_id)
BEGIN SELECT RAISE(ABORT, 'payments_qrispayment: is append-only'); END;
CREATE TRIGGER payments_virtualaccount_unchanged BEFORE UPDATE ON payments_virtualaccount
BEGIN SELECT RAISE(ABORT, 'payments_virtualaccount: is append-only'); END;

CREATE TRIGGER payments_virtualaccount_undeleted BEFORE DELETE ON payments_virtualaccount
BEGIN SELECT RAISE(ABORT, 'payments_virtualaccount: is append-only'); END;

CREATE TRIGGER payments_virtualaccount_once BEFORE INSERT ON payments_virtualaccount
WHEN EXISTS (SELECT 1 FROM payments_virtualaccount WHERE id = NEW.id OR number = NEW.number OR charge_id = NEW.charge_id)
BEGIN SELECT RAISE(ABORT, 'payments_virtualaccount: is append-only'); END;

CREATE TRIGGER payments_incomingpayment_unchanged BEFORE UPDATE ON payments_incomingpayment
BEGIN SELECT RAISE(ABORT, 'payments_incomingpayment: is append-only'); END;

CREATE TRIGGER payments_incomingpayment_undeleted BEFORE DELETE ON payments_incomingpayment
BEGIN SELECT RAISE(ABORT, 'payments_incomingpayment: is append-only'); END;

CREATE TRIGGER payments_incomingpayment_once BEFORE INSERT ON payments_incomingpayment
WHEN EXISTS (SELECT 1 FROM payments_incomingpayment WHERE id = NEW.id OR bank_reference = NEW.bank_reference OR journal_id = NEW.journal_id)
BEGIN SELECT RAISE(ABORT, 'payments_incomingpayment: is append-only'); END;

CREATE TRIGGER payments_bankmessage_unchanged BEFORE UPDATE ON payments_bankmessage
BEGIN SELECT RAISE(ABORT, 'payments_bankmessage: is append-only'); END;

CREATE TRIGGER payments_bankmessage_undeleted BEFORE DELETE ON payments_bankmessage
BEGIN SELECT RAISE(ABORT, 'payments_bankmessage: is append-only'); END;

CREATE TRIGGER payments_bankmessage_once BEFORE INSERT ON payments_bankmessage
WHEN EXISTS (SELECT 1 FROM payments_bankmessage WHERE id = NEW.id OR (service = NEW.service AND external_id = NEW.external_id AND day = NEW.day))
BEGIN SELECT RAISE(ABORT, 'payments_bankmessage: is append-only'); END;

CREATE TRIGGER payments_charge_undeleted BEFORE DELETE ON payments_charge
BEGIN SELECT RAISE(ABORT, 'payments_charge: is never deleted'); END;

CREATE TRIGGER payments_charge_once BEFORE INSERT ON payments_charge
WHEN EXISTS (SELECT 1 FROM payments_charge WHERE id = NEW.id OR public_id = NEW.public_id OR partner_reference = NEW.partner_reference)
BEGIN SELECT RAISE(ABORT, 'payments_charge: is never replaced'); END;

CREATE TRIGGER payments_charge_closed_once BEFORE UPDATE ON payments_charge
WHEN OLD.closed_at IS NOT NULL
    OR NEW.id IS NOT OLD.id OR NEW.public_id IS NOT OLD.public_id OR NEW.user_id IS NOT OLD.user_id OR NEW.method IS NOT OLD.method OR NEW.reference IS NOT OLD.reference OR NEW.amount IS NOT OLD.amount OR NEW.asset IS NOT OLD.asset OR NEW.partner_reference IS NOT OLD.partner_reference OR NEW.created_at IS NOT OLD.created_at OR NEW.expires_at IS NOT OLD.expires_at
BEGIN SELECT RAISE(ABORT, 'payments_charge: is closed once, and is otherwise as it was asked for'); END;

CREATE TRIGGER payments_mandate_undeleted BEFORE DELETE ON payments_mandate
BEGIN SELECT RAISE(ABORT, 'payments_mandate: is never deleted'); END;

CREATE TRIGGER payments_mandate_once BEFORE INSERT ON payments_mandate
WHEN EXISTS (SELECT 1 FROM payments_mandate WHERE id = NEW.id OR public_id = NEW.public_id)
BEGIN SELECT RAISE(ABORT, 'payments_mandate: is never replaced'); END;

CREATE TRIGGER payments_mandate_closed_once BEFORE UPDATE ON payments_mandate
WHEN OLD.ended_at IS NOT NULL
    OR NEW.id IS NOT OLD.id OR NEW.public_id IS NOT OLD.public_id OR NEW.payer_id IS NOT OLD.payer_id OR NEW.receiver_id IS NOT OLD.receiver_id OR NEW.amount_max IS NOT OLD.amount_max OR NEW.made_at IS NOT OLD.made_at
BEGIN SELECT RAISE(ABORT, 'payments_mandate: ends once, and is otherwise as it was given'); END;

CREATE TRIGGER payments_withdrawal_undeleted BEFORE DELETE ON payments_withdrawal
BEGIN SELECT RAISE(ABORT, 'payments_withdrawal: is never deleted'); END;

CREATE TRIGGER payments_withdrawal_once BEFORE INSERT ON payments_withdrawal
WHEN EXISTS (SELECT 1 FROM payments_withdrawal WHERE id = NEW.id OR public_id = NEW.public_id OR partner_reference = NEW.partner_reference OR hold_id = NEW.hold_id)
BEGIN SELECT RAISE(ABORT, 'payments_withdrawal: is never replaced'); END;

CREATE TRIGGER payments_withdrawal_closed_once BEFORE UPDATE ON payments_withdrawal
WHEN OLD.closed_at IS NOT NULL
    OR NEW.id IS NOT OLD.id OR NEW.public_id IS NOT OLD.public_id OR NEW.user_id IS NOT OLD.user_id OR NEW.merchant IS NOT OLD.merchant OR NEW.bank_code IS NOT OLD.bank_code OR NEW.account_number IS NOT OLD.account_number OR NEW.holder IS NOT OLD.holder OR NEW.amount IS NOT OLD.amount OR NEW.fee IS NOT OLD.fee OR NEW.asset IS NOT OLD.asset OR NEW.partner_reference IS NOT OLD.partner_reference OR NEW.hold_id IS NOT OLD.hold_id OR NEW.created_at IS NOT OLD.created_at
BEGIN SELECT RAISE(ABORT, 'payments_withdrawal: is closed once, and is otherwise as it was asked for'); END;

CREATE TRIGGER payments_feerule_unchanged BEFORE UPDATE ON payments_feerule
BEGIN SELECT RAISE(ABORT, 'payments_feerule: is append-only'); END;

CREATE TRIGGER payments_feerule_undeleted BEFORE DELETE ON payments_feerule
BEGIN SELECT RAISE(ABORT, 'payments_feerule: is append-only'); END;

CREATE TRIGGER payments_feerule_once BEFORE INSERT ON payments_feerule
WHEN EXISTS (SELECT 1 FROM payments_feerule WHERE id = NEW.id)
BEGIN SELECT RAISE(ABORT, 'payments_feerule: is append-only'); END;

CREATE TRIGGER payments_appliedfee_unchanged BEFORE UPDATE ON payments_appliedfee
BEGIN SELECT RAISE(ABORT, 'payments_appliedfee: is append-only'); END;

CREATE TRIGGER payments_appliedfee_undeleted BEFORE DELETE ON payments_appliedfee
BEGIN SELECT RAISE(ABORT, 'payments_appliedfee: is append-only'); END;

CREATE TRIGGER payments_appliedfee_once BEFORE INSERT ON payments_appliedfee
WHEN EXISTS (SELECT 1 FROM payments_appliedfee WHERE journal_id = NEW.journal_id)
BEGIN SELECT RAISE(ABORT, 'payments_appliedfee: is append-only'); END;

CREATE TRIGGER payments_settlement_unchanged BEFORE UPDATE ON payments_settlement
BEGIN SELECT RAISE(ABORT, 'payments_settlement: is append-only'); END;

CREATE TRIGGER payments_settlement_undeleted BEFORE DELETE ON payments_settlement
BEGIN SELECT RAISE(ABORT, 'payments_settlement: is append-only'); END;

CREATE TRIGGER payments_settlement_once BEFORE INSERT ON payments_settlement
WHEN EXISTS (SELECT 1 FROM payments_settlement WHERE id = NEW.id OR public_id = NEW.public_id
    OR (merchant = NEW.merchant AND day = NEW.day) OR (journal_id = NEW.journal_id AND journal_id IS NOT NULL))
BEGIN SELECT RAISE(ABORT, 'payments_settlement: is append-only'); END;

CREATE TRIGGER payments_payoutaccount_unchanged BEFORE UPDATE ON payments_payoutaccount
BEGIN SELECT RAISE(ABORT, 'payments_payoutaccount: is append-only'); END;

CREATE TRIGGER payments_payoutaccount_undeleted BEFORE DELETE ON payments_payoutaccount
BEGIN SELECT RAISE(ABORT, 'payments_payoutaccount: is append-only'); END;

CREATE TRIGGER payments_payoutaccount_once BEFORE INSERT ON payments_payoutaccount
WHEN EXISTS (SELECT 1 FROM payments_payoutaccount WHERE id = NEW.id OR (merchant = NEW.merchant AND version = NEW.version))
BEGIN SELECT RAISE(ABORT, 'payments_payoutaccount: is append-only'); END;

CREATE TRIGGER payments_ledgerkey_unchanged BEFORE UPDATE ON payments_ledgerkey
BEGIN SELECT RAISE(ABORT, 'payments_ledgerkey: is append-only'); END;

CREATE TRIGGER payments_ledgerkey_undeleted BEFORE DELETE ON payments_ledgerkey
BEGIN SELECT RAISE(ABORT, 'payments_ledgerkey: is append-only'); END;

CREATE TRIGGER payments_ledgerkey_once BEFORE INSERT ON payments_ledgerkey
WHEN EXISTS (SELECT 1 FROM payments_ledgerkey WHERE number = NEW.number OR key_id = NEW.key_id)
BEGIN SELECT RAISE(ABORT, 'payments_ledgerkey: is append-only'); END;

CREATE TRIGGER payments_block_unchanged BEFORE UPDATE ON payments_block
BEGIN SELECT RAISE(ABORT, 'payments_block: is append-only'); END;

CREATE TRIGGER payments_block_undeleted BEFORE DELETE ON payments_block
BEGIN SELECT RAISE(ABORT, 'payments_block: is append-only'); END;

CREATE TRIGGER payments_block_once BEFORE INSERT ON payments_block
WHEN EXISTS (SELECT 1 FROM payments_block WHERE number = NEW.number OR previous = NEW.previous OR head = NEW.head)
BEGIN SELECT RAISE(ABORT, 'payments_block: is append-only'); END;

CREATE TRIGGER payments_leaf_unchanged BEFORE UPDATE ON payments_leaf
BEGIN SELECT RAISE(ABORT, 'payments_leaf: is append-only'); END;

CREATE TRIGGER payments_leaf_undeleted BEFORE DELETE ON payments_leaf
BEGIN SELECT RAISE(ABORT, 'payments_leaf: is append-only'); END;

CREATE TRIGGER payments_leaf_once BEFORE INSERT ON payments_leaf
WHEN EXISTS (SELECT 1 FROM payments_leaf WHERE journal_id = NEW.journal_id OR (block_id = NEW.block_id AND "index" = NEW."index"))
BEGIN SELECT RAISE(ABORT, 'payments_leaf: is append-only'); END;

CREATE TRIGGER payments_block_follows BEFORE INSERT ON payments_block
WHEN NEW.number <> coalesce((SELECT max(number) FROM payments_block), 0) + 1
    OR NEW.previous <> coalesce((SELECT head FROM payments_block ORDER BY number DESC LIMIT 1), printf('%064d', 0))
BEGIN SELECT RAISE(ABORT, 'payments_block: follows the block before it'); END;

CREATE TRIGGER payments_statementfile_unchanged BEFORE UPDATE ON payments_statementfile
BEGIN SELECT RAISE(ABORT, 'payments_statementfile: is append-only'); END;

CREATE TRIGGER payments_statementfile_undeleted BEFORE DELETE ON payments_statementfile
BEGIN SELECT RAISE(ABORT, 'payments_statementfile: is append-only'); END;

CREATE TRIGGER payments_statementfile_once BEFORE INSERT ON payments_statementfile
WHEN EXISTS (SELECT 1 FROM payments_statementfile WHERE id = NEW.id OR (day = NEW.day AND sha256 = NEW.sha256))
BEGIN SELECT RAISE(ABORT, 'payments_statementfile: is append-only'); END;

CREATE TRIGGER payments_statementline_unchanged BEFORE UPDATE ON payments_statementline
BEGIN SELECT RAISE(ABORT, 'payments_statementline: is append-only'); END;

CREATE TRIGGER payments_statementline_undeleted BEFORE DELETE ON payments_statementline
BEGIN SELECT RAISE(ABORT, 'payments_statementline: is append-only'); END;

CREATE TRIGGER payments_statementline_once BEFORE INSERT ON payments_statementline
WHEN EXISTS (SELECT 1 FROM payments_statementline WHERE id = NEW.id OR (file_id = NEW.file_id AND number = NEW.number))
BEGIN SELECT RAISE(ABORT, 'payments_statementline: is append-only'); END;

CREATE TRIGGER payments_bankmovement_unchanged BEFORE UPDATE ON payments_bankmovement
BEGIN SELECT RAISE(ABORT, 'payments_bankmovement: is append-only'); END;

CREATE TRIGGER payments_bankmovement_undeleted BEFORE DELETE ON payments_bankmovement
BEGIN SELECT RAISE(ABORT, 'payments_bankmovement: is append-only'); END;

CREATE TRIGGER payments_bankmovement_once BEFORE INSERT ON payments_bankmovement
WHEN EXISTS (SELECT 1 FROM payments_bankmovement WHERE id = NEW.id OR (reference = NEW.reference AND amount = NEW.amount))
BEGIN SELECT RAISE(ABORT, 'payments_bankmovement: is append-only'); END;

CREATE TRIGGER payments_bankposting_unchanged BEFORE UPDATE ON payments_bankposting
BEGIN SELECT RAISE(ABORT, 'payments_bankposting: is append-only'); END;

CREATE TRIGGER payments_bankposting_undeleted BEFORE DELETE ON payments_bankposting
BEGIN SELECT RAISE(ABORT, 'payments_bankposting: is append-only'); END;

CREATE TRIGGER payments_bankposting_once BEFORE INSERT ON payments_bankposting
WHEN EXISTS (SELECT 1 FROM payments_bankposting WHERE id = NEW.id OR journal_id = NEW.journal_id)
BEGIN SELECT RAISE(ABORT, 'payments_bankposting: is append-only'); END;

CREATE TRIGGER payments_suspenseclearing_unchanged BEFORE UPDATE ON payments_suspenseclearing
BEGIN SELECT RAISE(ABORT, 'payments_suspenseclearing: is append-only'); END;

CREATE TRIGGER payments_suspenseclearing_undeleted BEFORE DELETE ON payments_suspenseclearing
BEGIN SELECT RAISE(ABORT, 'payments_suspenseclearing: is append-only'); END;

CREATE TRIGGER payments_suspenseclearing_once BEFORE INSERT ON payments_suspenseclearing
WHEN EXISTS (SELECT 1 FROM payments_suspenseclearing WHERE id = NEW.id OR suspended_id = NEW.suspended_id OR journal_id = NEW.journal_id)
BEGIN SELECT RAISE(ABORT, 'payments_suspenseclearing: is append-only'); END;

CREATE TRIGGER payments_reconciliationbreak_undeleted BEFORE DELETE ON payments_reconciliationbreak
BEGIN SELECT RAISE(ABORT, 'payments_reconciliationbreak: is never deleted'); END;

CREATE TRIGGER payments_reconciliationbreak_once BEFORE INSERT ON payments_reconciliationbreak
WHEN EXISTS (SELECT 1 FROM payments_reconciliationbreak WHERE id = NEW.id OR (reference = NEW.reference AND state = 'open' AND NEW.state = 'open')
    OR journal_id = NEW.journal_id)
BEGIN SELECT RAISE(ABORT, 'payments_reconciliationbreak: is never replaced'); END;

CREATE TRIGGER payments_reconciliationbreak_closed_once BEFORE UPDATE ON payments_reconciliationbreak
WHEN OLD.closed_at IS NOT NULL
    OR NEW.id IS NOT OLD.id OR NEW.kind IS NOT OLD.kind OR NEW.reference IS NOT OLD.reference OR NEW.day IS NOT OLD.day OR NEW.ledger_amount IS NOT OLD.ledger_amount OR NEW.history_amount IS NOT OLD.history_amount OR NEW.statement_amount IS NOT OLD.statement_amount OR NEW.found_at IS NOT OLD.found_at
BEGIN SELECT RAISE(ABORT, 'payments_reconciliationbreak: is closed once, and is otherwise as it was found'); END;

CREATE TRIGGER payments_transfer_counts BEFORE INSERT ON payments_transfer
WHEN NEW.phase IN ('posted', 'capture')
    AND EXISTS (SELECT 1 FROM payments_account WHERE id IN (NEW.debit_id, NEW.credit_id) AND kind IN ('cash', 'bank', 'suspense'))
BEGIN UPDATE payments_issuedmoney SET owed = owed + (SELECT sum(CASE WHEN id = NEW.debit_id THEN NEW.amount ELSE -NEW.amount END) FROM payments_account WHERE id IN (NEW.debit_id, NEW.credit_id) AND kind IN ('cash', 'bank', 'suspense')) WHERE asset = NEW.asset; END;

CREATE TRIGGER payments_issuedmoney_undeleted BEFORE DELETE ON payments_issuedmoney
BEGIN SELECT RAISE(ABORT, 'payments_issuedmoney: is never deleted'); END;

CREATE TRIGGER payments_issuedmoney_once BEFORE INSERT ON payments_issuedmoney
WHEN EXISTS (SELECT 1 FROM payments_issuedmoney WHERE asset = NEW.asset)
BEGIN SELECT RAISE(ABORT, 'payments_issuedmoney: is never replaced'); END;

CREATE TRIGGER payments_issuedmoney_whole BEFORE UPDATE ON payments_issuedmoney
WHEN NEW.asset <> OLD.asset OR typeof(NEW.owed) <> 'integer'
BEGIN SELECT RAISE(ABORT, 'payments_issuedmoney: whole minor units of its asset only'); END;

CREATE TRIGGER payments_merchantrefund_closed_once BEFORE UPDATE ON payments_merchantrefund
WHEN OLD.closed_at IS NOT NULL
    OR (NEW.id, NEW.public_id, NEW.merchant, NEW.number, NEW.payment_id, NEW.amount, NEW.reason, NEW.requested_by_id, NEW.requested_at)
        <> (OLD.id, OLD.public_id, OLD.merchant, OLD.number, OLD.payment_id, OLD.amount, OLD.reason, OLD.requested_by_id, OLD.requested_at)
BEGIN SELECT RAISE(ABORT, 'payments_merchantrefund: is closed once, and is otherwise as it was asked for'); END;

CREATE TRIGGER payments_merchantrefund_undeleted BEFORE DELETE ON payments_merchantrefund
BEGIN SELECT RAISE(ABORT, 'payments_merchantrefund: is never deleted'); END;

CREATE TRIGGER payments_merchantrefund_once BEFORE INSERT ON payments_merchantrefund
WHEN EXISTS (SELECT 1 FROM payments_merchantrefund WHERE id = NEW.id OR public_id = NEW.public_id
    OR (merchant = NEW.merchant AND number = NEW.number) OR (journal_id = NEW.journal_id AND journal_id IS NOT NULL))
BEGIN SELECT RAISE(ABORT, 'payments_merchantrefund: is never replaced'); END;

CREATE TRIGGER payments_settlementschedule_undeleted BEFORE DELETE ON payments_settlementschedule
BEGIN SELECT RAISE(ABORT, 'payments_settlementschedule: is never deleted'); END;

CREATE TRIGGER payments_settlementschedule_once BEFORE INSERT ON payments_settlementschedule
WHEN EXISTS (SELECT 1 FROM payments_settlementschedule WHERE id = NEW.id OR merchant = NEW.merchant)
BEGIN SELECT RAISE(ABORT, 'payments_settlementschedule: is never replaced'); END;

CREATE TRIGGER payments_settlementschedule_moves_on BEFORE UPDATE ON payments_settlementschedule
WHEN NEW.id IS NOT OLD.id OR NEW.merchant IS NOT OLD.merchant OR NEW.since_seq < OLD.since_seq
    OR NEW.chosen_at = OLD.chosen_at AND (NEW.owner_id IS NOT OLD.owner_id OR NEW.rhythm IS NOT OLD.rhythm OR NEW.target IS NOT OLD.target OR NEW.next_at < OLD.next_at)
BEGIN SELECT RAISE(ABORT, 'payments_settlementschedule: moves on, and is otherwise chosen anew'); END;
