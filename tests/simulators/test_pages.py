"""Pages of the simulated bank, as a person uses them."""

from __future__ import annotations

import http.client
import os
import re
import subprocess
import sys
import time
import urllib.error
import urllib.request
from http.cookiejar import CookieJar
from urllib.parse import quote, urlencode

import pytest

from tests.harness.running_site import ROOT
from tests.harness.servers import wait_until
from tests.simulators.test_qr_codes import generate
from tests.simulators.test_va_payments import SEKAR, bill


class Visitor:
    """A browser without scripts: cookies, pages, forms."""

    def __init__(self, bank) -> None:
        self.address = f"http://127.0.0.1:{bank.port}"
        self._opener = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(CookieJar()))

    def open(self, path: str, fields: dict[str, str] | None = None) -> tuple[int, str]:
        content = None if fields is None else urlencode(fields).encode()
        try:
            with self._opener.open(f"{self.address}{path}", content, timeout=20) as response:
                return response.status, response.read().decode()
        except urllib.error.HTTPError as error:
            with error:
                return error.code, error.read().decode()

    def submit(self, path: str, **fields: str) -> tuple[int, str]:
        """Send the form of a page."""
        token = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', self.open(path)[1])
        assert token is not None, f"{path} has no form to send"
        return self.open(path.partition("?")[0], {"csrfmiddlewaretoken": token[1], **fields})


@pytest.fixture
def visitor(bank) -> Visitor:
    """A person at the bank."""
    return Visitor(bank)


@pytest.fixture
def reference():
    """A reference of the client that no other test uses."""
    return f"S{time.time_ns()}"


@pytest.mark.parametrize("path", ["/", "/va/", "/qr/", "/gangguan/", "/panggilan/", f"/rekening/{SEKAR}/"])
def test_page_says_that_the_money_is_play_money(visitor, path):
    status, page = visitor.open(path)

    assert status == 200
    assert "Bank Simulasi — uang mainan" in page
    assert 'lang="id"' in page


def test_virtual_account_is_shown_and_paid(bank, product, visitor, reference):
    customer = reference[1:13]
    number = f"88008{customer}"
    product.bills[customer] = bill(75_000, name="<b>SEKAR</b>")

    shown = visitor.open(f"/va/?number={quote('8800 8' + customer)}")[1]
    paid = visitor.submit(f"/va/?number={number}", number=number, account=SEKAR)[1]

    assert "&lt;b&gt;SEKAR&lt;/b&gt;" in shown
    assert "Rp75.000" in shown
    assert "Sudah dibayar." in paid
    wait_until(product.payments, "told")
    assert "sampai" in visitor.open("/panggilan/")[1] or "menunggu" in visitor.open("/panggilan/")[1]


def test_open_virtual_account_takes_what_is_typed(bank, product, visitor, reference):
    customer = reference[1:13]
    product.bills[customer] = bill(0, kind="O")
    form = f"/va/?number=88008{customer}"

    bad = visitor.submit(form, number=f"88008{customer}", account=SEKAR, amount="seribu")[1]
    good = visitor.submit(form, number=f"88008{customer}", account=SEKAR, amount="Rp 1.500")[1]

    assert "Tulis jumlah dalam rupiah" in bad
    assert "Sudah dibayar." in good
    wait_until(product.payments, "told")
    assert [payment["paidAmount"]["value"] for payment in product.payments()] == ["1500.00"]


def test_code_is_shown_and_paid_once(bank, product, visitor, reference):
    content = generate(bank, reference, additionalInfo={"merchantName": "Warung Tini"})[1]["qrContent"]
    form = f"/qr/?content={quote(content)}"

    shown = visitor.open(form)[1]
    paid = visitor.submit(form, content=content, account=SEKAR)[1]

    assert "Warung Tini" in shown
    assert "Rp25.000" in shown
    assert "Sudah dibayar." in paid
    assert "QR ini sudah dibayar." in visitor.open(form)[1]
    assert "QR ini bukan terbitan Bank Simulasi." in visitor.open("/qr/?content=%3Cb%3E")[1]


def test_play_money_is_paid_in(bank, visitor):
    before = bank.balances()[SEKAR]

    page = visitor.submit(f"/rekening/{SEKAR}/", amount="1.000")[1]

    assert bank.balances()[SEKAR] - before == 1_000_00
    assert "Setoran tunai" in page
    assert "Tulis jumlah" in visitor.submit(f"/rekening/{SEKAR}/", amount="-1")[1]
    assert visitor.open("/rekening/0000000000/")[0] == 404


def test_fault_is_set_by_the_panel(bank, visitor):
    page = visitor.submit("/gangguan/", name="answer", times="3", value="504")[1]

    assert "3 kali lagi" in page
    assert bank.order("/account-inquiry-internal", {"beneficiaryAccountNo": SEKAR})[0] == 504
    assert "2 kali lagi" in visitor.open("/gangguan/")[1]
    assert "Nilai itu tidak bisa dipakai" in visitor.submit("/gangguan/", name="answer", times="x")[1]


@pytest.mark.parametrize("path", ["/va/", "/qr/", "/gangguan/", f"/rekening/{SEKAR}/"])
def test_form_of_another_site_is_refused(bank, visitor, path):
    before = bank.balances()

    assert visitor.open(path, {"amount": "1000", "name": "answer", "times": "1", "account": SEKAR})[0] == 403

    assert bank.balances() == before


def test_page_loads_nothing_from_elsewhere_and_is_in_no_frame(bank):
    connection = http.client.HTTPConnection("127.0.0.1", bank.port, timeout=20)
    connection.request("GET", "/")
    response = connection.getresponse()
    response.read()
    connection.close()

    assert response.headers["Content-Security-Policy"].startswith("default-src 'none'; style-src 'self'")
    assert response.headers["X-Frame-Options"] == "DENY"


def test_other_host_name_is_refused(bank):
    connection = http.client.HTTPConnection("127.0.0.1", bank.port, timeout=20)
    connection.request("GET", "/books", headers={"Host": "eve.example"})
    status = connection.getresponse().status
    connection.close()

    assert status == 400


def test_migrations_are_the_models(tmp_path):
    script = (
        "import sys, pathlib; from simulators.bank import settings\n"
        "settings.configure(directory=pathlib.Path(sys.argv[1]), client_url='http://127.0.0.1:1')\n"
        "from django.core.management import call_command\n"
        "call_command('makemigrations', check_changes=True, dry_run=True)"
    )

    made = subprocess.run(
        [sys.executable, "-c", script, f"{tmp_path}"], cwd=ROOT, capture_output=True, text=True, check=False
    )

    assert (made.returncode, made.stdout) == (0, "No changes detected\n")


def test_bank_ends_when_its_standard_input_is_closed(bank, tmp_path):
    reading, writing = os.pipe()
    options = ["--port", "0", "--directory", f"{tmp_path}", "--end-with-stdin"]
    child = subprocess.Popen([sys.executable, "-m", "simulators.bank", *options], cwd=ROOT, stdin=reading)
    os.close(reading)
    try:
        wait_until((tmp_path / "books.sqlite3").exists, "started")
        assert child.poll() is None
        os.close(writing)

        assert child.wait(10) == 0
    finally:
        child.kill()
        child.wait()
