"""
Measure how fast a message reaches a thousand online members of a group.

Twenty others send in turn, since the limit of one person is soon reached, with sixteen messages under way, so that a
socket is read for several at once and its client is cheap; value is deliveries a second to the others' sockets. Then
one message at a time, timed until the last of them has it. The limit is a bare broadcast of frames of the same size to
as many sockets. What did not arrive within half a minute counts as lost.
"""

from __future__ import annotations

import time
from typing import Any

from uuid_utils import uuid7

from bench import environment, measure
from bench.chat_send import BODY, POSTED, WARM_SECONDS
from bench.environment import BenchEnvironment
from bench.socket_client import ConnectionPoller, SocketConnection, frame

SENDERS = 20
MEMBERS = 1_000 + SENDERS
UNDER_WAY = 16
PATIENCE_SECONDS = 30.0
SECONDS = 4.0
ONE_BY_ONE_SECONDS = 3.0


class Fanout:
    """Sends from the first lines in turn, and counts what the others hear."""

    def __init__(self, lines: list[SocketConnection], send_next: Any, is_delivery: Any) -> None:
        self.crowd = ConnectionPoller(lines)
        self._lines = lines
        self._send_next = send_next
        self._is_delivery = is_delivery
        self.sent_at: list[float] = []
        self.arrived: list[int] = []  # By message, in the order of sending.
        self.done = 0
        self.deliveries = 0
        self.took: list[tuple[float, float]] = []
        self.is_over = False
        self._seen = [0] * len(lines)

    def heard(self, line: SocketConnection, payloads: list[bytes]) -> None:
        hints = 0
        for payload in payloads:
            hints += payload[:5] == b'{"on"'
            if payload[:5] == b'{"id"' and b'"ok"' not in payload:
                raise SystemExit(f"a send was refused: {payload.decode()}")
            if line.number >= SENDERS and self._is_delivery(payload):
                # Each line hears all messages, in the same order.
                self._arrived(self._seen[line.number])
                self._seen[line.number] += 1
        line.hear(hints)

    def _arrived(self, message: int) -> None:
        self.deliveries += 1
        self.arrived[message] += 1
        if self.arrived[message] == len(self._lines) - SENDERS:
            self.done += 1
            now = time.monotonic()
            self.took.append((now, (now - self.sent_at[message]) * 1_000))
            if not self.is_over:
                self.send()

    def send(self) -> None:
        self.sent_at.append(time.monotonic())
        self.arrived.append(0)
        self._send_next(self._lines[len(self.sent_at) % SENDERS], len(self.sent_at))

    def run(self, pids: list[int]) -> dict[str, Any]:
        self.is_over = False
        for _ in range(UNDER_WAY):
            self.send()
        self._for(WARM_SECONDS)
        before, earlier, began = measure.cpu(pids), self.deliveries, time.monotonic()
        self._for(SECONDS)
        used, count, seconds = measure.cpu(pids).since(before), self.deliveries - earlier, time.monotonic() - began
        self._finish()
        one_by_one = self._one_by_one()
        return {
            "per_second": count / seconds,
            "cpu_ms": used.server / count * 1_000,
            "client_cpu_share": used.client / used.server,
            "p50_ms": measure.percentile([ms for _, ms in one_by_one], 50),
            "p99_ms": measure.percentile([ms for _, ms in one_by_one], 99),
            "stalls_over_100ms": measure.stalls(one_by_one),
        }

    def _one_by_one(self) -> list[tuple[float, float]]:
        first = len(self.took)
        self.is_over = False
        self.send()
        self._for(ONE_BY_ONE_SECONDS)
        self._finish()
        return self.took[first:]

    def _finish(self) -> None:
        self.is_over = True
        patience = time.monotonic() + PATIENCE_SECONDS
        self.crowd.until(lambda: self.done == len(self.sent_at) or time.monotonic() > patience, self.heard)

    def _for(self, seconds: float) -> None:
        end = time.monotonic() + seconds
        self.crowd.until(lambda: time.monotonic() > end, self.heard)

    def tally(self) -> tuple[int, int]:
        """Count the deliveries that were missing, and those that came twice."""
        wanted = len(self.sent_at) * (len(self._lines) - SENDERS)
        return max(0, wanted - self.deliveries), max(0, self.deliveries - wanted)


def product(running: BenchEnvironment) -> Fanout:
    people = environment.create_users(MEMBERS)
    group = environment.create_group(people)
    lines = []
    for number, person in enumerate(people):
        line = SocketConnection(number, running.server_processes[0].port, "/ws", person.session_key)
        line.wait_for(b'{"ready"')
        lines.append(line)
    head = f'"do":"chat.send","conversation":"{group}","body":"{BODY}","client_id"'.encode()

    def send_next(line: SocketConnection, number: int) -> None:
        line.send(frame(b'{"id":%d,%s:"%s"}' % (number, head, str(uuid7()).encode())))

    return Fanout(lines, send_next, lambda payload: POSTED in payload)


def bare(running: BenchEnvironment) -> Fanout:
    lines = [SocketConnection(number, running.baseline_processes[0].port, "/broadcast") for number in range(MEMBERS)]
    # As long as the hint of a message.
    ready = frame(b'{"pad":"%s"}' % (b"x" * (430 + len(BODY.encode()))))
    return Fanout(lines, lambda line, _number: line.send(ready), lambda _payload: True)


def main() -> None:
    options = measure.arguments(__doc__ or "")
    with environment.start_environment(options.db) as running:
        of_product, of_bare = product(running), bare(running)
        runs = []
        for _ in range(options.runs):
            limit = of_bare.run(running.baseline_pids)
            run = of_product.run(running.pids)
            runs.append({**run, **{f"limit_{key}": limit[key] for key in ("per_second", "cpu_ms", "client_cpu_share")}})
        lost, doubled = of_product.tally()

    result = measure.median_result(
        "chat_fanout",
        "deliveries/s",
        runs,
        db=options.db,
        lost=lost,
        doubled=doubled,
        # The product delivers as cheaply as the bare server, so the client gets the bare server's allowance.
        client_share_max=measure.LIMIT_CLIENT_SHARE_MAX,
    )
    measure.report(result, as_json=options.json)


if __name__ == "__main__":
    main()
