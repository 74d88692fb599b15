"""URLs of the pages of chat."""

from __future__ import annotations

from django.urls import path

from chat.pages import conversations, group_joining, groups, muting, past_groups, photos, reactions, starred

app_name = "chat"
urlpatterns = [
    path("obrolan/", conversations.conversation_list, name="list"),
    path("obrolan/luring/", conversations.shell, name="shell"),
    path("obrolan/arsip/", conversations.archived_list, name="archived"),
    path("obrolan/tersembunyi/", conversations.hidden_list, name="hidden"),
    path("obrolan/grup-lama/", past_groups.past_groups, name="past_groups"),
    path("obrolan/berbintang/", starred.starred, name="starred"),
    path("obrolan/baru/", groups.new_chat, name="new"),
    path("obrolan/grup/", groups.new_group, name="new_group"),
    path("obrolan/undangan/", group_joining.invitations, name="invitations"),
    path("obrolan/undangan/<uuid:conversation>/jawab/", group_joining.answer_invitation, name="invitation_answer"),
    path("obrolan/buka/", conversations.open_direct, name="open"),
    path("obrolan/<uuid:conversation>/", conversations.conversation, name="conversation"),
    path("obrolan/<uuid:conversation>/rincian/", conversations.details, name="details"),
    path("obrolan/<uuid:conversation>/foto/", photos.photos, name="photos"),
    path("obrolan/<uuid:conversation>/kirim/", conversations.send, name="send"),
    path("obrolan/<uuid:conversation>/sisi/", conversations.change_preferences, name="keep"),
    path("obrolan/<uuid:conversation>/bisukan/", muting.mute, name="mute"),
    path("obrolan/<uuid:conversation>/pesan/<int:seq>/reaksi/", reactions.reactions, name="reactions"),
    path("obrolan/<uuid:conversation>/pesan/<int:seq>/", groups.readers, name="readers"),
    path("obrolan/<uuid:conversation>/grup/", groups.change, name="group"),
    path("obrolan/<uuid:conversation>/grup/foto/", groups.picture, name="group_picture"),
    path("obrolan/<uuid:conversation>/grup/tambah/", groups.add, name="group_add"),
    path("obrolan/<uuid:conversation>/grup/keluar/", groups.leave, name="group_leave"),
    path("obrolan/<uuid:conversation>/grup/anggota/<uuid:user>/", groups.act_on_member, name="group_member"),
    path("obrolan/<uuid:conversation>/grup/tautan/", group_joining.manage_links, name="group_links"),
    path(
        "obrolan/<uuid:conversation>/grup/tautan/<uuid:link>/matikan/",
        group_joining.revoke_link,
        name="group_link_revoke",
    ),
    path("obrolan/<uuid:conversation>/grup/permintaan/<uuid:user>/", group_joining.answer_request, name="join_answer"),
    path("grup/undangan/<str:token>/", group_joining.invite, name="group_invite"),
    path("grup/undangan/<str:token>/foto/", group_joining.invite_picture, name="group_invite_picture"),
]
