"""Commands: parsed strictly, run in threads or on the loop, answered once each, whatever goes wrong."""

from __future__ import annotations

import asyncio
import threading

import pytest
from django.db import DataError, OperationalError, connection
from django.utils import translation

from superapp.core.errors import DomainError, ErrorKind
from superapp.realtime import consumer
from superapp.realtime.rate_limits import Throttle
from superapp.realtime.registry import RequestSchema


class AddIn(RequestSchema):
    left: int
    right: int = 1
    notes: list[str] = []


def add(_caller, add_in):
    return {"sum": add_in.left + add_in.right}


def code_of(answer):
    return answer["err"]["code"]


def test_response_has_the_id_of_its_command(connect, make_user, offer):
    offer("test.add", add, schema=AddIn)
    client = connect(make_user("ana"))

    client.send({"id": 9_007_199_254_740_991, "do": "test.add", "left": 2, "right": 3})

    assert client.read() == {"id": 9_007_199_254_740_991, "ok": {"sum": 5}}


def test_unknown_fields_are_ignored(connect, make_user, offer):
    offer("test.add", add, schema=AddIn)

    assert connect(make_user("ana")).ok("test.add", left=2, colour="red") == {"sum": 3}


@pytest.mark.parametrize(
    "fields",
    [
        {},
        {"left": "2"},
        {"left": 2.5},
        {"left": True},
        {"left": None},
        {"left": [2]},
        {"left": 2**53},
        {"left": -(2**53)},
        {"left": 10**400},
        {"left": 1, "notes": "one"},
        {"left": 1, "notes": ["a\x00b"]},
    ],
)
def test_field_of_the_wrong_type_is_refused_and_nothing_runs(connect, make_user, offer, fields):
    ran = []
    offer("test.add", lambda _caller, add_in: ran.append(add_in), schema=AddIn)
    client = connect(make_user("ana"))

    assert client.err("test.add", **fields)["code"] == "invalid"
    assert ran == []
    assert list(client.ok("ping")) == ["now"]


def test_unknown_command_is_refused(connect, make_user):
    assert connect(make_user("ana")).err("chat.fly")["code"] == "unknown_command"


def test_caller_comes_from_the_session_and_not_from_the_frame(connect, make_user, offer):
    ana, eve = make_user("ana"), make_user("eve")
    offer("test.who", lambda caller, _: {"user": caller.user_public_id})

    asked = connect(eve).ok("test.who", user=str(ana.public_id), user_id=ana.pk)

    assert asked == {"user": str(eve.public_id)}


def test_commands_of_one_socket_run_concurrently(connect, make_user, offer, gate):
    offer("test.wait", gate)
    offer("test.add", add, schema=AddIn)
    client = connect(make_user("ana"))

    client.send({"id": 1, "do": "test.wait"})
    client.send({"id": 2, "do": "test.add", "left": 1})

    assert client.read() == {"id": 2, "ok": {"sum": 2}}
    gate.open()
    assert client.read() == {"id": 1, "ok": {"passed": True}}


@pytest.fixture
def slow_first(gate):
    """A command whose first call waits at the gate, and what its calls did in their order."""
    done = []

    def call(caller, number):
        if number.left == 1:
            gate(caller, number)
        done.append(number.left)
        return {"done": number.left}

    return call, done


def test_overwriting_commands_run_in_order(connect, make_user, offer, gate, slow_first):
    call, done = slow_first
    offer("test.set", call, schema=AddIn, in_order=True)
    client = connect(make_user("ana"))

    for number in (1, 2, 3):
        client.send({"id": number, "do": "test.set", "left": number})
    began_early = not client.is_silent(0.2)
    gate.open()

    assert [client.read()["ok"] for _ in range(3)] == [{"done": 1}, {"done": 2}, {"done": 3}]
    assert (began_early, done) == (False, [1, 2, 3])


def test_queued_command_of_a_closed_socket_is_dropped(connect, make_user, offer, gate, slow_first):
    call, done = slow_first
    offer("test.set", call, schema=AddIn, in_order=True)
    ana = make_user("ana")
    broken = connect(ana)
    for number in (1, 2, 3):
        broken.send({"id": number, "do": "test.set", "left": number})
    assert broken.is_silent(0.2)

    broken.leave()
    client = connect(ana)
    answer = client.ok("test.set", left=4)
    gate.open()

    assert answer == {"done": 4}
    assert client.is_silent(0.2)
    assert done == [4, 1], "the first had begun; neither of the others ever did"


def test_sixty_fifth_waiting_command_is_refused(connect, make_user, offer, gate):
    offer("test.wait", gate)
    client = connect(make_user("ana"))
    for number in range(1, 66):
        client.send({"id": number, "do": "test.wait"})

    refused = client.read()
    gate.open()

    assert (refused["id"], code_of(refused)) == (65, "too_many_commands")
    answers = [client.read() for _ in range(64)]
    assert sorted(answer["id"] for answer in answers) == list(range(1, 65))
    assert all("ok" in answer for answer in answers)
    assert "ok" in client.ask("test.wait")


