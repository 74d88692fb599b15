"""Log-in pages: phone number, code, and a name at the first log-in."""

from __future__ import annotations

from math import ceil
from urllib.parse import urlencode

from django.conf import settings
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import translation
from django.utils.translation import ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_safe

from superapp.accounts import sessions
from superapp.accounts.actions import profile
from superapp.accounts.actions.login import CODE_DIGITS
from superapp.accounts.actions.proof_of_work import SOLUTION_CHARS_MAX
from superapp.accounts.adapters import sms_gateways
from superapp.accounts.adapters.page_auth import get_current_user, get_next_url
from superapp.accounts.domain import phone_numbers
from superapp.accounts.errors import (
    ChallengeRequired,
    CodeNotSent,
    CodeOver,
    CodesUsedUp,
    CodeWrong,
    CountryNotServed,
    NameInvalid,
    PhoneInvalid,
)
from superapp.accounts.models import User
from superapp.core import clock
from superapp.core.errors import DomainError, RateLimited
from superapp.core.form_pages import post_only_redirecting_to

# Session keys before log-in: the phone number, and when another code may be requested.
NUMBER_KEY = "login_number"
RESEND_AT_KEY = "login_again_at"
# The number of digits of the latest code.
DIGITS_KEY = "login_digits"
LANGUAGE_COOKIE_AGE_S = 365 * 24 * 3600


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def phone(request: HttpRequest) -> HttpResponse:
    """Show the form for the phone number; on POST send it a code that only this browser can use."""
    if request.user.is_authenticated:
        return redirect(get_next_url(request))
    typed = request.POST.get("phone", "")[:40]
    if request.method == "POST":
        problem = _try_to_send(request, typed)
        response = _redirect_to_step("code", request) if problem is None else _phone_page(request, typed, problem)
    else:
        response = _phone_page(request, request.session.get(NUMBER_KEY, ""), None)
    sessions.set_browser_cookie(request, response)
    return response


@never_cache
@sensitive_post_parameters("code")
@require_http_methods(["GET", "HEAD", "POST"])
def code(request: HttpRequest) -> HttpResponse:
    """Show the form for the code; on POST log in."""
    number = request.session.get(NUMBER_KEY)
    if number is None:
        return _redirect_to_step("login", request)
    problem: DomainError | None = None
    typed = "".join(char for char in request.POST.get("code", "")[:40] if char.isalnum())
    if request.method == "POST":
        try:
            proof = sessions.log_in(
                request,
                phone=number,
                code=typed,
                language=translation.get_language() or User.Language.INDONESIAN,
                solution=_solution(request),
            )
        except (ChallengeRequired, CodeWrong, CodeOver, RateLimited) as refusal:
            problem = refusal
        else:
            response = _redirect_to_step("name", request) if not proof.user.name else redirect(get_next_url(request))
            sessions.set_browser_cookie(request, response)
            return response
    return _code_page(request, number, typed, problem)


@post_only_redirecting_to("accounts_pages:code")
def resend(request: HttpRequest) -> HttpResponse:
    """Send another code to the same number, once the pause is over."""
    number = request.session.get(NUMBER_KEY)
    if number is None:
        return _redirect_to_step("login", request)
    problem = _try_to_send(request, number)
    if problem is None:
        return _redirect_to_step("code", request)
    if isinstance(problem, ChallengeRequired):
        # The phone page's form submits itself once the challenge is solved.
        return _phone_page(request, number, problem)
    return _code_page(request, number, "", problem)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def name(request: HttpRequest) -> HttpResponse:
    """Show the form for a new person's name; on POST save it."""
    user = get_current_user(request)
    problem: DomainError | None = None
    typed = request.POST.get("name", user.name)
    if request.method == "POST":
        try:
            profile.change_profile(user_id=user.pk, changes=profile.ProfileChanges(name=typed), now=clock.now())
            return redirect(get_next_url(request))
        except NameInvalid as refusal:
            problem = refusal
    context = {
        "name": typed,
        "name_chars_max": User.NAME_CHARS_MAX,
        "next": get_next_url(request),
        "problem": problem and problem.body()["message"],
    }
    return render(request, "accounts/login_name.html", context, status=problem.kind if problem else 200)


@post_only_redirecting_to("accounts_pages:me")
def log_out(request: HttpRequest) -> HttpResponse:
    """Log this browser out."""
    sessions.end_session(request, now=clock.now())
    return redirect("accounts_pages:login")


