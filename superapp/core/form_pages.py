"""Forms of pages: error messages by field, views that accept only POST, and costs for the rate limit."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import wraps
from typing import Concatenate, ParamSpec, TypeVar, cast

from django.http import HttpRequest, HttpResponseBase, HttpResponseNotAllowed
from django.shortcuts import redirect
from django.urls import NoReverseMatch, reverse

from superapp.core.errors import DomainError

Arguments = ParamSpec("Arguments")
AnyView = TypeVar("AnyView", bound=Callable[..., object])
View = Callable[Concatenate[HttpRequest, Arguments], HttpResponseBase]

# The key of errors that belong to no single field; shown above the form.
FORM_ERRORS = "form"


def errors_by_field(
    refusals: Sequence[DomainError],
    *,
    fields: Sequence[str],
    field_of: Callable[[DomainError], str],
    sentence_of: Callable[[DomainError], str] | None = None,
) -> dict[str, object]:
    """
    Return one message for each wrong field, that of its first refusal, in the order of the fields on the page.

    ``field_of`` returns the field of a refusal; a refusal of a field that the page does not have is one of the
    whole form.
    """
    sentence_of = sentence_of or (lambda refusal: str(refusal.body()["message"]))
    found: dict[str, object] = {}
    for refusal in refusals:
        field = field_of(refusal)
        found.setdefault(field if field in fields else FORM_ERRORS, sentence_of(refusal))
    return {field: found[field] for field in (FORM_ERRORS, *fields) if field in found}


def make_field_lookup(by_class: Mapping[type[DomainError], str]) -> Callable[[DomainError], str]:
    """
    Return a function that returns the field of a refusal: its own parameter ``field``, or else the one of its
    class.
    """

    def field_of(refusal: DomainError) -> str:
        of_class = (by_class[kind] for kind in type(refusal).__mro__ if kind in by_class)
        return str(refusal.params.get("field") or next(of_class, FORM_ERRORS))

    return field_of


def post_only_redirecting_to(name: str, *, fragment: str = "") -> Callable[[View[Arguments]], View[Arguments]]:
    """
    Decorate a view that accepts only POST; GET is redirected to the page with the form.

    A GET happens when a page with an error is reloaded, and after a log-in that was required in between. ``name``
    is the view of that page, which takes the same arguments or none of them; ``fragment`` is the id of the form.
    """

    def decorate(view: View[Arguments]) -> View[Arguments]:
        @wraps(view)
        def guarded(request: HttpRequest, *args: Arguments.args, **kwargs: Arguments.kwargs) -> HttpResponseBase:
            if request.method == "POST":
                return view(request, *args, **kwargs)
            if request.method not in ("GET", "HEAD"):
                return HttpResponseNotAllowed(["GET", "HEAD", "POST"])
            return redirect(_form_url(name, kwargs) + (f"#{fragment}" if fragment else ""))

        # wraps() gives the request argument a name, which a Callable does not have.
        return cast("View[Arguments]", guarded)

    return decorate


# The default cost of a form in the person's rate limit: thirty at once, then five a second.
FORM_COST = 10
# The cost of a picture: three at once, then one every two seconds. Decoding one can take a second of CPU.
PICTURE_COST = 100


def form_cost(cost: int) -> Callable[[AnyView], AnyView]:
    """Decorate a view with the cost of its form, if it is higher than usual: it hashes a PIN, or decodes a picture."""

    def decorate(view: AnyView) -> AnyView:
        view.form_cost = cost  # type: ignore[attr-defined]  # Decorators above it take the attribute over.
        return view

    return decorate


def form_cost_of(view: object) -> int:
    """Return the cost of sending the form of a view."""
    return int(getattr(view, "form_cost", FORM_COST))


def _form_url(name: str, arguments: Mapping[str, object]) -> str:
    try:
        return reverse(name, kwargs=dict(arguments))
    except NoReverseMatch:
        return reverse(name)
