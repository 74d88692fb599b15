"""
Measure orders bought and paid a second, with the whole schema and every guard.

Sixteen workers on PostgreSQL (synchronous commit), as two processes of eight threads, which is how pages are served:
all of them buy one hot product; each buys another product; and, for comparison, the hot one as a textbook would sell
it with the ORM: a transaction that locks the product first and then creates row by row, paying through the same door of
payments. The three take turns within each run. A purchase is the action without the PIN, whose hash is slow on
purpose and the same for all.

``value``, ``cpu_ms`` and the latencies are those of the hot product, ``limit`` is the textbook's; the others are in
``runs``. ``cpu_ms`` is PostgreSQL's, and Python's is in ``runs``. At the end all of them rush for the last pieces of
one product. ``lost`` are acknowledged purchases without an order and what the proofs of goods and money find,
``doubled`` orders that nobody was told of, and pieces that were sold though there were none.
"""

from __future__ import annotations

import itertools
import multiprocessing
import os
import random
import threading
import time
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from bench import environment, measure
from bench.measure import Result
from tests.harness import servers
from tests.harness.authorizations import BY_PIN, entry_fields

PROCESSES, THREADS = 2, 8
BUYERS = 640
PRODUCTS = 200
SHOPS = 20
PIECES = 1_000_000
LAST_PIECES = 200
SECONDS = 4.0
WARM_ORDERS = 5
SCENARIOS = ("hot", "many", "textbook")
NOW = datetime(2027, 3, 1, 2, 3, 4, tzinfo=UTC)
ADDRESS = {"name": "Ana", "phone": "0812 3456 7890", "text": "Jalan Kaliurang km 5 no. 12", "town": "Yogyakarta"}