@post_only_redirecting_to("accounts_pages:login")
def language(request: HttpRequest) -> HttpResponse:
    """Set the language cookie of a visitor who is not logged in yet."""
    response = redirect(get_next_url(request))
    wanted = request.POST.get("language", "")
    if wanted in User.Language.values:
        response.set_cookie(
            settings.LANGUAGE_COOKIE_NAME,
            wanted,
            max_age=LANGUAGE_COOKIE_AGE_S,
            secure=settings.SESSION_COOKIE_SECURE,
            httponly=True,
            samesite="Lax",
        )
    return response


@never_cache
@require_safe
def sms_inbox(request: HttpRequest) -> HttpResponse:
    """Show the developer's inbox, on a machine that sends no text messages."""
    if not _has_inbox():
        raise Http404
    return render(request, "accounts/sms_inbox.html", {"messages": sms_gateways.list_developer_inbox(now=clock.now())})


def _phone_page(request: HttpRequest, typed: str, problem: DomainError | None) -> HttpResponse:
    context = {
        "phone": typed,
        "next": get_next_url(request),
        "challenge": problem.params if isinstance(problem, ChallengeRequired) else None,
        "problem": _describe_problem(problem),
    }
    return render(request, "accounts/login_phone.html", context, status=problem.kind if problem else 200)


def _code_page(request: HttpRequest, number: str, typed: str, problem: DomainError | None) -> HttpResponse:
    challenge = problem.params if isinstance(problem, ChallengeRequired) else None
    context = {
        "number": phone_numbers.format_international(number),
        "next": get_next_url(request),
        "wait_s": _wait_s(request),
        "digits": request.session.get(DIGITS_KEY, CODE_DIGITS),
        "has_inbox": _has_inbox(),
        "challenge": challenge,
        # A code that was not verified yet is submitted again with the solution; a wrong one is typed anew.
        "code": typed if challenge else "",
        "problem": _describe_problem(problem),
    }
    return render(request, "accounts/login_code.html", context, status=problem.kind if problem else 200)


def _describe_problem(problem: DomainError | None) -> str:
    """Return the error message for a field; a challenge has its own text on the page."""
    if problem is None or isinstance(problem, ChallengeRequired):
        return ""
    if not isinstance(problem, RateLimited) or not problem.retry_after:
        return str(problem.body()["message"])
    seconds, minutes = problem.retry_after, ceil(problem.retry_after / 60)
    if seconds < 90:
        return ngettext(
            "Too many attempts. You can try again in {count} second.",
            "Too many attempts. You can try again in {count} seconds.",
            seconds,
        ).format(count=seconds)
    return ngettext(
        "Too many attempts. You can try again in {count} minute.",
        "Too many attempts. You can try again in {count} minutes.",
        minutes,
    ).format(count=minutes)


def _solution(request: HttpRequest) -> str:
    return request.POST.get("solution", "")[:SOLUTION_CHARS_MAX]


def _try_to_send(request: HttpRequest, typed: str) -> DomainError | None:
    """Send a code to the typed number; return the error, or None."""
    try:
        number = phone_numbers.parse_phone_number(typed)
        # If a code was sent a moment ago, just show the code page, which has the wait for the next one.
        if request.session.get(NUMBER_KEY) != number or _wait_s(request) == 0:
            _send_code(request, number)
    except (ChallengeRequired, CodesUsedUp, CountryNotServed, PhoneInvalid, CodeNotSent, RateLimited) as refusal:
        return refusal
    return None


def _send_code(request: HttpRequest, number: str) -> None:
    sent = sessions.send_code(request, phone=number, solution=_solution(request))
    request.session[NUMBER_KEY] = number
    request.session[RESEND_AT_KEY] = int(clock.now().timestamp()) + sent.retry_after
    request.session[DIGITS_KEY] = sent.digits


def _wait_s(request: HttpRequest) -> int:
    return max(0, int(request.session.get(RESEND_AT_KEY, 0)) - int(clock.now().timestamp()))


def _has_inbox() -> bool:
    return bool(settings.SMS_INBOX and not settings.SMS_URL)


def _redirect_to_step(step: str, request: HttpRequest) -> HttpResponse:
    after = get_next_url(request)
    query = f"?{urlencode({'next': after})}" if after != "/" else ""
    return redirect(reverse(f"accounts_pages:{step}") + query)
