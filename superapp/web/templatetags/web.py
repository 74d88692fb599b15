"""Template tags and filters for all pages."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import date, datetime
from functools import cache, lru_cache
from typing import Any

import segno
from django import template
from django.contrib.staticfiles.storage import staticfiles_storage
from django.template.base import FilterExpression, Parser, Token
from django.template.loader import get_template
from django.utils import formats, timezone
from django.utils.html import format_html, format_html_join, json_script
from django.utils.safestring import SafeString, mark_safe

from superapp.core import clock
from superapp.core.form_pages import FORM_ERRORS
from superapp.core.money import Money, from_wire
from superapp.web import assets, time_formats
from superapp.web.js_messages import JS_MESSAGES
from superapp.web.list_state import PageList

register = template.Library()
# A cached row takes about a kilobyte.
ROWS_KEPT_MAX = 5_000
PARTS_KEPT_MAX = 200


@register.simple_tag
@cache
def icon(name: str, *, css: str = "") -> SafeString:
    """Render an icon of the sprite, hidden from screen readers, since its label is beside it."""
    address = staticfiles_storage.url("web/icons.svg")
    return format_html(
        '<svg class="icon {}" aria-hidden="true" focusable="false"><use href="{}#{}"></use></svg>', css, address, name
    )


@register.filter
def qr_code(text: str) -> SafeString:
    """Render a QR code as SVG, black on white in dark mode too, so that cameras find it."""
    code = segno.make(text, error="m", micro=False)
    svg = code.svg_inline(border=4, svgclass="qr", lineclass=None, omitsize=True, dark="#000", light="#fff")
    return mark_safe(svg)  # noqa: S308  # Made of numbers alone: the text is not written into it.


@register.simple_tag(takes_context=True)
def import_map(context: template.Context) -> SafeString:
    """Render the import map of the bundles that others import."""
    # It needs a nonce, since it is an inline script.
    return format_html('<script type="importmap" nonce="{}">{}</script>', context.get("CSP_NONCE", ""), _import_map())


@cache
def _import_map() -> SafeString:
    # File names of static files contain no "<".
    return mark_safe(json.dumps(assets.import_map(), separators=(",", ":")))  # noqa: S308


@register.simple_tag(takes_context=True)
def module(context: template.Context, path: str) -> SafeString:
    """Load the bundle of a module on this page, and preload the bundles that it imports."""
    return format_html(
        '{}\n<script type="module" src="{}" nonce="{}"></script>',
        _preloads(path),
        staticfiles_storage.url(path),
        context.get("CSP_NONCE", ""),
    )


@cache
def _preloads(path: str) -> SafeString:
    links = ((address,) for address in assets.imports_of(path))
    return format_html_join("\n", '<link rel="modulepreload" href="{}">', links)


@register.simple_tag(takes_context=True)
def style_sheet(context: template.Context, path: str) -> SafeString:
    """
    Include a style sheet: by its URL if the device has stored the shell or is storing it, else inline.

    On the first visit the page needs one request less; no device gets the same style sheet twice.
    """
    # Converted to text, since the nonce is a lazy object that is empty until it is used.
    nonce = "" if context.get("has_shell") else str(context.get("CSP_NONCE", ""))
    if nonce:
        return format_html('<style nonce="{}">{}</style>', nonce, _style_text(path))
    return format_html('<link rel="stylesheet" href="{}">', staticfiles_storage.url(path))


@cache
def _style_text(path: str) -> SafeString:
    # The style sheet is ours and contains no end tag.
    return mark_safe(assets.style_text(path))  # noqa: S308


@register.simple_tag
def words_script(more: dict[str, Any] | None = None) -> SafeString:
    """Render the strings for JavaScript as JSON."""
    return _shared_js_messages(time_formats.language()) if more is None else _js_messages_json({**JS_MESSAGES, **more})


@cache
def _shared_js_messages(_language: str) -> SafeString:
    return _js_messages_json(JS_MESSAGES)


def _js_messages_json(sentences: Mapping[str, object]) -> SafeString:
    return json_script({key: str(sentence) for key, sentence in sentences.items()}, "words")


@register.simple_tag(takes_context=True)
def known_row(context: template.Context, known: PageList, row: Any) -> SafeString:
    """Render one row of a list, cached if its list allows it."""
    if known.is_drawn_once:
        zone, today = timezone.get_current_timezone_name(), timezone.localtime(clock.now()).date()
        return _drawn(known.row, row, time_formats.language(), zone, today)
    return _draw(known.row, {"row": row, "csrf_token": context.get("csrf_token")})


@lru_cache(maxsize=ROWS_KEPT_MAX)
def _drawn(path: str, row: Any, _language: str, _zone: str, _today: date) -> SafeString:
    return _draw(path, {"row": row})


def _draw(path: str, names: dict[str, Any]) -> SafeString:
    return mark_safe(get_template(path).render(names))  # noqa: S308  # A template escapes by itself.


@register.simple_tag
def field_state(problems: Mapping[str, object] | None, name: str, *, hint: str = "", focus: bool = False) -> SafeString:
    """
    Render the attributes of a form field: its description, its error state, and the focus.

    The first wrong field of a page gets the focus, also without JavaScript; with ``focus``, this field gets it if
    there are no errors. ``problems`` are in the order of the fields (``superapp.core.form_pages``).
    """
    wrong = {field: said for field, said in (problems or {}).items() if said}
    described = " ".join(part for part in (hint, f"{name}-problem" if name in wrong else "") if part)
    first = next((field for field in wrong if field != FORM_ERRORS), "")
    attributes = [
        format_html(' aria-describedby="{}"', described) if described else "",
        mark_safe(' aria-invalid="true"') if name in wrong else "",
        mark_safe(" autofocus") if name == first or (focus and not wrong) else "",
    ]
    return mark_safe("".join(attributes))  # noqa: S308  # Each part is escaped, or a constant.


@register.filter
def hour(moment: datetime) -> str:
    return time_formats.format_hour(moment)


@register.filter
def day_of(moment: datetime) -> str:
    return time_formats.format_day(moment, now=clock.now())


@register.filter
def day_within(moment: datetime) -> str:
    return time_formats.format_day_within(moment, now=clock.now())


@register.filter
def brief_time(moment: datetime) -> str:
    return time_formats.format_brief(moment, now=clock.now())


@register.filter
def time_ago(moment: datetime) -> str:
    return time_formats.format_ago(moment, now=clock.now())


@register.filter
def has_come(moment: datetime) -> bool:
    """Return whether a moment is in the past."""
    return moment <= clock.now()


@register.filter
def zone_of(_moment: datetime) -> str:
    """Return the name of the reader's time zone, to be shown after an hour."""
    return time_formats.zone_label(timezone.get_current_timezone_name())


