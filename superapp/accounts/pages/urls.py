"""URLs of the pages of accounts."""

from __future__ import annotations

from django.urls import path

from superapp.accounts.pages import contacts, device_trust, invites, login, profile

app_name = "accounts_pages"
urlpatterns = [
    path("masuk/", login.phone, name="login"),
    path("masuk/kode/", login.code, name="code"),
    path("masuk/kirim-ulang/", login.resend, name="resend"),
    path("masuk/nama/", login.name, name="name"),
    path("masuk/bahasa/", login.language, name="language"),
    path("masuk/kotak-sms/", login.sms_inbox, name="sms_inbox"),
    path("keluar/", login.log_out, name="log_out"),
    path("kontak/", contacts.contact_list, name="contacts"),
    path("kontak/<uuid:user>/jawab/", contacts.answer, name="contact_answer"),
    path("kontak/<uuid:user>/hapus/", contacts.remove, name="contact_remove"),
    path("kontak/<uuid:user>/blokir/", contacts.block, name="contact_block"),
    path("kontak/undangan/<uuid:invitation>/batal/", invites.cancel_invitation, name="invitation_cancel"),
    path("kontak/tautan/", invites.make_link, name="invite_link"),
    path("kontak/tautan/<uuid:link>/matikan/", invites.revoke_link, name="invite_link_revoke"),
    path("undangan/<str:token>/", invites.invite, name="invite"),
    path("saya/", profile.me, name="me"),
    path("saya/tampilan/", profile.settings, name="settings"),
    path("saya/foto/", profile.picture, name="picture"),
    path("saya/perangkat/kenali/", device_trust.know_device, name="know_device"),
    path("saya/perangkat/<uuid:device>/keluar/", profile.end_device, name="device_end"),
]
