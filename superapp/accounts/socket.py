"""What clients may ask of accounts, on both doors."""

from __future__ import annotations

from datetime import timedelta
from typing import Annotated, Any, TypedDict
from uuid import UUID

from msgspec import Meta

from superapp.accounts import limits, queries, rows
from superapp.accounts.actions import contacts, devices, invites, owner, profile, trust
from superapp.accounts.actions.profile import Wishes
from superapp.accounts.errors import PersonNotFound
from superapp.accounts.limits import Limit
from superapp.accounts.models import InviteLink
from superapp.accounts.names import lookup_handle
from superapp.accounts.rows import ContactRow, InvitationsRow, InviteLinkRow, PersonRow, ProfileRow
from superapp.core import clock
from superapp.core.errors import InputInvalid
from superapp.realtime.registry import Caller, Page, Shape, command, part_of_me, sync_part

ROWS_PAGE = 50
LOOKING_UP = Limit("handle.look_up", 120, timedelta(hours=1))


class NothingIn(Shape, frozen=True):
    pass


class ContactAskIn(Shape, frozen=True):
    phone: str | None = None
    handle: str | None = None


class ContactIn(Shape, frozen=True):
    user: UUID


class ContactAnswerIn(Shape, frozen=True):
    user: UUID
    accept: bool


class BlockIn(Shape, frozen=True):
    user: UUID
    blocked: bool


class InvitationIn(Shape, frozen=True):
    invitation: UUID


class InviteLinkIn(Shape, frozen=True):
    link: UUID


class InviteIn(Shape, frozen=True):
    token: Annotated[str, Meta(max_length=InviteLink.TOKEN_CHARS_MAX)]


class PersonByHandleIn(Shape, frozen=True):
    handle: str


class ProfileChangeIn(Shape, frozen=True):
    name: str | None = None
    handle: str | None = None
    language: str | None = None
    time_zone: str | None = None


class DeviceIn(Shape, frozen=True):
    device: UUID


class CodeIn(Shape, frozen=True):
    code: Annotated[str, Meta(max_length=64)]


@command("accounts.contact_ask", ContactAskIn, rest="POST contacts", cost=5)
def contact_ask(caller: Caller, ask_in: ContactAskIn) -> ContactRow | dict[str, str]:
    """Ask somebody to be a contact. By phone number, the answer is always the same."""
    if (ask_in.phone is None) == (ask_in.handle is None):
        raise InputInvalid(detail="either phone or handle")
    if ask_in.handle is not None:
        return contacts.ask_by_handle(user_id=caller.user_id, handle=ask_in.handle, now=clock.now())
    assert ask_in.phone is not None
    contacts.ask_by_phone(user_id=caller.user_id, phone=ask_in.phone, now=clock.now())
    return {"state": "invited"}


@command("accounts.contact_answer", ContactAnswerIn, rest="POST contacts/<str:user>/answer", cost=2, answer=ContactRow)
def contact_answer(caller: Caller, answer_in: ContactAnswerIn) -> ContactRow:
    """Say yes or no to somebody who asks."""
    return contacts.answer_contact(
        user_id=caller.user_id, peer_public_id=answer_in.user, accept=answer_in.accept, now=clock.now()
    )


@command("accounts.contact_remove", ContactIn, rest="DELETE contacts/<str:user>", cost=2, answer=ContactRow)
def contact_remove(caller: Caller, contact_in: ContactIn) -> ContactRow:
    """End knowing somebody, or take back one's question."""
    return contacts.remove_contact(user_id=caller.user_id, peer_public_id=contact_in.user, now=clock.now())


@command("accounts.invitations", NothingIn, rest="GET invitations", answer=InvitationsRow)
def invitations(caller: Caller, nothing_in: NothingIn) -> InvitationsRow:
    """What I asked of numbers and what was not answered yet, and the link that I can send to anybody."""
    link = invites.own_link(user_id=caller.user_id, now=clock.now())
    return {
        "rows": [rows.invitation(row) for row in queries.open_invitations(caller.user_id)],
        "link": rows.invite_link(link) if link else None,
    }


