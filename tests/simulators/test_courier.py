"""The simulated courier: its wire, its messages to the client, its pages, and who is refused."""

from __future__ import annotations

import http.client
import json
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import quote, urlencode

import pytest

from shop.adapters.courier_signatures import is_message_signed
from simulators.courier.faults import KINDS
from simulators.courier.vocabulary import STEPS
from superapp.parcel_settings import SIMULATED_COURIERS
from tests.harness.servers import wait_until
from tests.simulators.running_courier import RunningCourier

FORM = {"Content-Type": "application/x-www-form-urlencoded"}


class Client:
    """The client's end: it keeps what it is told, and refuses as often as a test wants."""

    def __init__(self):
        self.told, self.refusals = [], 0
        outer = self

        class Handler(BaseHTTPRequestHandler):
            def log_message(self, *_args):
                pass

            def do_POST(self):
                body = self.rfile.read(int(self.headers["Content-Length"]))
                outer.told.append((self.path, dict(self.headers.items()), body))
                outer.refusals -= 1
                self.send_response(503 if outer.refusals >= 0 else 200)
                self.end_headers()

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def events(self):
        return [json.loads(body)["events"][0]["code"] for _path, _headers, body in self.told]


@pytest.fixture(scope="module")
def client_of_the_run():
    client = Client()
    yield client
    client.server.shutdown()
    client.server.server_close()


@pytest.fixture(scope="module")
def courier_of_the_run(client_of_the_run, tmp_path_factory):
    url = f"http://127.0.0.1:{client_of_the_run.server.server_port}"
    courier = RunningCourier(tmp_path_factory.mktemp("courier"), client_url=url)
    courier.process.start()
    yield courier
    courier.process.kill()


@pytest.fixture
def client(client_of_the_run):
    client_of_the_run.told, client_of_the_run.refusals = [], 0
    return client_of_the_run


@pytest.fixture
def courier(courier_of_the_run, client):
    courier_of_the_run.forget_faults()
    wait_until(lambda: has_told_all(courier_of_the_run), "told of the tests before")
    client.told = []
    return courier_of_the_run


def has_told_all(courier):
    return json.loads(courier.send("GET", "/books")[1])["pushes"] == 0


@pytest.fixture
def waybill():
    """A number that no other test uses."""
    return f"T{time.time_ns()}"


def track(courier, waybill, *, slug="jne", key=None):
    headers = {"Authorization": f"Bearer {courier.key if key is None else key}"}
    status, body = courier.send("GET", f"/v1/{slug}/track?waybill={quote(waybill)}", headers=headers)
    return status, json.loads(body)


def test_parcel_is_tracked_with_the_codes_of_its_courier(courier, waybill):
    courier.scan(waybill, "picked_up", courier="jt")
    courier.scan(waybill, "delivered", courier="jt")

    status, told = track(courier, waybill, slug="jt")

    assert (status, told["waybill"], [event["code"] for event in told["events"]]) == (200, waybill, ["10", "50"])
    assert track(courier, waybill, slug="jne") == (404, {"waybill": waybill, "events": []})


@pytest.mark.parametrize("key", ["", "wrong"])
def test_nothing_is_told_without_the_key(courier, waybill, key):
    courier.scan(waybill, "picked_up")

    assert track(courier, waybill, key=key) == (401, {"error": "key"})


def test_client_is_told_signed_until_it_takes_it(courier, client, waybill):
    client.refusals = 2

    courier.scan(waybill, "picked_up")

    wait_until(lambda: len(client.told) == 3, "told")
    path, headers, body = client.told[-1]
    lower = {name.lower(): value for name, value in headers.items()}
    assert path == "/kurir/v1/jne/"
    assert is_message_signed(
        lower["webhook-signature"],
        courier.key,
        message_id=lower["webhook-id"],
        timestamp=lower["webhook-timestamp"],
        body=body,
    )
    assert not is_message_signed(
        lower["webhook-signature"],
        courier.key,
        message_id=lower["webhook-id"],
        timestamp=lower["webhook-timestamp"],
        body=body + b" ",
    )