def prepare() -> dict[str, Any]:
    """Make shops with goods, and buyers with money."""
    from payments.api import get_wallet
    from payments.domain import chart_of_accounts
    from payments.models import Account
    from payments.writers import ledger
    from payments.writers.ledger import JournalEntry, TransferLine, derive_key
    from shop import api
    from superapp.accounts.models import User
    from superapp.core.money import Money

    def person(handle: str) -> User:
        return User.objects.create(handle=handle, name=handle.capitalize())

    products = []
    for number in range(SHOPS):
        owner = person(f"merchant{number}")
        api.open_shop(owner_id=owner.pk, handle=f"shop{number}", name="Toko", town="Yogyakarta", now=NOW)
        for item in range(PRODUCTS // SHOPS):
            added = api.add_product(
                owner_id=owner.pk, name=f"Gelang {item}", price=Money(100), quantity=PIECES, listed=True,
                idempotency_key=f"add-{item}", now=NOW,
            )  # fmt: skip
            products.append(added.public_id)
    last = api.add_product(
        owner_id=owner.pk, name="Gelang terakhir", price=Money(100), quantity=LAST_PIECES, listed=True,
        idempotency_key="last", now=NOW,
    )  # fmt: skip
    buyers = [person(f"buyer{number}").pk for number in range(BUYERS)]
    cash = ledger.get_or_open_account(
        chart_of_accounts.account_code(chart_of_accounts.CASH, "bench", "IDR"),
        kind=chart_of_accounts.CASH,
        asset="IDR",
        now=NOW,
    ).pk
    for buyer in buyers:
        get_wallet(buyer, now=NOW)
    for buyer in buyers:
        account = Account.objects.get(owner_id=buyer)
        line = TransferLine(cash, account.pk, Money(10**8))
        ledger.post(
            JournalEntry(key=derive_key("fund", str(buyer), {}), **entry_fields("fund"), lines=(line,)), now=NOW
        )
    return {"buyers": buyers, "products": products, "last": last.public_id}


def buy(product: Any, buyer: int, key: str) -> bool:
    """The action as the door calls it once the PIN is proved; whether it was bought, or none was left."""
    from shop import api
    from shop.actions import checkout, purchase_requests
    from superapp.core.money import Money

    # A few hundred buyers stand for a country's.
    checkout.OPEN_ORDERS_PER_DAY_MAX = 10**9
    purchase = purchase_requests.build_purchase_request(
        buyer_id=buyer, product=product, quantity=1, address=ADDRESS, note="", expected_total=Money(100),
        idempotency_key=key,
    )  # fmt: skip
    answer = checkout.place_purchase(purchase, authorization=BY_PIN, now=NOW)
    if isinstance(answer, api.CheckoutCompleted):
        return True
    assert isinstance(answer, api.CheckoutRefused)
    assert answer.code == "shop.sold_out"
    return False


def textbook_buy(product_id: Any, buyer: int, key: str) -> bool:
    """The same rows as one would write them with the ORM, the product locked first."""
    from django.db import transaction
    from django.db.models import F

    from payments import api as payments
    from shop import models
    from shop.domain.order_numbers import order_number
    from shop.events import OrderPlaced
    from superapp.core import clock, ids, outbox
    from superapp.core.money import Money

    with transaction.atomic():
        product = (
            models.Product.objects.select_for_update(of=("self",)).select_related("shop").get(public_id=product_id)
        )
        shop = product.shop
        variant = models.Variant.objects.get(product=product)
        stock = models.Stock.objects.select_for_update().get(variant=variant)
        assert product.state == "listed"
        assert stock.available >= 1
        for owner in ({"user_id": buyer}, {"shop": shop}):
            models.OrderCounter.objects.get_or_create(**owner, defaults={"public_id": ids.new_id()})
            models.OrderCounter.objects.filter(**owner).update(
                orders=F("orders") + 1, unfinished=F("unfinished") + 1, rev=F("rev") + 1
            )
        revs = {
            "purchase_rev": models.OrderCounter.objects.get(user_id=buyer).rev,
            "sale_rev": models.OrderCounter.objects.get(shop=shop).rev,
        }
        public_id = ids.new_id()
        number = order_number(public_id, NOW)
        models.Attempt.objects.create(
            buyer_id=buyer, idempotency_key=key, content_hash="", outcome="placed", purchase=public_id, answered_at=NOW
        )
        models.OrderEvent.objects.create(
            order_id=public_id, seq=1, transition="placed", from_state="", to_state="paid", actor_kind="buyer",
            actor_id=buyer, at=NOW,
        )  # fmt: skip
        order = models.Order.objects.create(
            public_id=public_id, number=number, shop=shop, buyer_id=buyer, shop_name=shop.name, shop_town=shop.town,
            purchase=public_id, items_sen=variant.price_sen, total_sen=variant.price_sen, fee_rule="micro",
            address=ADDRESS, placed_at=NOW, changed_at=NOW, **revs,
        )  # fmt: skip
        models.OrderLine.objects.create(
            order=order, position=1, variant=variant, product_name=product.name, price_sen=variant.price_sen,
            quantity=1, total_sen=variant.price_sen,
        )  # fmt: skip
        models.OrderTimer.objects.create(order=order, kind="accept", due_at=NOW)
        stock.committed += 1
        stock.version += 1
        stock.save(update_fields=["committed", "version"])
        reference = f"shop.order:{public_id}"
        models.StockMove.objects.create(
            stock=stock, seq=stock.version, kind="commit", quantity=1, reference=reference, idempotency_key=reference,
            actor_id=buyer, at=NOW,
        )  # fmt: skip
        paid = payments.pay_into_escrow(
            reference=reference,
            payer_id=buyer,
            amount=Money(variant.price_sen),
            authorization=BY_PIN,
            idempotency_key=reference,
            now=NOW,
        )
        assert isinstance(paid, payments.Posted)
        outbox.publish(
            OrderPlaced(
                order=str(public_id),
                number=number,
                version=1,
                state="paid",
                cancelled_by="",
                shop=str(shop.public_id),
                shop_handle=shop.handle,
                shop_name=shop.name,
                buyer_id=buyer,
                merchant_id=shop.owner_id,
                items=1,
                first_item=product.name,
                total_minor=order.total_sen,
                asset="IDR",
                at=clock.to_wire(NOW),
            )
        )
    return True


def process(number: int, way: str, scene: dict[str, Any], line: Any, answers: Any) -> None:
    """Eight threads of one process buy for some seconds, and tell how often, how dear, and how long each took."""
    import django

    django.setup()
    from django.db import connection

    # Threads keep their connections, as the pool of a served process lets them.
    took: list[tuple[float, float]] = []
    bought: list[bool] = []
    ready = threading.Barrier(THREADS + 1)
    start = threading.Event()
    numbers, run = itertools.count(), f"{os.getpid()}-{time.monotonic_ns()}"
    # One after the other, so that no buyer buys twice at once.
    share = scene["buyers"][number * (BUYERS // PROCESSES) : (number + 1) * (BUYERS // PROCESSES)]

    def work(thread: int) -> None:
        rnd = random.Random(number * THREADS + thread)
        mine = itertools.cycle(share[thread::THREADS])
        does: Callable[[Any, int, str], bool] = textbook_buy if way == "textbook" else buy
        bought.extend(
            does(rnd.choice(scene["products"][1:]), next(mine), f"{run}-{next(numbers)}") for _ in range(WARM_ORDERS)
        )
        ready.wait()
        start.wait()
        ends = time.monotonic() + SECONDS
        while time.monotonic() < ends:
            if way == "many":
                product = rnd.choice(scene["products"][1:])
            else:
                product = scene["last"] if way == "last" else scene["products"][0]
            before = time.monotonic()
            bought.append(does(product, next(mine), f"{run}-{next(numbers)}"))
            took.append((time.monotonic(), (time.monotonic() - before) * 1_000))
        connection.close()

    threads = [threading.Thread(target=work, args=(thread,)) for thread in range(THREADS)]
    for thread in threads:
        thread.start()
    ready.wait()
    line.wait()
    began, cpu = time.monotonic(), time.process_time()
    start.set()
    for thread in threads:
        thread.join()
    answers.put((time.monotonic() - began, time.process_time() - cpu, took, sum(bought)))


def measured(way: str, scene: dict[str, Any], postgres: servers.Postgres) -> dict[str, Any]:
    context = multiprocessing.get_context("spawn")
    answers = context.Queue()
    line = context.Barrier(PROCESSES + 1)
    workers = [context.Process(target=process, args=(n, way, scene, line, answers)) for n in range(PROCESSES)]
    for worker in workers:
        worker.start()
    line.wait(120)
    before = measure.cpu([postgres.pid])
    told = [answers.get(timeout=120) for _ in workers]
    used = measure.cpu([postgres.pid]).since(before)
    for worker in workers:
        worker.join()
    took = [moment for _seconds, _cpu, moments, _bought in told for moment in moments]
    python = sum(cpu for _seconds, cpu, _moments, _bought in told)
    return {
        "bought": sum(bought for _seconds, _cpu, _moments, bought in told),
        "per_second": sum(len(moments) / seconds for seconds, _cpu, moments, _bought in told),
        "database_cpu_ms": used.server / len(took) * 1_000,
        "python_cpu_ms": python / len(took) * 1_000,
        "client_share": used.client / max(used.server + python, 0.001),
        "p50_ms": measure.percentile([ms for _, ms in took], 50),
        "p99_ms": measure.percentile([ms for _, ms in took], 99),
        "stalls_over_100ms": measure.stalls(took),
    }


def main() -> None:
    arguments = measure.arguments("How many orders a second are bought and paid.")
    if arguments.db != "postgres":
        raise SystemExit("sixteen workers at once mean something on PostgreSQL alone")
    with environment.start_database(arguments.db) as database:
        postgres = database.postgres
        assert postgres is not None
        scene = prepare()
        environment.settle_database()
        runs = []
        for _run in range(arguments.runs):
            found = {way: measured(way, scene, postgres) for way in SCENARIOS}
            rate = {way: one["per_second"] for way, one in found.items()}
            ratios = {"times_textbook": rate["hot"] / rate["textbook"], "hot_of_many": rate["hot"] / rate["many"]}
            runs.append({**found, **ratios})
        rush = measured("last", scene, postgres)
        acknowledged = rush["bought"] + sum(int(run[way]["bought"]) for run in runs for way in SCENARIOS)
        lost, doubled = _audit(scene, acknowledged)
    measure.report(_result(runs, lost, doubled), as_json=arguments.json)


def _audit(scene: dict[str, Any], acknowledged: int) -> tuple[int, int]:
    """Compare acknowledged purchases with the database, and run the integrity checks of stock and money."""
    from django.db import connection

    from payments.maintenance import integrity_checks as money
    from shop.maintenance import integrity_checks
    from shop.models import Order, OrderLine

    found = len(integrity_checks.check_integrity(now=NOW)) + len(money.check_integrity(now=NOW))
    orders = Order.objects.count()
    sold = OrderLine.objects.filter(variant__product__public_id=scene["last"]).count()
    connection.close()
    return found + max(0, acknowledged - orders), max(0, orders - acknowledged) + max(0, sold - LAST_PIECES)


def _result(runs: list[dict[str, Any]], lost: int, doubled: int) -> Result:
    def middle(way: str, what: str) -> float:
        return measure.median([float(run[way][what]) for run in runs])

    return Result(
        name="checkout",
        value=middle("hot", "per_second"),
        unit="orders/s",
        limit=middle("textbook", "per_second"),
        ratio=measure.median([run["times_textbook"] for run in runs]),
        cpu_ms=middle("hot", "database_cpu_ms"),
        limit_cpu_ms=middle("textbook", "database_cpu_ms"),
        p50_ms=middle("hot", "p50_ms"),
        p99_ms=middle("hot", "p99_ms"),
        stalls_over_100ms=int(sum(run["hot"]["stalls_over_100ms"] for run in runs)),
        lost=lost,
        doubled=doubled,
        client_cpu_share=middle("hot", "client_share"),
        db="postgres",
        server=f"Django, {PROCESSES} processes of {THREADS} threads",
        runs=runs,
    )


if __name__ == "__main__":
    main()
