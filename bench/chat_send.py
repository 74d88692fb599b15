"""
Measure durable messages a second between 200 users, and their latency at a steady rate.

A hundred conversations; both people of each send, each with one unanswered message at a time, as the protocol asks.
Then 200 messages a second on a fixed schedule, each timed from the moment it was due to its arrival at the other
person. The limit is a bare echo of frames of the same size on the same server; ``stock_echoes`` is how many Daphne as
it is distributed echoes in the time of one message, which does not change with our server. ``uploads_slow_by`` is which
part of the messages a second is missing while ten phones upload photos to the same process.

``steady_cpu_ms`` is what a message costs the server there, where nearly each is committed alone: the run is void when
``steady_batch``, how many shared a commit, says that they were not, as on a machine that is busy with something else.
"""

from __future__ import annotations

import select
import subprocess
import sys
import time
from collections import Counter
from dataclasses import dataclass, field
from typing import Any

from uuid_utils import uuid7

from bench import environment, measure
from bench.environment import BenchEnvironment
from bench.media import session_of
from bench.socket_client import CHUNK, ConnectionPoller, SocketConnection, frame

PAIRS = 100
WARM_SECONDS = 1.0
SECONDS = 4.0
STEADY_PER_SECOND = 200
STEADY_SECONDS = 8.0
QUIET_SECONDS = 1.0
PATIENCE_SECONDS = 30.0
STEADY_CPU_MS_MAX = 2.3
STEADY_P50_MS_MAX = 3
STEADY_BATCH_MAX = 1.5
PHONES = 10
UPLOADS_SLOW_BY_MAX = 0.1
# A third of what Daphne as it is distributed echoes; 0.22 of it in the embedded mode.
STOCK_ECHOES_MAX = {"postgres": 1 / 0.33, "sqlite": 1 / 0.22}
BODY = "halo kak, barangnya masih ada? kalau masih saya ambil dua ya, kirim ke 雅加达 hari ini, terima kasih banyak 🙏"
POSTED = b'"say":"message.posted"'
CLIENT_ID = b'"client_id":"'


@dataclass
class Sender:
    """One person with a socket, and one conversation."""

    line: SocketConnection
    peer: int
    prefix: bytes
    next_id: int = 1
    answered: int = 0
    refused: list[bytes] = field(default_factory=list)
    sent: list[str] = field(default_factory=list)
    heard: list[bytes] = field(default_factory=list)

    def send(self) -> bytes:
        """Send one more message; returns its client_id."""
        client_id = str(uuid7())
        self.sent.append(client_id)
        payload = b'{"id":%d,%s"client_id":"%s"}' % (self.next_id, self.prefix, client_id.encode())
        self.next_id += 1
        self.line.send(frame(payload))
        return client_id.encode()


def senders(running: BenchEnvironment, people: list[environment.BenchUser], conversations: list[str]) -> list[Sender]:
    """Open everybody's socket; people 2n and 2n+1 share conversation n."""
    made = []
    for number, person in enumerate(people):
        line = SocketConnection(number, running.server_processes[0].port, "/ws", person.session_key)
        line.wait_for(b'{"ready"')
        prefix = f'"do":"chat.send","conversation":"{conversations[number // 2]}","body":"{BODY}",'.encode()
        made.append(Sender(line, number ^ 1, prefix))
    return made


