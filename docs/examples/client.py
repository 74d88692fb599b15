"""
A client of the protocol in one file, written from ``docs/protocol.md`` alone; numbers in brackets are its sections.

It holds the newest messages of every conversation, sends once and in order, and always comes back. ``python client.py
wss://HOST/ws SESSION`` prints what is said and sends lines of a conversation's id and text. It needs ``websockets``.
"""

from __future__ import annotations

import json
import random
import sys
import threading
import time
import uuid
from collections import deque
from collections.abc import Callable
from contextlib import suppress
from functools import partial
from typing import Any

from websockets import Subprotocol
from websockets.exceptions import ConnectionClosed
from websockets.sync.client import connect

ANSWER_SECONDS_MAX = 10
Show = Callable[[str, dict[str, Any]], object]
# Refusals that decide nothing: the same command is sent again, under the same client_id.
UNDECIDED = ("unavailable", "fault", "rate_limited", "too_many_commands")


class Client:
    """The conversations of one person, kept equal to the server by the client's rule [3]."""

    def __init__(self, url: str, session: str, show: Show = lambda _conversation, _row: None) -> None:
        # The origin has to be the instance's own.
        headers = {"Cookie": f"sessionid={session}", "Origin": url.replace("ws", "http", 1).removesuffix("/ws")}
        self.connect = partial(connect, url, subprotocols=[Subprotocol("app.v1")], additional_headers=headers)
        self.cursor, self.epoch, self.is_over, self.wait, self.show = None, None, False, 0.5, show
        self.revs, self.messages, self.outbox = dict[str, int](), dict[str, dict[int, Any]](), deque[dict[str, Any]]()

    def send(self, conversation: str, body: str) -> None:
        """Queue a message; its client_id makes it one message however often it has to be sent."""
        self.outbox.append({"conversation": conversation, "client_id": str(uuid.uuid4()), "body": body})

    def run(self) -> None:
        """Stay connected until ``is_over`` is set, with longer and longer pauses between failures [1]."""
        while not self.is_over:
            try:
                # Out of reach, or without an answer in time, it tries again.
                with suppress(OSError), self.connect() as self.socket:
                    self._talk()
            except ConnectionClosed as closed:
                # Without a session there is nothing to come back to.
                self.is_over = closed.rcvd is not None and closed.rcvd.code == 4401
            time.sleep(self.wait * random.uniform(0.5, 1.5))  # noqa: S311  # Spreads load, hides nothing.
            self.wait = min(self.wait * 2, 30)

    def _talk(self) -> None:
        ready = json.loads(self.socket.recv(ANSWER_SECONDS_MAX))["ready"]
        self.heard, self.asked, self.hints = 0, 0, deque[dict[str, Any]]()
        if ready["epoch"] != self.epoch:
            # Numbers of another life of the database mean something else; what I wrote stays.
            self.cursor, self.epoch, self.revs, self.messages = None, ready["epoch"], {}, {}
        self._sync()
        self.wait = 0.5
        while not self.is_over:
            if self.outbox:
                refusal = self._ask("chat.send", **self.outbox[0]).get("err")
                if refusal is not None and refusal["code"] in UNDECIDED:
                    time.sleep(refusal["retry_after"] or 1)
                else:
                    self.outbox.popleft()
            else:
                with suppress(TimeoutError):
                    self._hear(json.loads(self.socket.recv(0.1)))
            while self.hints:
                self._apply(self.hints.popleft())

    def _hear(self, frame: dict[str, Any]) -> None:
        if "drain" in frame:
            drain = frame["drain"]
            self.wait = (drain["in_ms"] + random.uniform(0, drain["jitter_ms"])) / 1_000  # noqa: S311  # As above.
        elif "on" in frame:
            self.heard += 1
            self.hints.append(frame)
            self.socket.send(json.dumps({"ack": self.heard}))

    def _ask(self, do: str, **fields: Any) -> dict[str, Any]:
        """Ask for something and wait for the answer; hints that come before it are kept in their order [2]."""
        self.asked += 1
        self.socket.send(json.dumps({"id": self.asked, "do": do, **fields}))
        while (answer := json.loads(self.socket.recv(ANSWER_SECONDS_MAX))).get("id") != self.asked:
            self._hear(answer)
        self.hints.extend(answer.get("ok", {}).get("hints", ()))
        return dict(answer)

    def _sync(self) -> None:
        """Learn what changed since the cursor, which is kept only when every page was read [4]."""
        answer = self._ask("sync", cursor=self.cursor)["ok"]
        page = answer["parts"]["conversations"]
        summaries = page["rows"]
        while page["next"] is not None:
            page = self._ask("sync.page", part="conversations", next=page["next"])["ok"]
            summaries += page["rows"]
        for summary in summaries:
            self._learn(summary)
        self.cursor = answer["cursor"]

    def _learn(self, summary: dict[str, Any]) -> None:
        name = summary["id"]
        if summary["until_seq"] is not None:
            self.revs.pop(name, None)  # I left; what I held stays with me.
        elif name not in self.revs:
            page = self._ask("chat.history", conversation=name)["ok"]
            self.messages[name] = {}
            self._take(name, page["rows"], page["rev"])
        elif summary["rev"] > self.revs[name]:
            self._catch_up(name)

    def _catch_up(self, name: str) -> None:
        delta = {"more": True}
        while delta["more"]:
            delta = self._ask("chat.changes", conversation=name, after=self.revs[name])["ok"]
            self._take(name, delta["rows"], delta["rev"])

    def _take(self, name: str, rows: list[dict[str, Any]], rev: int) -> None:
        for row in rows:
            held = self.messages[name].get(row["seq"])
            if held is None or held["rev"] < row["rev"]:
                self.messages[name][row["seq"]] = row
                self.show(name, row)
        self.revs[name] = max(self.revs.get(name, 0), rev)

    def _apply(self, hint: dict[str, Any]) -> None:
        topic, _, name = hint["on"].partition(":")
        if hint["on"] == "bus" or (topic == "chat" and name not in self.revs):
            self._sync()
        elif topic == "chat" and hint.get("rev", 0) == self.revs[name] + 1:
            self._take(name, [hint["row"]], hint["rev"])
        elif topic == "chat" and hint.get("rev", 0) > self.revs[name] + 1:
            # Something is missing. A client with many conversations waits 300 ms first: hints may cross.
            self._catch_up(name)


if __name__ == "__main__":
    client = Client(sys.argv[1], sys.argv[2], lambda *shown: print(*shown))  # noqa: T201  # A program in a terminal.
    threading.Thread(target=client.run, daemon=True).start()
    for line in sys.stdin:
        client.send(*line.rstrip("\n").split(" ", 1))