@command("accounts.invitation_cancel", InvitationIn, rest="DELETE invitations/<uuid:invitation>", cost=2)
def invitation_cancel(caller: Caller, invitation_in: InvitationIn) -> dict[str, Any]:
    """Take back what I asked of a number."""
    contacts.cancel_invitation(user_id=caller.user_id, invitation=invitation_in.invitation, now=clock.now())
    return {}


@command("accounts.invite_link", NothingIn, rest="POST invite-links", cost=5, answer=InviteLinkRow)
def invite_link(caller: Caller, nothing_in: NothingIn) -> InviteLinkRow:
    """The link that makes whoever opens it a contact of mine, made if there was none."""
    return rows.invite_link(invites.make_link(user_id=caller.user_id, now=clock.now()))


@command("accounts.invite_link_revoke", InviteLinkIn, rest="DELETE invite-links/<uuid:link>", cost=2)
def invite_link_revoke(caller: Caller, link_in: InviteLinkIn) -> dict[str, Any]:
    """Switch a link of mine off."""
    invites.revoke_link(user_id=caller.user_id, link=link_in.link, now=clock.now())
    return {}


@command("accounts.invite", InviteIn, rest="GET invites/<str:token>", cost=3, answer=PersonRow)
def invite(caller: Caller, invite_in: InviteIn) -> PersonRow:
    """Who invites by this link."""
    return rows.person(invites.inviter(token=invite_in.token, user_id=caller.user_id, now=clock.now()))


@command("accounts.invite_accept", InviteIn, rest="POST invites/<str:token>", cost=5, answer=ContactRow)
def invite_accept(caller: Caller, invite_in: InviteIn) -> ContactRow:
    """Become a contact of who invites by this link."""
    return invites.accept_invite(user_id=caller.user_id, token=invite_in.token, now=clock.now())


@command("accounts.block", BlockIn, rest="PUT contacts/<str:user>/block", cost=2, answer=ContactRow)
def block(caller: Caller, block_in: BlockIn) -> ContactRow:
    """Hear nothing of somebody any more, or let them ask again."""
    verb = contacts.block_person if block_in.blocked else contacts.unblock_person
    return verb(user_id=caller.user_id, peer_public_id=block_in.user, now=clock.now())


@command("accounts.person_by_handle", PersonByHandleIn, rest="GET people", cost=3, answer=PersonRow)
def person_by_handle(caller: Caller, handle_in: PersonByHandleIn) -> PersonRow:
    """Who has this handle."""
    limits.count([(LOOKING_UP, f"user:{caller.user_id}")], now=clock.now())
    return rows.person(queries.user_by_handle(lookup_handle(handle_in.handle)))


@command("accounts.profile", NothingIn, rest="GET me", answer=ProfileRow)
def own_profile(caller: Caller, nothing_in: NothingIn) -> ProfileRow:
    """What one has said of oneself."""
    return rows.profile(queries.user_by_id(caller.user_id), queries.number_of(caller.user_id))


@command("accounts.profile_change", ProfileChangeIn, rest="PATCH me", cost=3, answer=ProfileRow)
def profile_change(caller: Caller, change_in: ProfileChangeIn) -> ProfileRow:
    """Say something else of oneself."""
    wishes = Wishes(
        name=change_in.name, handle=change_in.handle, language=change_in.language, time_zone=change_in.time_zone
    )
    return profile.change_profile(user_id=caller.user_id, wishes=wishes, now=clock.now())


@command("accounts.devices", NothingIn, rest="GET me/devices")
def own_devices(caller: Caller, nothing_in: NothingIn) -> dict[str, Any]:
    """Where one is logged in."""
    found = queries.devices_of(caller.user_id)
    return {"rows": [rows.device(device, here_id=caller.device_id) for device in found]}


