"""
Measure the pages of selling on gunicorn: a shop, a product, a buyer's orders.

The limit is a view that does nothing, in the same process behind the same middleware, asked in alternation in the same
run. ``value``, ``cpu_ms`` and the latencies are the product page's, seen by somebody without an account; ``ratio`` is
its requests a second against the bare view's. The other pages stand in ``runs``, and ``product_afresh`` is the same
page when it has to be made, as after every change of what it says; what the list of orders may cost is a bound. CPU is
that of the process of pages and of the database together.
"""

from __future__ import annotations

import re
import select
import socket
import time
from dataclasses import dataclass
from typing import Any

from bench import environment, measure

VISITORS = 6
WARM_SECONDS = 1.0
SECONDS = 3.0
GOODS = 24
PHOTOS_EACH = 2
ORDERS = 12
ORDERS_CPU_MS_MAX = 8
PIN = "258036"
CHUNK = 262_144
LENGTH = re.compile(rb"\r\nContent-Length: (\d+)\r\n", re.IGNORECASE)


@dataclass(frozen=True)
class PageRequest:
    """
    A request for a page: its path and, if a person is logged in, their session and the version of the shell's files
    that their browser has stored.
    """

    path: str
    session_key: str = ""
    shell: str = ""

    def request(self, port: int) -> bytes:
        cookie = f"Cookie: sessionid={self.session_key}; shell={self.shell}\r\n" if self.session_key else ""
        return (
            f"GET {self.path} HTTP/1.1\r\nHost: localhost:{port}\r\nAccept: text/html\r\nAccept-Language: id\r\n"
            f"Accept-Encoding: gzip\r\n{cookie}\r\n"
        ).encode()


class HttpConnection:
    """One connection that stays open and asks for the same again and again."""

    def __init__(self, port: int, wish: PageRequest) -> None:
        self._request = wish.request(port)
        self._socket = socket.create_connection(("127.0.0.1", port))
        self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.fd = self._socket.fileno()
        self._received = b""
        self._asked_at = 0.0
        self.size = 0

    def ask(self) -> None:
        self._asked_at = time.monotonic()
        self._socket.sendall(self._request)

    def hear(self) -> float | None:
        """Return how many milliseconds the whole response took."""
        data = self._socket.recv(CHUNK)
        if not data:
            raise ConnectionError("the connection was closed")
        self._received += data
        head, end, body = self._received.partition(b"\r\n\r\n")
        length = LENGTH.search(head + b"\r\n") if end else None
        if length is None or len(body) < int(length[1]):
            return None
        if not head.startswith(b"HTTP/1.1 200"):
            raise ConnectionError(head)
        self.size, self._received = len(self._received), b""
        return (time.monotonic() - self._asked_at) * 1_000

    def close(self) -> None:
        self._socket.close()


def measure_page(port: int, wish: PageRequest, pids: list[int]) -> dict[str, Any]:
    """Ask for one page as fast as it comes."""
    visitors = [HttpConnection(port, wish) for _ in range(VISITORS)]
    by_fd = {visitor.fd: visitor for visitor in visitors}
    epoll = select.epoll()
    for visitor in visitors:
        epoll.register(visitor.fd, select.EPOLLIN)
        visitor.ask()

    def listen(seconds: float) -> list[tuple[float, float]]:
        heard, until = [], time.monotonic() + seconds
        while time.monotonic() < until:
            for fd, _ in epoll.poll(0.05):
                took = by_fd[fd].hear()
                if took is not None:
                    heard.append((time.monotonic(), took))
                    by_fd[fd].ask()
        return heard

    listen(WARM_SECONDS)
    before, began = measure.cpu(pids), time.monotonic()
    heard = listen(SECONDS)
    used, seconds = measure.cpu(pids).since(before), time.monotonic() - began
    size = visitors[0].size
    epoll.close()
    for visitor in visitors:
        visitor.close()
    return {
        "per_second": len(heard) / seconds,
        "cpu_ms": used.server / len(heard) * 1_000,
        "client_cpu_share": used.client / used.server,
        "p50_ms": measure.percentile([took for _, took in heard], 50),
        "p99_ms": measure.percentile([took for _, took in heard], 99),
        "stalls_over_100ms": measure.stalls(heard),
        "bytes": size,
    }


