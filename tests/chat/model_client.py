"""A client written from ``docs/protocol.md`` alone, small enough to be seen to be right."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import Any, Protocol

Row = dict[str, Any]


class Server(Protocol):
    """The link that carries a client's commands to the server and its responses back."""

    # The person's public id.
    me_id: str

    def ask(self, do: str, **fields: Any) -> Row: ...


@dataclass
class Conversation:
    """All that a client holds of one conversation."""

    rev: int
    from_seq: int
    until_seq: int | None
    kind: str
    rows: dict[int, Row] = field(default_factory=dict)
    marks: dict[str, tuple[int, int]] = field(default_factory=dict)
    # Of each member: the role, and whether they may only read.
    roles: dict[str, tuple[str, bool]] = field(default_factory=dict)
    group: Row | None = None
    held: list[Row] = field(default_factory=list)
    mentioned_seq: int = 0
    # How many people ask to join; None unless I may let them in.
    requests: int | None = None

    @property
    def last_seq(self) -> int:
        return max(self.rows, default=0)

    @property
    def counted(self) -> int:
        return self.rows[self.last_seq]["counted"] if self.rows else 0


class ModelClient:
    """Holds every conversation whole, and stays equal to the server by the client's rule."""

    def __init__(self, server: Server) -> None:
        self.server = server
        self.is_connected = False
        self.cursor: str | None = None
        self.epoch = 0
        self.me = 0
        self.me_held: list[Row] = []
        self.mine: dict[str, Row] = {}
        # My own marks on messages, by conversation and seq.
        self.message_marks: dict[tuple[str, int], Row] = {}
        self.contacts: dict[str, Row] = {}
        self.conversations: dict[str, Conversation] = {}

    def connect(self) -> None:
        self.is_connected = True
        self.sync()

    def disconnect(self) -> None:
        self.is_connected = False
        self.me_held.clear()
        for conversation in self.conversations.values():
            conversation.held.clear()

    def hear(self, frame: bytes) -> None:
        """A hint arrives."""
        hint = json.loads(frame)
        if hint["on"] == "me":
            self._hear_mine(hint)
        elif hint["on"].startswith("chat:"):
            self._hear_conversation(hint["on"].removeprefix("chat:"), hint)

    def lose_patience(self) -> None:
        """300 ms have passed over the hints that wait for one before them: ask for what is missing."""
        if self.me_held:
            self._fetch_mine()
        for name, conversation in list(self.conversations.items()):
            if conversation.held:
                self._fetch(name)

    def sync(self) -> None:
        answer = self.server.ask("sync", cursor=self.cursor)
        if self.cursor is not None and answer["epoch"] != self.epoch:
            self._forget()
        is_first = self.cursor is None
        for part, page in answer["parts"].items():
            rows, following = page["rows"], page["next"]
            while following is not None:
                more = self.server.ask("sync.page", part=part, next=following)
                rows, following = rows + more["rows"], more["next"]
            for row in rows:
                if part == "conversations":
                    self._adopt(row)
                elif part == "contacts":
                    self._keep_contact(row)
        if is_first:
            self.me = max(self.me, answer["me"])
        elif answer["me"] > self.me:
            self._fetch_mine()
        self.cursor, self.epoch = answer["cursor"], answer["epoch"]

    def _forget(self) -> None:
        """The server is in another epoch: nothing that it told, and none of its numbers, means anything any more."""
        self.cursor, self.me = None, 0
        self.me_held.clear()
        for told in (self.mine, self.message_marks, self.contacts, self.conversations):
            told.clear()

    # My own topic.

    def _hear_mine(self, hint: Row) -> None:
        if hint["rev"] == self.me + 1:
            self.me = hint["rev"]
            self._keep_mine(hint["row"])
            waiting, self.me_held = sorted(self.me_held, key=lambda one: one["rev"]), []
            for one in waiting:
                self._hear_mine(one)
        elif hint["rev"] > self.me + 1:
            self.me_held.append(hint)

    def _fetch_mine(self) -> None:
        while True:
            delta = self.server.ask("me.changes", after=self.me)
            for row in delta["rows"]:
                self._keep_mine(row)
            self.me = max(self.me, delta["rev"])
            if not delta["more"]:
                break
        waiting, self.me_held = sorted(self.me_held, key=lambda one: one["rev"]), []
        for one in waiting:
            self._hear_mine(one)

    def _keep_mine(self, row: Row) -> None:
        if row["kind"] == "contact":
            self._keep_contact(row)
        elif row["kind"] == "membership":
            self._keep_membership(row)
        elif row["kind"] == "mark":
            self._keep_mark(row)

    def _keep_mark(self, row: Row) -> None:
        key = name, seq = row["conversation"], row["seq"]
        held = self.message_marks.get(key)
        if held is not None and held["rev"] >= row["rev"]:
            return
        self.message_marks[key] = row
        conversation = self.conversations.get(name)
        if conversation is None:
            return
        if row["hidden"]:
            conversation.rows.pop(seq, None)
        elif seq not in conversation.rows and seq >= conversation.from_seq:
            # It may have been hidden before: I hold it again.
            for shown in self.server.ask("chat.messages", conversation=name, seqs=[seq])["rows"]:
                self._apply(name, conversation, shown)

    def _keep_contact(self, row: Row) -> None:
        held = self.contacts.get(row["user"])
        if held is None or held["rev"] <= row["rev"]:
            self.contacts[row["user"]] = row

    def _keep_membership(self, row: Row) -> None:
        name = row["conversation"]
        held = self.mine.get(name)
        if held is not None and held["rev"] > row["rev"]:
            return
        self.mine[name] = row
        conversation = self.conversations.get(name)
        if conversation is None or conversation.until_seq != row["until_seq"]:
            # A conversation I do not know, or that I came to or left: its summary tells the rest.
            self._adopt(self.server.ask("chat.conversation", conversation=name))

    # Conversations.

    def _adopt(self, summary: Row) -> None:
        name = summary["id"]
        held = self.mine.get(name)
        if held is None or held["rev"] <= summary["mine"]["rev"]:
            self.mine[name] = summary["mine"]
        conversation = self.conversations.get(name)
        if conversation is None or conversation.from_seq != summary["from_seq"]:
            # Unknown, or I came back to it: what I held before is not mine to see any more.
            self._read_whole(summary)
            return
        if conversation.until_seq != summary["until_seq"]:
            conversation.until_seq = summary["until_seq"]
            conversation.held.clear()
        self._take_members(conversation, summary["members"])
        self._take_group(conversation, summary["group"])
        conversation.requests = summary["requests"]
        conversation.mentioned_seq = max(conversation.mentioned_seq, summary["mentioned_seq"])
        if summary["rev"] > conversation.rev:
            self._fetch(name)

    def _read_whole(self, summary: Row) -> None:
        name = summary["id"]
        conversation = Conversation(0, summary["from_seq"], summary["until_seq"], summary["kind"])
        conversation.mentioned_seq = summary["mentioned_seq"]
        conversation.requests = summary["requests"]
        self.conversations[name] = conversation
        page = self.server.ask("chat.history", conversation=name, limit=3)
        conversation.rev = page["rev"]
        self._take_members(conversation, page["members"])
        self._take_group(conversation, summary["group"])
        while True:
            for row in page["rows"]:
                conversation.rows[row["seq"]] = row
            for mark in page["marks"]:
                self._keep_mark(mark)
            if not page["more"]:
                break
            page = self.server.ask("chat.history", conversation=name, limit=3, before=page["rows"][0]["seq"])

    def _hear_conversation(self, name: str, hint: Row) -> None:
        conversation = self.conversations.get(name)
        if conversation is None or (conversation.until_seq is not None and hint.get("rev", 0) > conversation.rev):
            # A conversation I do not know; or one I left, and that I am told something new says that I came back.
            self.sync()
        elif "rev" not in hint:
            if hint["say"] == "receipt":
                self._take_mark(conversation, hint)
            elif hint["say"] == "group.changed":
                self._take_group(conversation, hint["group"])
            elif hint["say"] == "requests.changed":
                conversation.requests = self.server.ask("chat.conversation", conversation=name)["requests"]
        elif hint["rev"] == conversation.rev + 1:
            self._apply(name, conversation, hint["row"])
            conversation.rev = hint["rev"]
            self._hear_again(name, conversation)
        elif hint["rev"] > conversation.rev + 1:
            conversation.held.append(hint)

    def _hear_again(self, name: str, conversation: Conversation) -> None:
        waiting, conversation.held = sorted(conversation.held, key=lambda one: one["rev"]), []
        for one in waiting:
            self._hear_conversation(name, one)

    def _fetch(self, name: str) -> None:
        conversation = self.conversations[name]
        while True:
            delta = self.server.ask("chat.changes", conversation=name, after=conversation.rev)
            for row in delta["rows"]:
                self._apply(name, conversation, row)
            for mark in delta["marks"]:
                self._keep_mark(mark)
            conversation.rev = max(conversation.rev, delta["rev"])
            if not delta["more"]:
                break
        self._take_members(conversation, delta["members"])
        self._hear_again(name, conversation)

    def _apply(self, name: str, conversation: Conversation, row: Row) -> None:
        held = conversation.rows.get(row["seq"])
        if held is not None and held["rev"] > row["rev"]:
            return
        if self.message_marks.get((name, row["seq"]), {}).get("hidden"):
            return
        conversation.rows[row["seq"]] = row
        if set((row["extras"] or {}).get("mentions", ())) & {"all", self.server.me_id}:
            conversation.mentioned_seq = max(conversation.mentioned_seq, row["seq"])
        if held is None and row["kind"] == "event":
            # Somebody came or went, or has another role; or the group has another name.
            summary = self.server.ask("chat.conversation", conversation=name)
            self._take_members(conversation, summary["members"])
            self._take_group(conversation, summary["group"])
            conversation.requests = summary["requests"]

    def _take_group(self, conversation: Conversation, group: Row | None) -> None:
        if group is not None and (conversation.group is None or conversation.group["rev"] <= group["rev"]):
            conversation.group = group

    def _take_members(self, conversation: Conversation, members: list[Row]) -> None:
        """The members as they are now; a mark never goes back."""
        conversation.roles = {member["user"]: (member["role"], member["silenced"]) for member in members}
        before, conversation.marks = conversation.marks, {}
        for member in members:
            read, delivered = before.get(member["user"], (0, 0))
            conversation.marks[member["user"]] = (
                max(read, member["read_seq"]),
                max(delivered, member["delivered_seq"]),
            )

    def _take_mark(self, conversation: Conversation, hint: Row) -> None:
        if hint["user"] in conversation.marks:
            read, delivered = conversation.marks[hint["user"]]
            conversation.marks[hint["user"]] = (max(read, hint["read_seq"]), max(delivered, hint["delivered_seq"]))

    def picture(self) -> dict[str, Any]:
        """All that a person would see, to be compared with another client's."""
        known = {name: row for name, row in self.contacts.items() if row["state"] != "ended" or row["blocked"]}
        return {"contacts": known} | {
            name: {
                "rev": held.rev,
                "rows": [held.rows[seq] for seq in sorted(held.rows)],
                "marks": held.marks,
                "voted": {
                    seq: votes
                    for seq in sorted(held.rows)
                    if "poll" in held.rows[seq]
                    if (votes := self.message_marks.get((name, seq), {}).get("votes"))
                },
                "reacted": {
                    seq: emoji
                    for seq in sorted(held.rows)
                    if (emoji := self.message_marks.get((name, seq), {}).get("reaction"))
                },
                "roles": held.roles,
                "group": held.group,
                "requests": held.requests,
                "starred": [seq for seq in sorted(held.rows) if self.message_marks.get((name, seq), {}).get("starred")],
                "mine": self.mine[name],
                "is_mentioned": held.mentioned_seq > self.mine[name]["read_seq"],
                "unread": max(0, held.counted - self.mine[name]["read_counted"] - self.mine[name]["own_since"]),
            }
            for name, held in self.conversations.items()
            if held.until_seq is None
        }
