"""URLs of the pages of payments between people."""

from __future__ import annotations

from django.urls import path

from peer_payments.domain.feature_gates import requires_payments
from peer_payments.pages import requests, schedules, splits

app_name = "peer_payments"
urlpatterns = [
    path("dompet/minta/", requires_payments(requests.requests), name="requests"),
    path("dompet/minta/dari/<uuid:user>/", requires_payments(requests.request_from), name="request_from"),
    path("dompet/minta/<uuid:money_request>/", requires_payments(requests.show_request), name="request"),
    path("dompet/patungan/", requires_payments(splits.splits), name="splits"),
    path("dompet/patungan/baru/", requires_payments(splits.choose_group), name="split_choose"),
    path("dompet/patungan/<uuid:split>/", requires_payments(splits.show_split), name="split"),
    path("dompet/terjadwal/", requires_payments(schedules.schedules), name="schedules"),
    path("dompet/terjadwal/ke/<uuid:user>/", requires_payments(schedules.new_schedule), name="new_schedule"),
    path("dompet/terjadwal/<uuid:schedule>/", requires_payments(schedules.show_schedule), name="schedule"),
]
