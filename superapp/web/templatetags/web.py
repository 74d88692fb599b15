"""Tags of the shell."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django import template
from django.contrib.staticfiles.storage import staticfiles_storage
from django.utils import formats, timezone
from django.utils.html import format_html, format_html_join, json_script
from django.utils.safestring import SafeString, mark_safe

from superapp.core import clock
from superapp.core.form_pages import WHOLE_FORM
from superapp.core.money import Money, from_wire
from superapp.web import assets, times
from superapp.web.words import WORDS

register = template.Library()


@register.simple_tag
def icon(name: str, *, css: str = "") -> SafeString:
    """An icon of our sprite, silent for screen readers: the word stands beside it."""
    address = staticfiles_storage.url("web/icons.svg")
    return format_html(
        '<svg class="icon {}" aria-hidden="true" focusable="false"><use href="{}#{}"></use></svg>', css, address, name
    )


@register.simple_tag(takes_context=True)
def import_map(context: template.Context) -> SafeString:
    """The one import map, made from the static files."""
    # A nonce, since it is a script in the page; "<" cannot stand in a file's name of ours.
    text = json.dumps(assets.import_map(), separators=(",", ":"))
    return format_html(
        '<script type="importmap" nonce="{}">{}</script>',
        context.get("CSP_NONCE", ""),
        mark_safe(text),  # noqa: S308
    )


@register.simple_tag(takes_context=True)
def module(context: template.Context, path: str) -> SafeString:
    """Run a module on this page, and have all that it imports fetched beside it."""
    links = ((address,) for address in assets.imports_of(path))
    return format_html(
        '{}\n<script type="module" src="{}" nonce="{}"></script>',
        format_html_join("\n", '<link rel="modulepreload" href="{}">', links),
        staticfiles_storage.url(path),
        context.get("CSP_NONCE", ""),
    )


@register.simple_tag
def style_preloads(*folders: str) -> SafeString:
    """Have the style sheets that another imports fetched beside it."""
    links = ((address,) for address in assets.styles_in(*folders))
    return format_html_join("\n", '<link rel="preload" as="style" href="{}">', links)


@register.simple_tag
def words_script(more: dict[str, Any] | None = None) -> SafeString:
    """What modules say, as data."""
    words = {key: str(sentence) for key, sentence in {**WORDS, **(more or {})}.items()}
    return json_script(words, "words")


@register.simple_tag
def field_state(problems: Mapping[str, object] | None, name: str, *, hint: str = "", focus: bool = False) -> SafeString:
    """
    The attributes of a form field: what describes it, whether it is wrong, and the focus.

    The first wrong field of a page has the focus, without JavaScript, too; with ``focus``, this field has it while
    nothing is wrong. ``problems`` are in the order of the fields (``superapp.core.form_pages``).
    """
    wrong = {field: said for field, said in (problems or {}).items() if said}
    described = " ".join(part for part in (hint, f"{name}-problem" if name in wrong else "") if part)
    first = next((field for field in wrong if field != WHOLE_FORM), "")
    attributes = [
        format_html(' aria-describedby="{}"', described) if described else "",
        mark_safe(' aria-invalid="true"') if name in wrong else "",
        mark_safe(" autofocus") if name == first or (focus and not wrong) else "",
    ]
    return mark_safe("".join(attributes))  # noqa: S308  # Each part is escaped, or a constant.


@register.filter
def hour(moment: datetime) -> str:
    return times.hour(moment)


@register.filter
def day_of(moment: datetime) -> str:
    return times.day(moment, now=clock.now())


@register.filter
def brief_time(moment: datetime) -> str:
    return times.brief(moment, now=clock.now())


@register.filter
def time_ago(moment: datetime) -> str:
    return times.ago(moment, now=clock.now())


@register.filter
def has_come(moment: datetime) -> bool:
    """Whether it is that late already."""
    return moment <= clock.now()


@register.filter
def zone_of(_moment: datetime) -> str:
    """The name of the reader's zone, to stand behind an hour."""
    return times.zone_label(timezone.get_current_timezone_name())


@register.filter
def wire_time(moment: datetime) -> str:
    """For ``<time datetime>``."""
    return clock.wire(moment)


@register.filter
def moment(wire: str) -> str:
    """A time of the wire with its day, as in something that is read years later."""
    at = timezone.localtime(datetime.fromisoformat(wire))
    return f"{formats.date_format(at, 'j F Y')}, {times.hour(at)}"


@register.filter
def moment_beside(wire: str, other: datetime) -> str:
    """A time of the wire beside another moment, whose day it does not repeat."""
    return times.beside(datetime.fromisoformat(wire), other)


@register.filter
def money(value: object) -> str:
    """Money as people write it, whether it came as ``Money`` or over the wire; nothing for nothing."""
    if isinstance(value, dict):
        return str(from_wire(value))
    # Money that is none is written; a card that is blank has none to write.
    return str(value) if isinstance(value, Money) else ""


@register.filter
def money_change(value: Money) -> str:
    """Money that came or went, with its sign."""
    return f"{'+' if value.amount_minor > 0 else ''}{value}"


@register.filter
def hue(public_id: object) -> int:
    """One of eight hues for somebody without a picture, always the same."""
    return int(str(public_id)[-1], 16) % 8


@register.filter
def initials(name: str) -> str:
    """Up to two letters for somebody without a picture."""
    firsts = [word[0] for word in name.split() if word[0].isalnum()]
    return "".join(firsts[:2]).upper() or name.strip()[:1].upper()
