"""Log-in at the console with a one-time code, and log-out."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from superapp.accounts import api as accounts
from superapp.console.actions import console_sessions
from superapp.console.errors import ConsoleCodeWrong
from superapp.console.sessions import console_page, get_member, member_page
from superapp.core import clock
from superapp.core.errors import ErrorKind
from superapp.core.form_pages import form_cost, post_only_redirecting_to

CODE_CHARS = 6


@member_page
@sensitive_post_parameters("code")
@require_http_methods(["GET", "HEAD", "POST"])
@form_cost(20)
def log_in(request: HttpRequest) -> HttpResponse:
    """Ask a member for a one-time code, and open a session at the console."""
    problem = ""
    next_url = accounts.get_next_url(request, default=reverse("console:index"))
    if request.method == "POST":
        try:
            console_sessions.open_session(
                member=get_member(request),
                code="".join(request.POST.get("code", "").split())[:CODE_CHARS],
                session_key=request.session.session_key or "",
                now=clock.now(),
            )
        except ConsoleCodeWrong as refusal:
            problem = str(refusal.body()["message"])
        else:
            return redirect(next_url)
    context = {"problem": problem, "next": next_url, "digits": CODE_CHARS}
    return render(request, "console/log_in.html", context, status=ErrorKind.INVALID if problem else 200)


@console_page
@post_only_redirecting_to("console:index")
def log_out(request: HttpRequest) -> HttpResponse:
    """End the session at the console; the person stays logged in as a person."""
    console_sessions.end_session(
        member=get_member(request), session_key=request.session.session_key or "", now=clock.now()
    )
    return redirect("/")
