"""URLs of the pages of payments."""

from __future__ import annotations

from django.urls import path

from payments.domain.feature_gates import requires_payments
from payments.endpoints import bank_callbacks
from payments.pages import checker, code_payments, pin, receipts, scan, top_up, transfers, wallet, withdrawals
from payments.pages import limits as own_limits
from payments.pages.desks import (
    bank_float,
    counter_top_ups,
    freezes,
    limits,
    manual_journals,
    promotions,
    reconciliation,
    suspense,
    trial_balance,
)

app_name = "payments"
urlpatterns = [
    path("dompet/", requires_payments(wallet.wallet), name="wallet"),
    path("dompet/isi/", requires_payments(top_up.top_up), name="top_up"),
    path("dompet/isi/<uuid:charge>/", requires_payments(top_up.top_up_code), name="top_up_code"),
    path("dompet/isi/<uuid:charge>/keadaan/", requires_payments(top_up.charge_state), name="charge_state"),
    path("dompet/limit/", requires_payments(own_limits.limits), name="limits"),
    path("dompet/tarik/", requires_payments(withdrawals.withdraw), name="withdraw"),
    path("dompet/tarik/<uuid:key>/", requires_payments(withdrawals.confirm_withdrawal), name="withdraw_confirm"),
    path("dompet/tarikan/<uuid:withdrawal>/", requires_payments(withdrawals.withdrawal_status), name="withdrawal"),
    path(
        "dompet/tarikan/<uuid:withdrawal>/keadaan/",
        requires_payments(withdrawals.withdrawal_state),
        name="withdrawal_state",
    ),
    path("dompet/laporan/", requires_payments(wallet.statement), name="statement"),
    path("dompet/bukti/<uuid:journal>/", requires_payments(receipts.receipt), name="receipt"),
    path("dompet/bukti/<uuid:journal>/gambar.png", requires_payments(receipts.receipt_picture), name="receipt_picture"),
    path("dompet/bukti/<uuid:journal>/bukti.pdf", requires_payments(receipts.receipt_pdf), name="receipt_pdf"),
    path("dompet/bukti/<uuid:journal>/segel.json", requires_payments(receipts.receipt_proof), name="receipt_proof"),
    path("bukti/periksa/segel.html", requires_payments(checker.proof_checker), name="proof_checker"),
    path("dompet/kirim/", requires_payments(transfers.choose_recipient), name="send_whom"),
    path("dompet/kirim/<uuid:user>/favorit/", requires_payments(transfers.mark_favourite), name="favourite"),
    path("dompet/kirim/<uuid:user>/", requires_payments(transfers.enter_amount), name="send"),
    path("dompet/kirim/<uuid:user>/<uuid:key>/", requires_payments(transfers.confirm_transfer), name="confirm"),
    path("dompet/pindai/", requires_payments(scan.scan), name="scan"),
    path("dompet/pindai/bingkai/", requires_payments(scan.read_frame), name="read_frame"),
    path("dompet/kode/", requires_payments(scan.my_code), name="my_code"),
    path("dompet/bayar/<uuid:key>/", requires_payments(code_payments.pay), name="pay"),
    path("dompet/pin/", requires_payments(pin.set_pin), name="pin"),
    path("dompet/pin/lupa/", requires_payments(pin.forgotten_pin), name="pin_forgotten"),
    path("dompet/pin/percobaan/", requires_payments(pin.acknowledge_attempts), name="pin_forgive"),
    path("dompet/pin/akhiri/", requires_payments(pin.cancel_reset), name="pin_reset_end"),
    path("konsol/neraca/", trial_balance.trial_balance, name="desk_trial_balance"),
    path("konsol/neraca/bagan.svg", trial_balance.chart, name="desk_trial_balance_chart"),
    path("konsol/rekonsiliasi/", reconciliation.reconciliation, name="desk_reconciliation"),
    path("konsol/rekonsiliasi/<str:day>/", reconciliation.reconciled_day, name="desk_reconciled_day"),
    path("konsol/selisih/<int:difference>/", reconciliation.difference, name="desk_difference"),
    path("konsol/tampungan/", suspense.suspense, name="desk_suspense"),
    path("konsol/tampungan/bagan.svg", suspense.chart, name="desk_suspense_chart"),
    path("konsol/tampungan/<uuid:suspended>/", suspense.suspended_payment, name="desk_suspended"),
    path("konsol/dana/", bank_float.bank_float, name="desk_float"),
    path("konsol/isi-saldo/", counter_top_ups.counter_top_ups, name="desk_top_ups"),
    path("konsol/pembekuan/", freezes.freezes, name="desk_freezes"),
    path("konsol/batas/", limits.limits, name="desk_limits"),
    path("konsol/promosi/", promotions.promotions, name="desk_promotions"),
    path("konsol/jurnal/", manual_journals.manual_journals, name="desk_manual_journals"),
    # The bank's requests to us; the paths behind v1.0 are the standard's.
    path("bank/v1.0/access-token/b2b", requires_payments(bank_callbacks.issue_token), name="bank_token"),
    path(
        "bank/v1.0/transfer-va/inquiry",
        requires_payments(bank_callbacks.inquire_virtual_account),
        name="bank_va_inquiry",
    ),
    path(
        "bank/v1.0/transfer-va/payment",
        requires_payments(bank_callbacks.take_virtual_account_payment),
        name="bank_va_payment",
    ),
    path("bank/v1.0/qr/qr-mpm-notify", requires_payments(bank_callbacks.take_qr_payment), name="bank_qr_notify"),
]
