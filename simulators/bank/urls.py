"""Addresses of the simulated bank."""

from __future__ import annotations

from django.urls import path

from simulators.bank import controls, pages, qr_services, transfer_services
from simulators.bank.snap_views import access_token, service

urlpatterns = [
    path("v1.0/access-token/b2b", access_token),
    path("v1.0/account-inquiry-internal", service("15", transfer_services.inquire_internal)),
    path("v1.0/account-inquiry-external", service("16", transfer_services.inquire_external)),
    path("v1.0/transfer-intrabank", service("17", transfer_services.transfer_intrabank, moves="transfer")),
    path("v1.0/transfer-interbank", service("18", transfer_services.transfer_interbank, moves="transfer")),
    path("v1.0/transfer/status", service("36", transfer_services.transfer_status)),
    path("v1.0/qr/qr-mpm-generate", service("47", qr_services.generate)),
    path("v1.0/qr/qr-mpm-query", service("51", qr_services.query)),
    path("v1.0/qr/qr-mpm-refund", service("78", qr_services.refund, moves="refund")),
    path("v1.0/balance-inquiry", service("11", transfer_services.inquire_balance)),
    path("v1.0/transaction-history-list", service("12", transfer_services.list_history)),
    path("", pages.accounts, name="accounts"),
    path("rekening/<str:number>/", pages.account, name="account"),
    path("va/", pages.virtual_account, name="va"),
    path("qr/", pages.qr_code, name="qr"),
    path("gangguan/", pages.fault_panel, name="faults"),
    path("panggilan/", pages.callbacks, name="callbacks"),
    path("bank.css", pages.style, name="style"),
    path("statements/<str:day>.csv", pages.day_statement, name="statement"),
    path("faults", controls.faults),
    path("books", controls.books),
    path("deposits", controls.deposits),
    path("payments/va", controls.pay_virtual_account),
    path("payments/qr", controls.pay_qr_code),
]
