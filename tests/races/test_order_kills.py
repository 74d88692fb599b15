"""SIGKILL to PostgreSQL, and to the one who buys or sells, between any two phases of an order."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from shop.maintenance import guards
from tests.harness.servers import wait_until
from tests.races.test_money_kills import STEPS, Bank

pytestmark = [pytest.mark.served_only, pytest.mark.timeout(600)]

# In the posting function: the order is written by then, and nothing of it is committed.
PAYING = ("before anything", "the accounts are locked", "all but the answer")
# In the guard of an order, which every move passes: its event is written, the rest of the move is not.
MOVING = "    RETURN NEW;\nEND\n$body$;\n\nCREATE OR REPLACE FUNCTION shop_orderevent_guard"
STATES = {
    "accept_order": "accepted",
    "pack_order": "packed",
    "ship_order": "shipped",
    "confirm_receipt": "completed",
}


class Market(Bank):
    """The same with a shop in it."""

    does = "tests.races.buyer"

    def hold_moves(self, seconds: float) -> None:
        text = self.guards
        assert text.count(MOVING) == 1
        self.run(text.replace(MOVING, f"    PERFORM pg_sleep({seconds});\n{MOVING}"))

    def heal_moves(self) -> None:
        self.run(self.guards)

    @property
    def guards(self) -> str:
        return (guards.SQL / "postgres_guards.sql").read_text()

    def pieces(self) -> tuple[int, int]:
        """On hand, and sold but not shipped."""
        ((on_hand, committed),) = self.run("SELECT sum(on_hand), sum(committed) FROM shop_stock")
        return int(on_hand), int(committed)

    def orders(self) -> list[str]:
        return [state for (state,) in self.run("SELECT state FROM shop_order ORDER BY public_id")]

    def is_proved(self) -> str:
        goods = self.manage("check_shop")
        return super().is_proved() + ("" if goods.returncode == 0 else goods.stdout + goods.stderr)


@pytest.fixture
def market(django_db_setup: None) -> Iterator[Market]:
    with Market.running() as market:
        yield market


def postgres_dies(market: Market) -> None:
    market.power_cut()
    assert market.hear() == {"trouble": "OperationalError"}


def process_dies(market: Market) -> None:
    market.poster.kill()


@pytest.mark.parametrize("dies", [postgres_dies, process_dies])
def test_purchase_killed_at_any_phase_happens_once_on_retry(market, dies: Callable[[Market], None]):
    world = market.ask(world="manik")

    for number, step in enumerate(PAYING, start=1):
        wish = {"key": step, "buyer": world["buyer"], "product": world["product"]}
        market.hold("payments_post_one", STEPS[step], 60 if dies is postgres_dies else 1)
        market.say(**wish)
        wait_until(market.is_held, f"the purchase is held where {step}")
        dies(market)
        market.heal()
        first, again = market.ask(**wish), market.ask(**wish)
        assert again == {"order": first["order"], "replayed": True}, step
        assert market.orders() == ["paid"] * number, step

    assert market.pieces() == (100, len(PAYING))
    assert market.is_proved() == ""


@pytest.mark.parametrize("dies", [postgres_dies, process_dies])
def test_transition_killed_at_any_phase_happens_once_on_retry(market, dies: Callable[[Market], None]):
    world = market.ask(world="manik")
    kept, taken_back = (
        market.ask(key=key, buyer=world["buyer"], product=world["product"])["order"] for key in ("kept", "taken back")
    )
    moves: list[tuple[dict[str, Any], str]] = [
        (
            {"move": verb, "order": kept, "by": world["buyer" if verb == "confirm_receipt" else "owner"]},
            state,
        )
        for verb, state in STATES.items()
    ]
    moves.append(({"move": "cancel_order", "order": taken_back, "by": world["buyer"]}, "cancelled"))

    for move, state in moves:
        market.hold_moves(60 if dies is postgres_dies else 1)
        market.say(**move)
        wait_until(market.is_held, f"it is held on its way to {state}")
        dies(market)
        market.heal_moves()
        assert market.ask(**move) == {"state": state}
        assert market.ask(**move) == {"state": state}

    assert sorted(market.orders()) == ["cancelled", "completed"]
    assert market.pieces() == (99, 0)
    assert market.is_proved() == ""
