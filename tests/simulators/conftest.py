"""One bank for all of these tests, as a process of its own, and a client in this one."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator

import pytest

from tests.harness.ports import free_port
from tests.simulators.running_bank import Bank
from tests.simulators.snap_client import StubProduct


@pytest.fixture(scope="session")
def _product_of_the_run() -> Iterator[StubProduct]:
    port = free_port()
    stub = StubProduct(port)
    stub.port = port
    yield stub
    stub.close()


@pytest.fixture(scope="session")
def _bank_of_the_run(_product_of_the_run, tmp_path_factory) -> Iterator[Bank]:
    bank = Bank(tmp_path_factory.mktemp("bank"), f"http://127.0.0.1:{_product_of_the_run.port}")
    _product_of_the_run.keys = bank.keys
    bank.process.start()
    bank.control("/deposits", account=bank.keys.account_number, amount={"value": "5000000.00", "currency": "IDR"})
    yield bank
    bank.process.kill()


@pytest.fixture
def product(_product_of_the_run) -> StubProduct:
    """The client's end, which has heard nothing yet."""
    _product_of_the_run.forget()
    return _product_of_the_run


@pytest.fixture
def bank(_bank_of_the_run, product) -> Iterator[Bank]:
    """The bank without faults. After the test its books balance, and all that it signed was right."""
    if not _bank_of_the_run.process.is_running:
        _bank_of_the_run.process.start()
    for name in _bank_of_the_run.control("/faults", name="delay", times=0)[1]["faults"]:
        _bank_of_the_run.fault(name, times=0)
    # A token of the test before may have expired, and asking for one may meet a fault of this test.
    _bank_of_the_run.forget_token()
    assert _bank_of_the_run.token
    yield _bank_of_the_run
    if not _bank_of_the_run.process.is_running:
        _bank_of_the_run.process.start()
    require_balanced(_bank_of_the_run.books())
    assert product.wrong == []


def require_balanced(books) -> None:
    """Require that each posting sums to zero, and each balance is the sum of its entries and of its last line."""
    journals, sums, last = defaultdict(int), defaultdict(int), {}
    for entry in books["entries"]:
        journals[entry["reference"]] += entry["amount"]
        sums[entry["account"]] += entry["amount"]
        assert sums[entry["account"]] == entry["balance"]
        last[entry["account"]] = entry["balance"]
    assert set(journals.values()) == {0}
    assert {number: balance for number, balance in books["balances"].items() if balance} == {
        number: balance for number, balance in last.items() if balance
    }
    assert sum(books["balances"].values()) == 0