class Traffic:
    """The frames that travel over the senders' sockets."""

    def __init__(self, everybody: list[Sender]) -> None:
        self.everybody = everybody
        self.crowd = ConnectionPoller([sender.line for sender in everybody])
        self.answered = 0
        self.is_closed_loop = True
        self.due: dict[bytes, float] = {}  # By client_id: when a message was due that has not arrived yet.
        self.took: list[tuple[float, float]] = []

    def heard(self, line: SocketConnection, payloads: list[bytes]) -> None:
        sender = self.everybody[line.number]
        hints = 0
        for payload in payloads:
            if payload.startswith(b'{"id"'):
                self._answered(sender, payload)
            else:
                hints += 1
                if POSTED in payload:
                    sender.heard.append(payload)
                    if self.due:
                        self._arrived(payload)
        line.hear(hints)

    def _answered(self, sender: Sender, payload: bytes) -> None:
        if b'"ok"' not in payload:
            sender.refused.append(payload)
        self.answered += 1
        sender.answered += 1
        if self.is_closed_loop:
            sender.send()

    def _arrived(self, payload: bytes) -> None:
        at = payload.find(CLIENT_ID) + len(CLIENT_ID)
        due = self.due.pop(payload[at : at + 36], None)
        if due is not None:
            now = time.monotonic()
            self.took.append((now, (now - due) * 1_000))

    def saturate(self, pids: list[int]) -> dict[str, Any]:
        """Let everybody send as fast as they are answered."""
        self.is_closed_loop = True
        for sender in self.everybody:
            sender.send()
        self._for(WARM_SECONDS)
        before, answered, began = measure.cpu(pids), self.answered, time.monotonic()
        self._for(SECONDS)
        used, count, seconds = measure.cpu(pids).since(before), self.answered - answered, time.monotonic() - began
        self.is_closed_loop = False
        self._for(QUIET_SECONDS)
        return {
            "per_second": count / seconds,
            "cpu_ms": used.server / count * 1_000,
            "client_cpu_share": used.client / used.server,
        }

    def steady(self, running: BenchEnvironment) -> dict[str, Any]:
        """A fixed number a second, in turn, whatever becomes of them."""
        self.took, self.due = [], {}
        pids, stalls = running.pids, running.stalls()
        began = time.monotonic()
        count = 0

        def send_what_is_due() -> float:
            nonlocal count
            while (due := began + count / STEADY_PER_SECOND) <= time.monotonic():
                sender = self.everybody[count * 7 % len(self.everybody)]
                self.due[sender.send()] = due
                count += 1
            return due - time.monotonic()

        batches = count_committed_batches(running)
        before = measure.cpu(pids)
        self.crowd.until(lambda: time.monotonic() - began > STEADY_SECONDS, self.heard, send_what_is_due)
        used = measure.cpu(pids).since(before)
        patience = time.monotonic() + PATIENCE_SECONDS
        self.crowd.until(lambda: not self.due or time.monotonic() > patience, self.heard)
        times = [took for _, took in self.took]
        return {
            "sent": count,
            "arrived": len(times),
            "p50_ms": measure.percentile(times, 50),
            "p99_ms": measure.percentile(times, 99),
            "worst_ms": max(times),
            "stalls_over_100ms": measure.stalls(self.took),
            "stalls_of_the_loop": dict(running.stalls() - stalls),
            "steady_cpu_ms": used.server / count * 1_000,
            "steady_client_cpu_share": used.client / used.server,
            "steady_batch": count / (count_committed_batches(running) - batches),
        }

    def _for(self, seconds: float) -> None:
        end = time.monotonic() + seconds
        self.crowd.until(lambda: time.monotonic() > end, self.heard)


def count_committed_batches(running: BenchEnvironment) -> float:
    """Return how many batches of messages the instance has committed so far."""
    return sum(door.metric('nusa_batch_size_count{batcher="chat-log"}') for door in running.server_processes)


def echo(server: environment.ServerProcess) -> dict[str, Any]:
    """The same number of sockets, one frame of the same size under way on each."""
    lines = {line.fd: line for line in (SocketConnection(number, server.port, "/echo") for number in range(PAIRS * 2))}
    ready = frame(b'{"id":1,"do":"chat.send","conversation":"%s","body":"%s"}' % (b"x" * 80, BODY.encode()))
    size = len(ready) - 4  # What comes back has no mask.
    waiting = select.epoll()
    for line in lines.values():
        waiting.register(line.fd, select.EPOLLIN)
        line.send(ready)
    echoed, came = 0, dict.fromkeys(lines, 0)

    def go_on(seconds: float) -> None:
        # Counted, and not taken apart: a bare server is so cheap that its client has to be.
        nonlocal echoed
        until = time.monotonic() + seconds
        while time.monotonic() < until:
            for fd, _ in waiting.poll(0.05):
                whole, came[fd] = divmod(came[fd] + len(lines[fd].socket.recv(CHUNK)), size)
                if whole:
                    echoed += whole
                    lines[fd].send(ready * whole)

    go_on(WARM_SECONDS)
    pids = [server.process.pid]
    before, earlier, began = measure.cpu(pids), echoed, time.monotonic()
    go_on(SECONDS)
    used, count, seconds = measure.cpu(pids).since(before), echoed - earlier, time.monotonic() - began
    waiting.close()
    for line in lines.values():
        line.close()
    return {
        "limit_per_second": count / seconds,
        "limit_cpu_ms": used.server / count * 1_000,
        "limit_client_cpu_share": used.client / used.server,
    }