def prepare() -> dict[str, PageRequest]:
    """A shop with goods that have photos, and a buyer with orders; everything through the doors."""
    from payments import api as payments
    from shop import api as shop
    from superapp.accounts import api as accounts
    from superapp.core import clock
    from superapp.core.money import Money
    from superapp.web import assets

    now = clock.now()
    owner, buyer = (accounts.create_person(name=name, handle=name, now=now).pk for name in ("penjual", "pembeli"))
    operators = [accounts.create_person(name=name, handle=name, now=now).pk for name in ("loket.satu", "loket.dua")]
    for operator in operators:
        accounts.grant_operator(user_id=operator)
    asked = payments.request_top_up(
        user_id=buyer, amount=Money(2_000_000_00), reason="x", maker_id=operators[0], now=now
    )
    payments.approve_top_up(top_up=asked.public_id, checker_id=operators[1], now=now)
    payments.set_first_pin(user_id=buyer, pin=PIN, now=now)
    shop.open_shop(
        owner_id=owner,
        handle="warung",
        name="Warung Serba Ada",
        town="Yogyakarta",
        about="Apa saja ada, asal mau mencari.",
        opening_hours={"mon": [["08:00", "17:00"]], "sat": [["09:00", "13:00"]]},
        now=now,
    )
    goods = [_stocked(owner, number, now) for number in range(GOODS)]
    for number in range(ORDERS):
        product = goods[number % GOODS]
        shop.place_order(
            buyer_id=buyer,
            product=product.public_id,
            quantity=1,
            address={"name": "Ana", "phone": "0812 3456 7890", "text": "Jalan Kaliurang 5", "town": "Yogyakarta"},
            expected_total=Money(25_000_00),
            pin=PIN,
            idempotency_key=f"order-{number}",
            now=now,
        )
    return {
        "bare": PageRequest("/bare/"),
        "shop": PageRequest("/toko/warung/"),
        "product": PageRequest(f"/toko/warung/{goods[0].slug}/"),
        "orders": PageRequest("/pesanan/", _session_of(buyer), assets.version()),
    }


def _stocked(owner_id: int, number: int, now: Any) -> Any:
    from shop import api as shop
    from superapp.core.money import Money

    product = shop.add_product(
        owner_id=owner_id,
        name=f"Barang yang ke-{number}",
        description="Batik cap motif parang, dilapis busa tipis, ritsleting kuningan. " * 6,
        price=Money(25_000_00),
        quantity=100,
        listed=True,
        idempotency_key=f"product-{number}",
        now=now,
    )
    for place in range(PHOTOS_EACH):
        name = f"{number * PHOTOS_EACH + place:064x}"
        shop.add_photo(
            owner_id=owner_id,
            product=product.public_id,
            name=name,
            width=1200,
            height=1200,
            placeholder="#c7b299",
            now=now,
        )
    return product


def _session_of(user_id: int) -> str:
    from superapp.accounts.models import User
    from superapp.core import clock
    from tests.screens import world

    return world.session_of(User.objects.get(pk=user_id), now=clock.now())


def main() -> None:
    options = measure.arguments("What the pages of selling cost.")
    with environment.start_database(options.db, has_redis=False) as database:
        from django.db import connection

        from superapp.core import embedded

        embedded.collect_static()
        wishes = prepare()
        connection.close()
        command = ["-m", "bench.baseline_page_server"]
        pages, afresh = (
            environment.start_server(database.directory, f"pages-{how}", [*command, how], database.started)
            for how in ("kept", "afresh")
        )
        services = [one.pid for one in database.services]
        runs = []
        for _run in range(options.runs):
            found = {
                what: measure_page(pages.port, wish, [pages.process.pid, *services]) for what, wish in wishes.items()
            }
            found["product_afresh"] = measure_page(afresh.port, wishes["product"], [afresh.process.pid, *services])
            runs.append(found)
    measure.report(_result(options.db, runs), as_json=options.json)


def _result(db: str, runs: list[dict[str, Any]]) -> measure.Result:
    def middle(what: str, key: str) -> float:
        return measure.median([run[what][key] for run in runs])

    for run in runs:
        for what in ("shop", "product", "orders", "product_afresh"):
            run[f"{what}_of_bare"] = run[what]["per_second"] / run["bare"]["per_second"]
    orders = measure.Limit("orders_cpu_ms", middle("orders", "cpu_ms"), ORDERS_CPU_MS_MAX)
    return measure.Result(
        name="pages",
        value=middle("product", "per_second"),
        unit="requests/s",
        limit=middle("bare", "per_second"),
        ratio=measure.median([run["product_of_bare"] for run in runs]),
        cpu_ms=middle("product", "cpu_ms"),
        limit_cpu_ms=middle("bare", "cpu_ms"),
        p50_ms=middle("product", "p50_ms"),
        p99_ms=middle("product", "p99_ms"),
        stalls_over_100ms=sum(run["product"]["stalls_over_100ms"] for run in runs),
        lost=0,
        doubled=0,
        client_cpu_share=max(middle(what, "client_cpu_share") for what in ("bare", "product", "orders")),
        db=db,
        server="gunicorn, threads",
        runs=runs,
        bounds=(orders,),
    )


if __name__ == "__main__":
    main()
