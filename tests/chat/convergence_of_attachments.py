"""Rules of the convergence machine about photos and polls, and what must be true of photos at its end."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Any
from uuid import UUID

from hypothesis import strategies
from hypothesis.stateful import precondition, rule

from chat import api
from chat.actions import polls, sending
from chat.domain.attachments import PhotosInput, has_photos
from chat.domain.polls import PollInput
from chat.models import Message
from superapp.accounts.models import User
from superapp.media import queries
from superapp.media.domain.enums import MediaKind, MediaState
from superapp.media.models import Media
from tests.chat.model_client import ModelClient

people = strategies.integers(0, 3)
places = strategies.integers(0, 1)
picks = strategies.integers(0, 30)


class AttachmentDeeds:
    """Rules about photos and polls in both conversations of the machine."""

    users: list[User]
    places: list[UUID]
    clients: list[ModelClient]
    now: datetime
    uploaded: list[UUID]

    def carry_more(self, action: Any, who: int, where: int, **fields: Any) -> None:
        raise NotImplementedError

    def attempt(self, action: Any, who: int, where: int, **fields: Any) -> None:
        raise NotImplementedError

    @rule(who=people, where=places, several=strategies.booleans())
    def send_poll(self, who: int, where: int, several: bool) -> None:
        poll = PollInput(question="Kapan?", options=["Sabtu", "Minggu", "Senin"], several=several)
        self.carry_more(sending.send_with_extras, who, where, body="", attachment=poll)

    @rule(who=people, where=places, pick=picks, options=strategies.sets(strategies.integers(0, 3), max_size=2))
    def vote(self, who: int, where: int, pick: int, options: set[int]) -> None:
        row = self.seen_poll(who, where, pick)
        if row:
            self.attempt(polls.vote, who, where, seq=row["seq"], options=options, now=self.now)

    @rule(who=people, where=places, pick=strategies.integers(0, 6))
    def close_poll(self, who: int, where: int, pick: int) -> None:
        if row := self.seen_poll(who, where, pick):
            self.attempt(polls.close_poll, who, where, seq=row["seq"], now=self.now)

    def seen_poll(self, who: int, where: int, pick: int) -> dict[str, Any] | None:
        held = self.clients[who].conversations.get(str(self.places[where]))
        shown = [row for _seq, row in sorted(held.rows.items()) if "poll" in row] if held else []
        return shown[pick % len(shown)] if shown else None

    @rule(who=people, where=places, how_many=strategies.integers(1, 3))
    def send_photos(self, who: int, where: int, how_many: int) -> None:
        media = [self.upload(who) for _ in range(how_many)]
        self.carry_more(sending.send_with_extras, who, where, body="", attachment=PhotosInput(media=tuple(media)))

    @precondition(lambda self: self.uploaded)
    @rule(who=people, where=places, pick=picks)
    def send_used_photo(self, who: int, where: int, pick: int) -> None:
        """Send what is somebody else's, is shown already, was recalled, or could not be sent before."""
        media = (self.uploaded[pick % len(self.uploaded)],)
        self.carry_more(sending.send_with_extras, who, where, body="", attachment=PhotosInput(media=media))

    @rule(where=places, pick=picks)
    def recall_photos(self, where: int, pick: int) -> None:
        for who, user in enumerate(self.users):
            held = self.clients[who].conversations.get(str(self.places[where]))
            rows = (
                [row for _seq, row in sorted(held.rows.items()) if any(_photos_of(row.get("extras")))] if held else []
            )
            mine = [row for row in rows if row["from"] == str(user.public_id)]
            if mine:
                seq = mine[pick % len(mine)]["seq"]
                self.attempt(api.recall_message, who, where, seq=seq, now=self.now)
                return

    def upload(self, who: int) -> UUID:
        made = Media.objects.create(
            owner=self.users[who],
            kind=MediaKind.PHOTO,
            state=MediaState.READY,
            bytes=7,
            sha256=f"{len(self.uploaded):064x}",
            width=640,
            height=480,
            created_at=self.now,
        )
        self.uploaded.append(made.public_id)
        return made.public_id

    def begin_photos(self) -> None:
        self.uploaded = []

    def photos_are_seen_with_their_message_and_gone_with_it(self) -> None:
        messages = Message.objects.exclude(extras=None)
        shown = [(photo, message) for message in messages for photo in _photos_of(message.extras)]
        media = {one.public_id: one for one in Media.objects.filter(kind=MediaKind.PHOTO)}
        visible = [photo for photo, message in shown if message.recalled_at is None]

        assert len(set(visible)) == len(visible)
        assert all(media[photo].state == MediaState.READY for photo in visible)
        referenced = {one.public_id for one in media.values() if one.reference and one.state == MediaState.READY}
        assert referenced == set(visible)
        for user, client in zip(self.users, self.clients, strict=True):
            held = {photo for held in client.conversations.values() for row in held.rows.values()
                    for photo in _photos_of(row.get("extras"))}  # fmt: skip
            assert all(queries.find_visible(photo, user.pk) is not None for photo in held)


def _photos_of(extras: dict[str, Any] | None) -> Iterator[UUID]:
    attachment = (extras or {}).get("attachment")
    if has_photos(attachment):
        assert attachment is not None
        yield from (UUID(photo["id"]) for photo in attachment["photos"])
