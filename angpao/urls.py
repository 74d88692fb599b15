"""URLs of the pages of angpao."""

from __future__ import annotations

from django.urls import path

from angpao.domain.feature_gates import requires_angpao
from angpao.pages import packets, sending

app_name = "angpao"
urlpatterns = [
    path("angpao/", requires_angpao(sending.choose_audience), name="choose"),
    path("angpao/kirim/<uuid:conversation>/", requires_angpao(sending.enter_amount), name="send"),
    path("angpao/kirim/<uuid:conversation>/<uuid:key>/", requires_angpao(sending.confirm), name="confirm"),
    path("angpao/<uuid:packet>/", packets.show_packet, name="packet"),
    path("angpao/<uuid:packet>/keadaan/", packets.packet_state, name="packet_state"),
    path("angpao/<uuid:packet>/buka/", packets.open_packet, name="open"),
    path("angpao/<uuid:packet>/pembagian/", packets.show_split, name="split"),
]
