"""Addresses of the pages of payments."""

from __future__ import annotations

from django.urls import path

from payments.pages import pin, sending, wallet

app_name = "payments"
urlpatterns = [
    path("dompet/", wallet.wallet, name="wallet"),
    path("dompet/isi/", wallet.top_up, name="top_up"),
    path("dompet/laporan/", wallet.statement, name="statement"),
    path("dompet/bukti/<uuid:journal>/", wallet.receipt, name="receipt"),
    path("dompet/kirim/", sending.whom, name="send_whom"),
    path("dompet/kirim/<uuid:user>/", sending.amount, name="send"),
    path("dompet/kirim/<uuid:user>/<uuid:key>/", sending.confirm, name="confirm"),
    path("dompet/pin/", pin.pin, name="pin"),
    path("dompet/pin/lupa/", pin.forgotten, name="pin_forgotten"),
]
