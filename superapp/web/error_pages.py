"""Error pages: a picture, a sentence and a link. They make no database queries."""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import structlog
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from superapp.core import infrastructure_errors
from superapp.core.errors import DomainError, ErrorKind, RateLimited, Unavailable

BACK_HOME = _("Back to home")


@dataclass(frozen=True, slots=True)
class ErrorPage:
    """The heading, text and link of the page for one kind of error."""

    heading: Promise
    sentence: Promise
    picture: str
    word: Promise = BACK_HOME
    # Empty for the address of the request.
    way_on: str = "/"


ERROR_PAGES = {
    400: ErrorPage(
        _("That did not arrive completely"),
        _("Your browser sent something we cannot read. Go back and try again."),
        "broken",
    ),
    403: ErrorPage(_("No access"), _("Your account cannot open this page."), "closed"),
    404: ErrorPage(
        _("Page not found"),
        _("The link may be wrong, or this page is not available to you."),
        "lost",
    ),
    413: ErrorPage(
        _("Too large"),
        _("What you sent is too large. Shorten it or choose a smaller file, then send it again."),
        "broken",
    ),
    429: ErrorPage(
        _("Slow down a little"),
        _("Wait a moment, then send it again. Nothing has been processed yet."),
        "quiet",
    ),
    500: ErrorPage(
        _("Something went wrong"),
        _("The problem is on our side and has been logged. Nothing you sent before is lost. Try again in a moment."),
        "broken",
        _("Try again"),
        "",
    ),
    503: ErrorPage(
        _("Temporarily unavailable"),
        _("Our database cannot be reached right now. Your data is safe. Try again in a moment."),
        "offline",
        _("Try again"),
        "",
    ),
}
CSRF_ERROR_PAGE = ErrorPage(
    _("This page has expired"),
    _("For your safety this was not sent. Reload the page and try again."),
    "closed",
    _("Reopen"),
    "",
)


def render_domain_errors(get_response: Callable[[HttpRequest], HttpResponse]) -> Callable[[HttpRequest], HttpResponse]:
    """Show a domain error of a page as an error page, in a middleware; API views handle their own errors."""

    def middleware(request: HttpRequest) -> HttpResponse:
        return get_response(request)

    def process_exception(request: HttpRequest, exception: Exception) -> HttpResponse | None:
        if isinstance(exception, DomainError):
            if exception.kind is ErrorKind.NOT_LOGGED_IN:
                return redirect("accounts_pages:login")
            if exception.kind is ErrorKind.LIMITED:
                return rate_limited(request, exception)
            status = int(exception.kind)
            return render_error_page(
                request, ERROR_PAGES.get(status, ERROR_PAGES[400]), status=status, sentence=exception.body()["message"]
            )
        if infrastructure_errors.is_of_disk(exception):
            structlog.get_logger(__name__).error("disk_refuses", error=str(exception))
            return render_error_page(request, ERROR_PAGES[503], status=503, sentence=Unavailable.message)
        if infrastructure_errors.is_passing(exception):
            structlog.get_logger(__name__).error("records_out_of_reach", exc_info=exception)
            return render_error_page(request, ERROR_PAGES[503], status=503)
        return None

    middleware.process_exception = process_exception  # type: ignore[attr-defined]
    return middleware


# Values of these fields are not written into a page again.
_SECRET_FIELDS = {"pin", "new_pin", "again", "code", "csrfmiddlewaretoken"}
REPLAYED_FORM_BYTES_MAX = 64 * 1024


def rate_limited(request: HttpRequest, refusal: DomainError) -> HttpResponse:
    """
    Show the error page for a rate limit, with the form's values, so that it can be sent again from there.

    A body that is large or has files is not parsed for a person who sends too much.
    """
    size = int(request.META.get("CONTENT_LENGTH") or 0)
    is_kept = request.method == "POST" and size <= REPLAYED_FORM_BYTES_MAX and not request.FILES
    kept = [
        (name, value)
        for name, values in (request.POST.lists() if is_kept else ())
        for value in values
        if name not in _SECRET_FIELDS
    ]
    sentence = refusal.body()["message"] if type(refusal) is not RateLimited else None
    response = render_error_page(
        request, ERROR_PAGES[429], status=429, sentence=sentence, kept=kept if is_kept else None
    )
    if refusal.retry_after is not None:
        response.headers["Retry-After"] = str(refusal.retry_after)
    response.headers["Cache-Control"] = "no-store"
    return response


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    return render_error_page(request, ERROR_PAGES[400], status=400)


def too_large(request: HttpRequest) -> HttpResponse:
    return render_error_page(request, ERROR_PAGES[413], status=413)


def forbidden(request: HttpRequest, exception: Exception) -> HttpResponse:
    return render_error_page(request, ERROR_PAGES[403], status=403)


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    return render_error_page(request, ERROR_PAGES[404], status=404)


def server_error(request: HttpRequest) -> HttpResponse:
    """Show the page for an unexpected error, or, if the database cannot be reached, for that."""
    is_out_of_reach = infrastructure_errors.is_passing(sys.exc_info()[1])
    status = 503 if is_out_of_reach else 500
    return render_error_page(request, ERROR_PAGES[status], status=status)


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    return render_error_page(request, CSRF_ERROR_PAGE, status=403)


def render_error_page(
    request: HttpRequest,
    fault: ErrorPage,
    *,
    status: int,
    sentence: object = None,
    kept: Sequence[tuple[str, str]] | None = None,
) -> HttpResponse:
    """
    Render an error page, with the request id if it is a server error.

    ``kept`` are the fields of a form that can be sent again from this page.
    """
    context = {
        "layout": "web/base.html" if _shows_navigation(request, status) else "web/alone.html",
        "kept": kept,
        "heading": fault.heading,
        "sentence": sentence or fault.sentence,
        "picture": f"web/pictures/{fault.picture}.html",
        # After a form, its address may not support GET; then the link leads to the home page.
        "way_on": fault.way_on or (request.path if request.method in ("GET", "HEAD") else "/"),
        "way_on_word": fault.word,
        "request_id": structlog.contextvars.get_contextvars().get("request") if status >= 500 else None,
    }
    return render(request, "web/fault.html", context, status=status)


def _shows_navigation(request: HttpRequest, status: int) -> bool:
    """
    Return whether an error page shows the navigation bar.

    It is shown to logged-in people, if the database can be reached and the request was not throttled.
    """
    return status in (403, 404, 409) and bool(getattr(getattr(request, "user", None), "is_authenticated", False))