def test_async_handler_runs_on_the_event_loop_and_others_in_threads(connect, loop, make_user, offer):
    async def here(_caller, _fields):
        await asyncio.sleep(0)
        return {"thread": threading.current_thread().name}

    offer("test.on_loop", loop_handler=here)
    offer("test.in_thread", lambda _caller, _fields: {"thread": threading.current_thread().name})
    client = connect(make_user("ana"))

    assert client.ok("test.on_loop") == {"thread": "sockets of the test"}
    assert client.ok("test.in_thread")["thread"].startswith("command")


def test_async_handler_can_return_a_future(connect, loop, make_user, offer):
    def later(_caller, _fields):
        future = asyncio.get_running_loop().create_future()
        asyncio.get_running_loop().call_soon(future.set_result, {"done": True})
        return future

    offer("test.later", loop_handler=later)

    assert connect(make_user("ana")).ok("test.later") == {"done": True}


class NoTea(DomainError):
    code = "test.no_tea"
    kind = ErrorKind.CONFLICT
    message = "There are {cups} cups and no tea."


@pytest.mark.parametrize("where", ["handler", "loop_handler"])
def test_refusal_has_its_code_and_values(connect, make_user, offer, logged, where):
    def refuse(_caller, _fields):
        raise NoTea(cups=3, retry_after=7)

    offer("test.tea", **{where: refuse})

    told = connect(make_user("ana")).err("test.tea")

    assert told == {
        "code": "test.no_tea",
        "message": "There are 3 cups and no tea.",
        "params": {"cups": 3},
        "retry_after": 7,
    }
    assert logged() == []


@pytest.mark.parametrize("where", ["handler", "loop_handler"])
def test_internal_error_is_reported_without_details_and_logged_once(connect, make_user, offer, logged, where):
    def stumble(_caller, _fields):
        raise RuntimeError("the password is hunter2")

    offer("test.stumble", **{where: stumble})
    client = connect(make_user("ana"))

    told = client.err("test.stumble")

    assert told["code"] == "fault"
    assert "hunter2" not in str(told)
    assert logged() == ["command_fault"]
    assert list(client.ok("ping")) == ["now"]


def test_response_that_is_not_json_is_an_internal_error(connect, make_user, offer):
    offer("test.odd", lambda _caller, _fields: {"thing": object()})

    assert connect(make_user("ana")).err("test.odd")["code"] == "fault"


def test_unreachable_database_is_unavailable_with_retry_after(connect, make_user, offer):
    def lose(_caller, _fields):
        raise OperationalError("server closed the connection unexpectedly")

    offer("test.lose", lose)

    told = connect(make_user("ana")).err("test.lose")

    assert (told["code"], told["retry_after"]) == ("unavailable", 1)


def test_value_refused_by_the_database_is_invalid(connect, make_user, offer):
    def refuse(_caller, _fields):
        raise DataError("integer out of range")

    offer("test.refuse", refuse)

    assert connect(make_user("ana")).err("test.refuse")["code"] == "invalid"


def test_broken_database_connection_is_replaced_for_the_next_command(connect, make_user, offer):
    def count(_caller, _fields):
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
            return {"one": cursor.fetchone()[0]}

    def cut(_caller, _fields):
        connection.ensure_connection()
        connection.connection.close()
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")

    offer("test.count", count)
    offer("test.cut", cut)
    client = connect(make_user("ana"))

    cuts = [client.err("test.cut")["code"] for _ in range(20)]

    assert cuts == ["unavailable"] * 20
    assert [client.ok("test.count") for _ in range(20)] == [{"one": 1}] * 20


def test_handlers_run_in_the_callers_language(connect, make_user, offer):
    offer("test.language", lambda _caller, _fields: {"language": translation.get_language()})

    asked = [connect(make_user(name, language=name)).ok("test.language") for name in ("id", "en")]

    assert asked == [{"language": "id"}, {"language": "en"}]


def test_refusals_are_in_the_callers_language(connect, make_user):
    told = [connect(make_user(name, language=name)).err("chat.fly")["message"] for name in ("id", "en")]

    assert told == [
        "Aplikasi meminta sesuatu yang tidak dikenal. Muat ulang halamannya, ya.",
        "The app asked for something unknown. Please reload the page.",
    ]


def test_rate_limited_person_gets_retry_after_and_others_are_served(connect, make_user, offer, monkeypatch):
    monkeypatch.setattr(consumer, "command_throttle", Throttle(per_second=0.5, burst=10, timer=lambda: 100.0))
    offer("test.dear", add, schema=AddIn, cost=5)
    of_ana, of_bo = connect(make_user("ana")), connect(make_user("bo"))
    spent = [of_ana.ok("test.dear", left=1) for _ in range(2)]

    told = of_ana.err("test.dear", left=1)

    assert spent == [{"sum": 2}] * 2
    assert (told["code"], told["retry_after"]) == ("rate_limited", 10)
    assert of_bo.ok("test.dear", left=1) == {"sum": 2}


def test_socket_closed_before_the_response_is_harmless(connect, make_user, offer, gate, logged):
    offer("test.wait", gate)
    ana = make_user("ana")
    leaving, staying = connect(ana), connect(ana)
    leaving.send({"id": 1, "do": "test.wait"})

    leaving.leave()
    gate.open()
    answered = staying.ok("ping")

    assert list(answered) == ["now"]
    assert logged() == []