@register.filter
def wire_time(moment: datetime) -> str:
    """Format a moment for ``<time datetime>``."""
    return clock.to_wire(moment)


@register.filter
def moment(wire: str) -> str:
    """Format a time of the wire with its full date, as for a receipt."""
    at = timezone.localtime(datetime.fromisoformat(wire))
    return f"{formats.date_format(at, 'j F Y')}, {time_formats.format_hour(at)}"


@register.filter
def moment_beside(wire: str, other: datetime) -> str:
    """Format a time of the wire beside another moment, without the date if it is the same."""
    return time_formats.format_beside(datetime.fromisoformat(wire), other)


@register.filter
def money(value: object) -> str:
    """Format an amount, given as ``Money`` or in its wire format; empty for anything else."""
    if isinstance(value, dict):
        return str(from_wire(value))
    # A zero amount is formatted; a blank card has no amount.
    return str(value) if isinstance(value, Money) else ""


@register.filter
def money_change(value: Money) -> str:
    """Format an amount that was received or spent, with its sign."""
    return f"{'+' if value.amount_minor > 0 else ''}{value}"


@register.filter
def hue(public_id: object) -> int:
    """Return one of sixteen hues for a person, always the same one."""
    return int(str(public_id)[-1], 16)


@register.filter
def initials(name: str) -> str:
    """Return up to two initials for a person without a picture."""
    firsts = [word[0] for word in name.split() if word[0].isalnum()]
    return "".join(firsts[:2]).upper() or name.strip()[:1].upper()


class CachedPartNode(template.Node):
    """A part of a template whose rendered text is cached by language and by the values it depends on."""

    def __init__(self, nodes: template.NodeList, values: list[FilterExpression]) -> None:
        self.nodelist = nodes
        self._values = values
        self._drawn: dict[tuple[object, ...], SafeString] = {}

    def render(self, context: template.Context) -> SafeString:
        key = (time_formats.language(), *(value.resolve(context, ignore_failures=True) for value in self._values))
        drawn = self._drawn.get(key)
        if drawn is None:
            if len(self._drawn) >= PARTS_KEPT_MAX:
                self._drawn.clear()
            drawn = self._drawn[key] = self.nodelist.render(context)
        return drawn


@register.tag
def once(parser: Parser, token: Token) -> CachedPartNode:
    """
    Cache a part of a template for each language and these values: ``{% once side %} … {% endonce %}``.

    The part must not depend on anything else: no person, token, nonce or time.
    """
    values = [parser.compile_filter(bit) for bit in token.split_contents()[1:]]
    nodes = parser.parse(("endonce",))
    parser.delete_first_token()
    return CachedPartNode(nodes, values)
