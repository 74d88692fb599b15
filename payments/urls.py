"""Addresses of the pages of payments."""

from __future__ import annotations

from django.urls import path

from payments.offering import offered
from payments.pages import pin, sending, wallet

app_name = "payments"
urlpatterns = [
    path("dompet/", offered(wallet.wallet), name="wallet"),
    path("dompet/isi/", offered(wallet.top_up), name="top_up"),
    path("dompet/laporan/", offered(wallet.statement), name="statement"),
    path("dompet/bukti/<uuid:journal>/", offered(wallet.receipt), name="receipt"),
    path("dompet/kirim/", offered(sending.whom), name="send_whom"),
    path("dompet/kirim/<uuid:user>/", offered(sending.amount), name="send"),
    path("dompet/kirim/<uuid:user>/<uuid:key>/", offered(sending.confirm), name="confirm"),
    path("dompet/pin/", offered(pin.pin), name="pin"),
    path("dompet/pin/lupa/", offered(pin.forgotten), name="pin_forgotten"),
    path("dompet/pin/percobaan/", offered(pin.forgive), name="pin_forgive"),
    path("dompet/pin/akhiri/", offered(pin.end_reset), name="pin_reset_end"),
]
