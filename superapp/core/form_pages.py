"""Forms of pages: refusals, each as a sentence under its field, and addresses that only take what a form sends."""

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

# A refusal that is about no single field stands above all of them.
FORM_ERRORS = "form"


def errors_by_field(
    refusals: Sequence[DomainError],
    *,
    fields: Sequence[str],
    field_of: Callable[[DomainError], str],
    sentence_of: Callable[[DomainError], str] | None = None,
) -> dict[str, object]:
    """
    Return one sentence for each wrong field, in the order of the fields on the page; the first refusal of a field
    speaks for it.

    ``field_of`` names the field of a refusal; one that the page does not have becomes a problem of the whole form.
    """
    sentence_of = sentence_of or (lambda refusal: str(refusal.body()["message"]))
    found: dict[str, object] = {}
    for refusal in refusals:
        field = field_of(refusal)
        found.setdefault(field if field in fields else FORM_ERRORS, sentence_of(refusal))
    return {field: found[field] for field in (FORM_ERRORS, *fields) if field in found}


def make_field_lookup(by_class: Mapping[type[DomainError], str]) -> Callable[[DomainError], str]:
    """Return a function that names the field of a refusal: that which it names itself, else the one of its class."""

    def field_of(refusal: DomainError) -> str:
        of_class = (by_class[kind] for kind in type(refusal).__mro__ if kind in by_class)
        return str(refusal.params.get("field") or next(of_class, FORM_ERRORS))

    return field_of


def post_only_redirecting_to(name: str, *, fragment: str = "") -> Callable[[View[Arguments]], View[Arguments]]:
    """
    Decorate a view that only takes what a form sends: opening its address leads to the page where the form stands.

    Such an address is opened when a page with an error is reloaded, and after a log-in that was asked for in between.
    ``name`` is the view of that page, which takes the same arguments or none of them; ``fragment`` the id of the form.
    """

    def decorate(view: View[Arguments]) -> View[Arguments]:
        @wraps(view)
        def guarded(request: HttpRequest, *args: Arguments.args, **kwargs: Arguments.kwargs) -> HttpResponseBase:
            if request.method == "POST":
                return view(request, *args, **kwargs)
            if request.method not in ("GET", "HEAD"):
                return HttpResponseNotAllowed(["GET", "HEAD", "POST"])
            return redirect(_form_url(name, kwargs) + (f"#{fragment}" if fragment else ""))

        # wraps() makes the request an argument with a name, which a Callable has not.
        return cast("View[Arguments]", guarded)

    return decorate


# What sending one form takes from a person's allowance, where a view says nothing else: thirty at once, five a second.
FORM_COST = 10
# What sending one picture takes: three at once, one every two seconds. Opening one can take a second of a processor.
PICTURE_COST = 100


def form_cost(cost: int) -> Callable[[AnyView], AnyView]:
    """Decorate a view whose form costs more than others: one that hashes a PIN, or decodes a picture."""

    def decorate(view: AnyView) -> AnyView:
        view.form_cost = cost  # type: ignore[attr-defined]  # Decorators above it take the attribute over.
        return view

    return decorate


def form_cost_of(view: object) -> int:
    """Return what sending the form of a view costs."""
    return int(getattr(view, "form_cost", FORM_COST))


def _form_url(name: str, arguments: Mapping[str, object]) -> str:
    try:
        return reverse(name, kwargs=dict(arguments))
    except NoReverseMatch:
        return reverse(name)