@command("accounts.device_end", DeviceIn, rest="DELETE me/devices/<str:device>", cost=2)
def device_end(caller: Caller, device_in: DeviceIn) -> dict[str, Any]:
    """Sign out there. A trusted device is signed out only by itself and by another trusted one."""
    devices.end_device(
        user_id=caller.user_id, device_public_id=device_in.device, by_device_id=caller.device_id, now=clock.now()
    )
    return {}


class TrustCode(TypedDict):
    """After how many seconds another code may be asked for."""

    retry_after: int


@command("accounts.trust_code", NothingIn, rest="POST me/trust/code", cost=20, answer=TrustCode)
def trust_code(caller: Caller, nothing_in: NothingIn) -> TrustCode:
    """Send a code to the number of who asks, good on this device alone, with which it asks to be trusted."""
    wait_s = owner.send_code_to_owner(user_id=caller.user_id, device_id=caller.device_id, now=clock.now())
    return {"retry_after": wait_s}


class TrustAsked(TypedDict):
    """From when the device may be trusted."""

    trust_from: str


@command("accounts.trust_ask", CodeIn, rest="POST me/trust", cost=10, answer=TrustAsked)
def trust_ask(caller: Caller, code_in: CodeIn) -> TrustAsked:
    """Ask, with the code that came, that this device be trusted; its day of waiting begins."""
    trust_from = trust.ask_trust(
        user_id=caller.user_id, device_id=caller.device_id, code=code_in.code.strip(), now=clock.now()
    )
    return {"trust_from": clock.wire(trust_from)}


@command("accounts.trust_take", NothingIn, rest="PUT me/trust", cost=5)
def trust_take(caller: Caller, nothing_in: NothingIn) -> dict[str, Any]:
    """Have this device trusted once its day is over; it may then sign out one that was lost."""
    trust.take_trust(user_id=caller.user_id, device_id=caller.device_id, now=clock.now())
    return {}


@sync_part("contacts")
def contacts_changed(caller: Caller, since: int | None, after: str | None) -> Page:
    """Whom one knows, or has heard from, as far as it changed; latest change first."""
    found = queries.sides_changed(caller.user_id, since=since, after=_place(after), rows_max=ROWS_PAGE + 1)
    page = found[:ROWS_PAGE]
    more = f"{page[-1].changed}.{page[-1].pk}" if len(found) > ROWS_PAGE else None
    return Page([rows.contact(side) for side in page], more)


@sync_part("people")
def people_changed(caller: Caller, since: int | None, after: str | None) -> Page:
    """How one's contacts look now, if they look different; at first, their contacts say so themselves."""
    if since is None:
        return Page([], None)
    found = queries.peers_changed(caller.user_id, since=since, after=_place(after), rows_max=ROWS_PAGE + 1)
    page = found[:ROWS_PAGE]
    more = f"{page[-1].changed}.{page[-1].pk}" if len(found) > ROWS_PAGE else None
    return Page([rows.person(user) for user in page], more)


@part_of_me
def contacts_after(user_id: int, after: int, rows_max: int) -> list[dict[str, Any]]:
    found = queries.visible_sides(user_id).filter(rev__gt=after).order_by("rev", "pk")[:rows_max]
    return [dict(rows.contact(side)) for side in found]


@part_of_me
def profile_after(user_id: int, after: int, rows_max: int) -> list[dict[str, Any]]:
    try:
        user = queries.user_by_id(user_id)
    except PersonNotFound:
        return []
    return [dict(rows.profile(user, queries.number_of(user_id)))] if user.rev > after else []


def _place(after: str | None) -> tuple[int, int] | None:
    """Where the last page ended: the stamp of its last row, and its id."""
    if after is None:
        return None
    changed, _, pk = after.partition(".")
    return int(changed), int(pk)
