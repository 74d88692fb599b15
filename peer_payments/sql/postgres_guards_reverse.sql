DROP FUNCTION IF EXISTS peer_payments_refuse(), peer_payments_moneyrequest_guard(), peer_payments_billsplit_guard(),
    peer_payments_occurrence_guard();