def beside_uploads(running: BenchEnvironment, traffic: Traffic, sessions: list[str]) -> float:
    """Return which part of the messages a second is missing while these people upload."""
    alone = traffic.saturate(running.pids)["per_second"]
    command = [sys.executable, "-m", "bench.uploads", str(running.server_processes[0].port), *sessions]
    uploads = subprocess.Popen(command, cwd=environment.ROOT, stdout=subprocess.PIPE)
    try:
        assert uploads.stdout is not None
        if uploads.stdout.readline() != b"uploading\n":
            raise SystemExit("bench.uploads did not begin")
        beside = traffic.saturate(running.pids)["per_second"]
        if uploads.poll() is not None:
            raise SystemExit("bench.uploads ended while messages were sent beside it")
    finally:
        uploads.kill()
        uploads.wait()
    return 1 - float(beside / alone)


def count_lost_and_doubled(everybody: list[Sender]) -> tuple[int, int]:
    """Return how many acknowledged messages did not reach the other person or the database, and how many came twice."""
    stored = Counter(client_id for _, client_id in environment.fetch_stored_messages())
    lost = doubled = 0
    for sender in everybody:
        everything = b"\n".join(everybody[sender.peer].heard)
        for client_id in sender.sent:
            told = everything.count(client_id.encode())
            lost += told == 0 or stored[client_id] == 0
            doubled += told > 1 or stored[client_id] > 1
    return lost, doubled


def main() -> None:
    options = measure.arguments(__doc__ or "")
    with environment.start_environment(options.db) as running, environment.start_stock_server() as stock:
        people = environment.create_users(PAIRS * 2)
        pairs = list(zip(people[::2], people[1::2], strict=True))
        everybody = senders(running, people, environment.create_direct_conversations(pairs))
        traffic = Traffic(everybody)
        phones = [session_of(person) for person in environment.create_users(PHONES, "telepon")]
        runs = [
            {
                **echo(running.baseline_processes[0]),
                **{key.replace("limit_", "limit_stock_"): value for key, value in echo(stock).items()},
                **traffic.saturate(running.pids),
                **traffic.steady(running),
                "uploads_slow_by": beside_uploads(running, traffic, phones),
            }
            for _ in range(options.runs)
        ]
        refused = [payload for sender in everybody for payload in sender.refused]
        if refused:
            raise SystemExit(f"{len(refused)} sends were refused, the first: {refused[0].decode()}")
        lost, doubled = count_lost_and_doubled(everybody)
        traffic.crowd.close()

    echoes = measure.median([one["limit_stock_per_second"] / one["per_second"] for one in runs])
    cpu_ms, p50_ms, batch, slow_by = (
        measure.median([one[key] for one in runs])
        for key in ("steady_cpu_ms", "p50_ms", "steady_batch", "uploads_slow_by")
    )
    result = measure.median_result(
        "chat_send",
        "messages/s",
        runs,
        db=options.db,
        lost=lost,
        doubled=doubled,
        bounds=(
            measure.Limit("steady_cpu_ms", cpu_ms, STEADY_CPU_MS_MAX),
            measure.Limit("steady_p50_ms", p50_ms, STEADY_P50_MS_MAX),
            measure.Limit("uploads_slow_by", slow_by, UPLOADS_SLOW_BY_MAX),
            measure.Limit("stock_echoes", echoes, STOCK_ECHOES_MAX[options.db]),
        ),
        void=f"{batch:.1f} messages shared a commit, and none was alone" if batch > STEADY_BATCH_MAX else "",
    )
    measure.report(result, as_json=options.json)


if __name__ == "__main__":
    main()
