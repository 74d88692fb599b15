"""URLs of the pages of payments."""

from __future__ import annotations

from django.urls import path

from payments.domain.feature_gates import requires_payments
from payments.pages import code_payments, pin, scan, transfers, wallet

app_name = "payments"
urlpatterns = [
    path("dompet/", requires_payments(wallet.wallet), name="wallet"),
    path("dompet/isi/", requires_payments(wallet.top_up), name="top_up"),
    path("dompet/laporan/", requires_payments(wallet.statement), name="statement"),
    path("dompet/bukti/<uuid:journal>/", requires_payments(wallet.receipt), name="receipt"),
    path("dompet/kirim/", requires_payments(transfers.choose_recipient), name="send_whom"),
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
]
