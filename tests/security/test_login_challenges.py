"""Challenges at the log-in: good once, for what they were given out for; over the API and on pages."""

from __future__ import annotations

import json
from base64 import b64decode
from datetime import timedelta

import pytest
from django.test import Client

from superapp.accounts.actions import login, login_throttling
from superapp.accounts.errors import ChallengeRequired
from superapp.accounts.models import DeveloperSms
from superapp.accounts.sessions import BROWSER_COOKIE
from superapp.core.errors import RateLimited
from tests.harness.challenges import encode_solution, solve
from tests.security.strangers import VICTIM, ask, ask_and_work, last_code, newcomers
from tests.shop.html_clients import markup

pytestmark = pytest.mark.usefixtures("login_ground")


# Solutions.


def demanded(at):
    """A challenge that a stranger is asked to solve, since 30 others asked before."""
    asked = newcomers()
    for number in range(30):
        ask(next(asked), browser=f"crowd {number}", at=at)
    with pytest.raises(ChallengeRequired) as refused:
        ask(VICTIM, browser="eve", at=at)
    assert set(refused.value.params) == {"algorithm", "challenge", "maxnumber", "salt", "signature"}
    return refused.value.params


def test_challenge_solution_is_valid_once(db, midday):
    solution = solve(demanded(midday))
    ask(VICTIM, browser="eve", at=midday, solution=solution)

    with pytest.raises(ChallengeRequired):
        ask(VICTIM, browser="eve", at=midday + timedelta(minutes=2), solution=solution)


def test_challenge_solution_of_a_refused_request_stays_valid(db, midday):
    solution = solve(demanded(midday))
    ask_and_work(VICTIM, browser="another", at=midday)
    with pytest.raises(RateLimited):
        ask(VICTIM, browser="eve", at=midday + timedelta(seconds=1), solution=solution)

    assert ask(VICTIM, browser="eve", at=midday + timedelta(seconds=60), solution=solution)


@pytest.mark.parametrize(
    "altered",
    [
        {"phone": "+6281299999999"},
        {"browser": "another"},
        {"at": timedelta(minutes=30)},
        {"solution": lambda good: good | {"number": good["number"] + 1}},
        {"solution": lambda good: good | {"signature": "0" * 64}},
        {"solution": lambda good: good | {"algorithm": "SHA-1"}},
        # The digits of the time at which it ends are not those of the number.
        {"solution": lambda good: good | {"salt": good["salt"][:-1] + "9&"}},
        {"solution": lambda good: good | {"salt": good["salt"].replace("for=", "for=0")}},
        {"solution": lambda good: good | {"number": -1}},
        {"solution": lambda good: good | {"number": 2**70}},
        {"solution": lambda good: "not base64!"},
        {"solution": lambda good: "e30="},
        {"solution": lambda good: "W1tb" * 5_000},
    ],
)
def test_challenge_solution_for_another_subject_is_invalid(db, midday, altered):
    good = json.loads(b64decode(solve(demanded(midday))))
    wanted = altered.get("solution", lambda same: same)(good)
    solution = wanted if isinstance(wanted, str) else encode_solution(wanted)
    at = midday + altered.get("at", timedelta())
    sent = DeveloperSms.objects.count()

    with pytest.raises(ChallengeRequired):
        ask(altered.get("phone", VICTIM), browser=altered.get("browser", "eve"), at=at, solution=solution)

    assert DeveloperSms.objects.count() == sent


def test_challenge_solution_used_by_eight_at_once_is_valid_once(real_db, in_threads, midday):
    challenge = demanded(midday)
    solution = solve(challenge)

    outcomes = in_threads(*[lambda: ask(VICTIM, browser="eve", at=midday, solution=solution)] * 8)

    assert sum(isinstance(outcome, login.CodeSent) for outcome in outcomes) == 1
    assert DeveloperSms.objects.filter(number=VICTIM).count() == 1


# The same over HTTP.


def post(client, path, body, **headers):
    return client.post(f"/api/v1/{path}", body, content_type="application/json", headers=headers)


def test_client_of_the_api_solves_the_challenge_and_logs_in(db):
    asked = newcomers()
    for _ in range(30):
        assert post(Client(), "login/code", {"phone": next(asked)}).status_code == 200
    client = Client()

    refused = post(client, "login/code", {"phone": VICTIM})
    sent = post(client, "login/code", {"phone": VICTIM, "solution": solve(refused.json()["params"])})
    answer = post(client, "login", {"phone": VICTIM, "code": last_code(VICTIM)})

    assert (refused.status_code, refused.json()["code"]) == (429, "accounts.challenge_required")
    assert client.cookies[BROWSER_COOKIE].value
    assert (sent.status_code, sent.json()) == (200, {"retry_after": 60, "digits": 6})
    assert answer.json()["new"] is True


def test_client_of_the_api_solves_the_challenge_of_guesses(db, monkeypatch):
    monkeypatch.setattr(
        login_throttling,
        "WRONG_OF_NETWORK",
        login_throttling.WorkSchedule(login_throttling.RateLimit("guess.network", 0, login_throttling.HOUR), 20),
    )
    client = Client()
    post(client, "login/code", {"phone": VICTIM})
    guess = {"phone": VICTIM, "code": last_code()}

    refused = post(client, "login", guess)
    answer = post(client, "login", {**guess, "solution": solve(refused.json()["params"])})

    assert (refused.status_code, refused.json()["code"]) == (429, "accounts.challenge_required")
    assert answer.json()["new"] is True


def test_login_page_explains_the_challenge_and_accepts_its_solution(db, client):
    asked = newcomers()
    for _ in range(30):
        Client().post("/masuk/", {"phone": next(asked)})

    page = client.post("/masuk/", {"phone": VICTIM}, headers={"accept-language": "id"})
    html = markup(page)
    sent = client.post("/masuk/", {"phone": VICTIM, "solution": solve(page.context["challenge"])})

    assert page.status_code == 429
    assert "Memeriksa…" in html
    assert "<noscript>" in html
    assert page.context["challenge"]["signature"] in html
    assert 'aria-invalid="true"' not in html
    assert (sent.status_code, sent.headers["Location"]) == (302, "/masuk/kode/")


def test_login_page_shows_the_country_error_at_the_number(db, client):
    page = client.post("/masuk/", {"phone": "+44 7911 123456"}, headers={"accept-language": "en"})

    assert page.status_code == 422
    assert "numbers that start with +62" in page.content.decode()
    assert 'aria-describedby="phone-problem"' in page.content.decode()


def test_code_page_accepts_as_many_digits_as_were_sent(db, client, monkeypatch):
    monkeypatch.setattr("superapp.accounts.actions.login.CODE_DIGITS", 8)

    client.post("/masuk/", {"phone": VICTIM})
    html = client.get("/masuk/kode/", headers={"accept-language": "en"}).content.decode()

    assert 'maxlength="8"' in html
    assert "8 digits" in html


def test_resend_leads_through_the_challenge(db, client, monkeypatch):
    client.post("/masuk/", {"phone": VICTIM})
    session = client.session
    session["login_again_at"] = 0
    session.save()
    monkeypatch.setattr(
        login_throttling,
        "CODES_OF_NETWORK",
        login_throttling.WorkSchedule(login_throttling.RateLimit("code.network", 0, login_throttling.HOUR), 20),
    )

    page = client.post("/masuk/kirim-ulang/")

    assert page.status_code == 429
    assert page.context["challenge"]["maxnumber"] > 0
