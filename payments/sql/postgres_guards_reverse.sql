ALTER TABLE IF EXISTS payments_transfer DROP CONSTRAINT IF EXISTS payments_transfer_debit_asset;
ALTER TABLE IF EXISTS payments_transfer DROP CONSTRAINT IF EXISTS payments_transfer_credit_asset;
DROP FUNCTION IF EXISTS payments_refuse(), payments_account_guard(), payments_account_identity_guard(), payments_account_opening_guard(),
    payments_transfer_guard(), payments_posting_guard(), payments_request_answer_guard(), payments_request_guard(), payments_inbox_guard(), payments_openhold_guard(),
    payments_refundable_guard(), payments_charge_guard(), payments_withdrawal_guard(), payments_block_guard(),
    payments_reconciliationbreak_guard(),
    payments_transfer_counter(), payments_issuedmoney_guard(), payments_merchantrefund_guard(),
    payments_mandate_guard(), payments_settlementschedule_guard();
