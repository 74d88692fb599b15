"""The demo world, made through the facades of the apps."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction

from chat import api as chat
from shop import api as shop
from superapp.accounts import api as accounts
from superapp.wiring import transfer_cards
from superapp.wiring.demo import address_books, conversation_script, groups, pictures, purchases, shops, wallets
from superapp.wiring.demo.conversation_script import ScriptedConversation, ScriptedGroup, ScriptedMessage
from superapp.wiring.demo.groups import StoredPhotos
from superapp.wiring.demo.people import DEMO_PEOPLE, DIMAS, JOKO, SEKAR, DemoPerson
from superapp.wiring.demo.script_files import read_list
from superapp.wiring.demo.stage import PlayedConversation, Player, find_player, find_players
from superapp.wiring.demo.wallets import SentTransfer

CONVERSATIONS = read_list("conversations", ScriptedConversation)
JOINED_SINCE = timedelta(days=60)
CONTACTS_SINCE = timedelta(days=30)
CHANGED_AFTER = timedelta(minutes=1)
MUTED_FOR = timedelta(days=30)


def make_world(*, now: datetime) -> bool:
    """
    Create the demo people, their shops, money, purchases and conversations; return whether anything was made.

    Existing parts are left as they are. There are several commits: the people, their shops, their money and
    purchases (since PIN attempts are counted in their own transactions), and the conversations. An interrupted run
    is completed by the next call.
    """
    if not _is_here():
        _make_people(now=now)
    if shop.is_storefront_enabled():
        shops.open_all(now=now)
    if _have_talked():
        is_untold = purchases.is_untold()
        if is_untold:
            purchases.post_cards(now=now)
        return is_untold
    sent = wallets.fill_wallets(now=now, besides=purchases.scheduled_actions(now=now))
    players = find_players()
    photos = groups.store_photos(players, now=now)
    with transaction.atomic():
        # Another process that makes the world waits here, and then finds the conversations.
        accounts.lock_people({player.user_id for player in players.values()})
        if _have_talked():
            return False
        stages = [_set_up(talk, players, sent, now=now) for talk in CONVERSATIONS]
        stages += [groups.found(group, players, now=now) for group in groups.GROUPS]
        _play(stages, photos, now=now)
        for stage in stages:
            _set_preferences(stage, now=now)
        accounts.request_contact_by_handle(
            user_id=players[DIMAS.key].user_id, handle=SEKAR.handle, now=now - timedelta(hours=3)
        )
    if sent:
        purchases.post_cards(now=now)
    return True


def is_complete() -> bool:
    """Return whether the whole demo world exists."""
    return _is_here() and _have_talked() and not purchases.is_untold()


def has_strangers() -> bool:
    """Return whether people are registered here, none of whom belongs to the demo world."""
    return not _is_here() and accounts.has_any_user()


def _is_here() -> bool:
    return accounts.find_user_by_phone_number(SEKAR.number) is not None


def _have_talked() -> bool:
    # Nobody sends him money, which would have opened a conversation.
    return bool(chat.list_summaries(find_player(JOKO).user_id).rows)


@transaction.atomic
def _make_people(*, now: datetime) -> None:
    for person in DEMO_PEOPLE:
        _join(person, pictures.read_picture(f"people/{person.key}"), now=now)
    for talk in CONVERSATIONS:
        one, other = (find_player(person) for person in DEMO_PEOPLE if person.key in (talk.one, talk.other))
        accounts.connect_people(user_id=one.user_id, peer_id=other.user_id, now=now - CONTACTS_SINCE)
    players = find_players()
    for group in groups.GROUPS:
        owner, *members = (players[key] for key in group.speakers)
        for member in members:
            accounts.connect_people(user_id=owner.user_id, peer_id=member.user_id, now=now - CONTACTS_SINCE)
    address_books.fill_books(now=now - JOINED_SINCE)


def _join(person: DemoPerson, picture: bytes, *, now: datetime) -> None:
    user = accounts.create_person(
        name=person.name,
        handle=person.handle,
        number=person.number,
        language=person.language,
        time_zone=person.time_zone,
        now=now - JOINED_SINCE,
    )
    accounts.set_avatar(user_id=user.pk, upload=picture, now=now - JOINED_SINCE)


def _set_up(
    talk: ScriptedConversation, players: Mapping[str, Player], sent: Sequence[SentTransfer], *, now: datetime
) -> PlayedConversation:
    one, other = players[talk.one], players[talk.other]
    conversation = chat.open_direct_conversation(user_id=one.user_id, peer_id=other.user_id, now=now - CONTACTS_SINCE)
    theirs = [each for each in sent if {each.sender, each.receiver} == {talk.one, talk.other}]
    return PlayedConversation(
        talk=talk,
        conversation_id=conversation.public_id,
        players={talk.one: one, talk.other: other},
        happenings=sorted([*conversation_script.parse_conversation(talk, now=now), *theirs], key=lambda each: each.at),
    )


def _play(stages: Sequence[PlayedConversation], photos: StoredPhotos, *, now: datetime) -> None:
    """Post all messages and transfers in the order of their times, over all conversations."""
    order = sorted(
        (each.at, number, index) for number, stage in enumerate(stages) for index, each in enumerate(stage.happenings)
    )
    for _at, number, index in order:
        stage = stages[number]
        each = stage.happenings[index]
        if isinstance(each, SentTransfer):
            _post_transfer_card(stage, each)
        else:
            _play_line(stage, each, photos, now=now)
        if index == len(stage.happenings) - 1:
            _read_to_the_end(stage)


def _post_transfer_card(stage: PlayedConversation, sent: SentTransfer) -> None:
    _read(stage, sent.sender, up_to=stage.newest_seq)
    # The card may have been posted already, if its event was delivered before the run was continued.
    stage.newest_seq = max(stage.newest_seq, transfer_cards.post_transfer(sent.event, now=sent.at))


def _read(stage: PlayedConversation, who: str, *, up_to: int) -> None:
    if up_to:
        chat.mark_read(conversation_id=stage.conversation_id, user_id=stage.players[who].user_id, seq=up_to)


def _play_line(stage: PlayedConversation, line: ScriptedMessage, photos: StoredPhotos, *, now: datetime) -> None:
    _read(stage, line.who, up_to=stage.newest_seq)
    seq = groups.change(stage, line) if line.verb in ("title", "add") else _post_message(stage, line, photos)
    stage.seqs.append(seq)
    stage.newest_seq = seq
    _change_message(stage, line, seq, now=now)


def _post_message(stage: PlayedConversation, line: ScriptedMessage, photos: StoredPhotos) -> int:
    client_id = f"demo-{stage.talk.key}-{len(stage.seqs) + 1}"
    reply_to = stage.seqs[line.reply_to] if line.reply_to is not None else None
    if isinstance(stage.talk, ScriptedGroup):
        return groups.say(stage, line, photos, client_id=client_id, reply_to=reply_to)
    who = stage.players[line.who]
    entry = chat.compose_message(
        conversation_id=stage.conversation_id,
        sender_id=who.user_id,
        sender_public_id=who.public_id,
        client_id=client_id,
        body=line.text,
        reply_to=reply_to,
    )
    return chat.post_message(entry, now=line.at).seq


def _change_message(stage: PlayedConversation, line: ScriptedMessage, seq: int, *, now: datetime) -> None:
    """Carry out what happened to a message afterwards: edits, reactions, votes, a recall."""
    who = stage.players[line.who]
    changed_at = min(line.at + CHANGED_AFTER, now)
    for edits, body in enumerate(line.edits):
        chat.edit_message(
            conversation_id=stage.conversation_id,
            seq=seq,
            by_user_id=who.user_id,
            body=body,
            edits=edits,
            now=changed_at,
        )
    for emoji, reader in line.reactions:
        chat.set_reaction(
            conversation_id=stage.conversation_id,
            seq=seq,
            by_user_id=stage.players[reader].user_id,
            emoji=emoji,
            now=changed_at,
        )
    for reader in line.stars:
        chat.mark_message(
            conversation_id=stage.conversation_id,
            seq=seq,
            user_id=stage.players[reader].user_id,
            is_starred=True,
            now=changed_at,
        )
    groups.vote(stage, line, seq, now=changed_at)
    if line.is_recalled:
        chat.recall_message(conversation_id=stage.conversation_id, seq=seq, by_user_id=who.user_id, now=changed_at)


def _read_to_the_end(stage: PlayedConversation) -> None:
    """Mark all messages as delivered to both, and as read except those that the script leaves unread."""
    for key, player in stage.players.items():
        chat.mark_delivered(player.user_id, [(stage.conversation_id, stage.newest_seq)])
        unread = stage.talk.unread.get(key, 0)
        _read(stage, key, up_to=stage.seqs[-unread] - 1 if unread else stage.newest_seq)


def _set_preferences(stage: PlayedConversation, *, now: datetime) -> None:
    changes: dict[str, dict[str, Any]] = {key: {"draft": draft} for key, draft in stage.talk.drafts.items()}
    if stage.talk.pinned_by:
        changes.setdefault(stage.talk.pinned_by, {})["is_pinned"] = True
    if stage.talk.muted_by:
        changes.setdefault(stage.talk.muted_by, {})["muted_until"] = now + MUTED_FOR
    if stage.talk.archived_by:
        changes.setdefault(stage.talk.archived_by, {})["is_archived"] = True
    for key, given in changes.items():
        chat.update_preferences(conversation_id=stage.conversation_id, user_id=stage.players[key].user_id, **given)