def test_messages_survive_a_kill_of_the_courier(courier, client, waybill):
    client.refusals = 1_000
    courier.scan(waybill, "picked_up")
    wait_until(lambda: len(client.told) > 0, "told once")

    courier.process.kill()
    client.refusals = 0
    courier.process.start()

    wait_until(lambda: has_told_all(courier), "taken")


def test_messages_are_repeated_withheld_and_reordered_by_faults(courier, client, waybill):
    courier.fault("no_push")
    courier.scan(waybill, "picked_up")
    courier.fault("push_held", value="1")
    courier.scan(waybill, "in_transit")
    courier.fault("push_twice")
    courier.scan(waybill, "delivered")

    wait_until(lambda: len(client.told) == 3, "told")
    assert client.events() == ["DELIVERED", "DELIVERED", "IN_TRANSIT"]


def test_page_moves_a_parcel_on(courier, waybill):
    form = urlencode({"courier": "sicepat", "waybill": f" {waybill.lower()} ", "step": "out_for_delivery"})

    status, _body = courier.send("POST", "/", form.encode(), FORM)

    assert status == 303
    assert [event["code"] for event in track(courier, waybill, slug="sicepat")[1]["events"]] == ["ANT"]
    page = courier.send("GET", "/")[1].decode()
    assert waybill in page
    assert all(step.title in page for step in STEPS.values())


def test_fault_panel_sets_faults(courier, waybill):
    form = urlencode({"name": "unknown_code", "times": "1"})

    assert courier.send("POST", "/gangguan/", form.encode(), FORM)[0] == 303
    page = courier.send("GET", "/gangguan/")[1].decode()
    assert all(kind.title in page for kind in KINDS.values())
    assert "1 kali lagi" in page

    courier.scan(waybill, "picked_up")
    assert [event["code"] for event in track(courier, waybill)[1]["events"]] == ["PICKED_UP", "ZZ9"]
    assert [event["code"] for event in track(courier, waybill)[1]["events"]] == ["PICKED_UP"]


@pytest.mark.parametrize(
    "form",
    [
        {"courier": "dhl", "waybill": "1", "step": "picked_up"},
        {"courier": "jne", "waybill": "", "step": "picked_up"},
        {"courier": "jne", "waybill": "x" * 41, "step": "picked_up"},
        {"courier": "jne", "waybill": "1", "step": "flown"},
    ],
    ids=["courier", "empty", "long", "step"],
)
def test_page_refuses_what_makes_no_sense(courier, form):
    status, body = courier.send("POST", "/", urlencode(form).encode(), FORM)

    assert (status, "Isian itu tidak bisa dipakai." in body.decode()) == (200, True)


def test_texts_on_pages_are_escaped(courier, waybill):
    courier.scan(waybill, "picked_up", text="<b>tebal</b>")

    assert "&lt;b&gt;tebal" in courier.send("GET", "/")[1].decode()


@pytest.mark.parametrize(
    "headers",
    [{"Host": "evil.example"}, {"Origin": "https://evil.example"}],
    ids=["host", "origin"],
)
def test_other_sites_are_refused(courier, waybill, headers):
    form = urlencode({"courier": "jne", "waybill": waybill, "step": "picked_up"}).encode()

    assert courier.send("POST", "/", form, {**FORM, **headers})[0] == 403
    assert track(courier, waybill)[0] == 404


def test_silence_hangs_up(courier, waybill):
    courier.scan(waybill, "picked_up")
    courier.fault("silence", value="0")

    with pytest.raises((http.client.HTTPException, ConnectionError)):
        track(courier, waybill)


def test_parcel_is_taken_in_when_it_is_asked_about_if_told_so(client, tmp_path):
    courier = RunningCourier(tmp_path, client_url="http://127.0.0.1:9", options=("--take-unknown",))
    courier.process.start()
    try:
        assert [event["code"] for event in track(courier, "BARU1")[1]["events"]] == ["PICKED_UP"]
    finally:
        courier.process.kill()


def test_couriers_of_the_product_are_those_of_the_simulator(courier, waybill):
    for slug in SIMULATED_COURIERS.values():
        courier.scan(waybill, "picked_up", courier=slug)
        assert track(courier, waybill, slug=slug)[0] == 200
