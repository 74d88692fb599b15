"""The demo groups: how they begin, and the lines that only groups have."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import datetime, timedelta
from uuid import UUID

from chat import api as chat
from superapp.media import api as media
from superapp.wiring.demo import conversation_script, pictures
from superapp.wiring.demo.conversation_script import ScriptedGroup, ScriptedMessage
from superapp.wiring.demo.script_files import read_list
from superapp.wiring.demo.stage import PlayedConversation, Player

GROUPS = read_list("groups", ScriptedGroup)
FOUNDED_BEFORE = timedelta(minutes=2)
ALL = "semua"
MENTION = re.compile(r"@(\w+)")

# The media of a message, by its group and its place among the lines.
StoredPhotos = Mapping[tuple[str, int], tuple[UUID, ...]]


def store_photos(players: Mapping[str, Player], *, now: datetime) -> StoredPhotos:
    """Encode and store the photos of all groups; a message takes them later."""
    return {
        (group.key, place): tuple(
            media.add_photo(owner_id=players[line.who].user_id, content=pictures.read_picture(name), now=now)
            for name in line.words.split()
        )
        for group in GROUPS
        for place, line in enumerate(conversation_script.parse_conversation(group, now=now))
        if line.verb == "photos"
    }


def found(group: ScriptedGroup, players: Mapping[str, Player], *, now: datetime) -> PlayedConversation:
    """Create a group shortly before its first line, and return it ready to be played."""
    lines = conversation_script.parse_conversation(group, now=now)
    began_at = lines[0].at - FOUNDED_BEFORE
    owner = players[group.owner]
    conversation, _added = chat.create_group_by_request(
        owner_id=owner.user_id,
        title=group.title,
        people=[players[key].public_id for key in group.members],
        idempotency_key=f"demo-{group.key}",
        now=began_at,
    )
    chat.change_group(
        conversation_id=conversation.public_id,
        by_user_id=owner.user_id,
        changes=chat.GroupChanges(description=group.description),
        now=began_at,
    )
    for key in group.admins:
        chat.set_role(
            conversation_id=conversation.public_id,
            by_user_id=owner.user_id,
            user=players[key].public_id,
            role="admin",
            now=began_at,
        )
    stage = PlayedConversation(
        talk=group,
        conversation_id=conversation.public_id,
        players={key: players[key] for key in group.speakers},
        happenings=lines,
    )
    stage.newest_seq = _newest_seq(stage, owner)
    return stage


def change(stage: PlayedConversation, line: ScriptedMessage) -> int:
    """Carry out a line that changes the group, and return the number of its event."""
    who = stage.players[line.who]
    if line.verb == "title":
        chat.change_group(
            conversation_id=stage.conversation_id,
            by_user_id=who.user_id,
            changes=chat.GroupChanges(title=line.words),
            now=line.at,
        )
    else:
        chat.add_people(
            conversation_id=stage.conversation_id,
            by_user_id=who.user_id,
            people=[stage.players[line.words].public_id],
            now=line.at,
        )
    return _newest_seq(stage, who)


def say(
    stage: PlayedConversation, line: ScriptedMessage, stored: StoredPhotos, *, client_id: str, reply_to: int | None
) -> int:
    """Post a message of a group with what it carries, and return its number."""
    who = stage.players[line.who]
    named = [key for key in MENTION.findall(line.text) if key in stage.players]
    posted = chat.send_with_extras(
        conversation_id=stage.conversation_id,
        sender_id=who.user_id,
        sender_public_id=who.public_id,
        client_id=client_id,
        body=MENTION.sub(lambda found: _spoken(found, stage.players), line.text),
        attachment=_attachment(stage, line, stored),
        mentions=[stage.players[key].public_id for key in named],
        mentions_all=f"@{ALL}" in line.text,
        reply_to=reply_to,
        now=line.at,
    )
    return posted.seq


def vote(stage: PlayedConversation, line: ScriptedMessage, seq: int, *, now: datetime) -> None:
    """Cast the votes of a poll."""
    chosen: dict[str, list[int]] = {}
    for place, (_option, voters) in enumerate(line.options):
        for key in voters:
            chosen.setdefault(key, []).append(place)
    for key, options in chosen.items():
        chat.vote(
            conversation_id=stage.conversation_id,
            seq=seq,
            by_user_id=stage.players[key].user_id,
            options=options,
            now=now,
        )


def _attachment(
    stage: PlayedConversation, line: ScriptedMessage, stored: StoredPhotos
) -> chat.PhotosInput | chat.PollInput | None:
    if line.verb == "photos":
        return chat.PhotosInput(media=stored[stage.talk.key, len(stage.seqs)])
    if line.verb == "poll":
        return chat.PollInput(question=line.words, options=[option for option, _voters in line.options])
    return None


def _spoken(found: re.Match[str], players: Mapping[str, Player]) -> str:
    return f"@{players[found[1]].name}" if found[1] in players else found[0]


def _newest_seq(stage: PlayedConversation, reader: Player) -> int:
    return chat.fetch_summary(stage.conversation_id, reader.user_id).last_seq
