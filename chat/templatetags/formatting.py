"""Template filters that render the formatted text of a message, and links in a text."""

from __future__ import annotations

from collections.abc import Collection, Iterable

from django import template
from django.utils.html import conditional_escape, format_html, format_html_join
from django.utils.safestring import SafeString

from chat.domain import formatting
from chat.domain.formatting import Block, Line, Run
from chat.domain.links import split_links
from chat.domain.mentions import mark_mentions

register = template.Library()

_LINK = '<a class="link" href="{0}" target="_blank" rel="noopener noreferrer nofollow" dir="ltr">{0}</a>'
# From the innermost to the outermost, as ``#chat/formatted_body.js`` nests them.
_STYLES = {
    "c": "<code>{}</code>",
    "m": "<mark>{}</mark>",
    "s": "<s>{}</s>",
    "i": "<em>{}</em>",
    "b": "<strong>{}</strong>",
}


@register.filter
def format_message(text: str | None, mentioned: Collection[str] = ()) -> SafeString:
    """
    Render a text with its formatting, and the mentions of these names.

    None is empty, for the blank message that JavaScript clones.
    """
    blocks = mark_mentions(formatting.parse(text), mentioned or ()) if text else []
    if len(blocks) == 1 and blocks[0].kind == "text":
        return _render_lines(blocks[0].lines)
    return _joined(map(_render_block, blocks))


@register.filter
def link_urls(text: str) -> SafeString:
    """Render a text with links where messages have them, and without other formatting."""
    pieces = split_links(text)
    return _joined(format_html(_LINK, one.text) if one.is_link else conditional_escape(one.text) for one in pieces)


def _render_block(block: Block) -> SafeString:
    if block.kind == "bullets":
        return format_html(
            "<ul>{}</ul>", _joined(format_html('<li dir="auto">{}</li>', _render(line)) for line in block.lines)
        )
    if block.kind == "numbers":
        items = (format_html('<li value="{}" dir="auto">{}</li>', line.number, _render(line)) for line in block.lines)
        return format_html("<ol>{}</ol>", _joined(items))
    frames = {
        "text": '<p dir="auto">{}</p>',
        "quote": '<blockquote dir="auto">{}</blockquote>',
        "code": "<pre>{}</pre>",
    }
    return format_html(frames[block.kind], _render_lines(block.lines))


def _render_lines(lines: list[Line]) -> SafeString:
    return format_html_join("\n", "{}", ((_render(line),) for line in lines))


def _render(line: Line) -> SafeString:
    return _joined(map(_render_run, line.runs))


def _render_run(run: Run) -> SafeString:
    shown = format_html(_LINK, run.text) if "a" in run.style else conditional_escape(run.text)
    for letter, frame in _STYLES.items():
        if letter in run.style:
            shown = format_html(frame, shown)
    return shown


def _joined(parts: Iterable[SafeString]) -> SafeString:
    return format_html_join("", "{}", ((part,) for part in parts))
