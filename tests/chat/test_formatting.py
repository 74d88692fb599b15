"""Formatting as people type it: one grammar for the server and for JavaScript, and never HTML from text."""

from __future__ import annotations

import json
import re
import time
from pathlib import Path

import pytest
from django.urls import reverse

from chat.domain.formatting import Block, parse, plain

EXAMPLES = json.loads((Path(__file__).parents[1] / "js" / "formatting.json").read_text())
HOSTILE = ["*a ", "*_~", "`", "``` ", "> ", " *a* _b_", "`\n", "https://a.b*_~", "- \n", "```a"]


def short(block: Block) -> list[object]:
    """A block as the examples write it: its kind, then a list for each line."""
    lines = []
    for line in block.lines:
        runs = [f"{run.style}:{run.text}" if run.style else run.text for run in line.runs]
        lines.append(runs if line.number is None else [line.number, *runs])
    return [block.kind, *lines]


@pytest.mark.parametrize("example", EXAMPLES, ids=[example["text"] for example in EXAMPLES])
def test_formatting_is_parsed_and_previews_are_plain_text(example):
    assert [short(block) for block in parse(example["text"])] == example["blocks"]
    assert plain(example["text"]) == example["plain"]


@pytest.mark.parametrize("part", HOSTILE)
def test_formatting_of_hostile_text_takes_linear_time(part):
    def seconds(times: int) -> float:
        began = time.process_time()
        parse(part * times)
        return time.process_time() - began

    # Quadratic work would take a hundred times as long, and seconds.
    few = min(seconds(400) for _ in range(3))
    many = min(seconds(4_000) for _ in range(3))
    assert many < max(30 * few, 0.05)


def body_on_page(client, reader, talk) -> str:
    client.force_login(reader)
    page = client.get(reverse("chat:conversation", args=[talk.public_id])).content.decode()
    return re.search(r'data-part="body"[^>]*>(.*?)</div>', page.partition('id="m-1"')[2], re.DOTALL)[1]


def test_page_shows_formatting_as_elements(client, make_user, make_direct, post):
    ana, bo = make_user("ana"), make_user("bo")
    talk = make_direct(ana, bo)
    post(talk, bo, "*Belanja* `ya`\n- gula\n- _kopi_\n2. teh\n> kata Ibu\n> besok\n```\na\n b\n```\n~tidak~")

    assert body_on_page(client, ana, talk) == (
        '<p dir="auto"><strong>Belanja</strong> <code>ya</code></p>'
        '<ul><li dir="auto">gula</li><li dir="auto"><em>kopi</em></li></ul><ol><li value="2" dir="auto">teh</li></ol>'
        '<blockquote dir="auto">kata Ibu\nbesok</blockquote><pre><code>a\n b</code></pre><p dir="auto"><s>tidak</s></p>'
    )


def test_page_shows_markup_in_formatted_text_as_text(client, make_user, make_direct, post):
    ana, bo = make_user("ana"), make_user("bo")
    talk = make_direct(ana, bo)
    post(talk, bo, "*<img src=x onerror=alert(1)>* `</code><script>`")

    assert body_on_page(client, ana, talk) == (
        "<strong>&lt;img src=x onerror=alert(1)&gt;</strong> <code>&lt;/code&gt;&lt;script&gt;</code>"
    )


def test_list_and_quote_show_formatted_text_as_plain_text(client, make_user, make_direct, post):
    ana, bo = make_user("ana"), make_user("bo")
    talk = make_direct(ana, bo)
    post(talk, bo, "*Tebal*\n- satu")
    post(talk, bo, "_oke_", reply_to=1)
    client.force_login(ana)

    page = client.get(reverse("chat:conversation", args=[talk.public_id])).content.decode()

    assert re.search(r'data-part="quote-text"[^>]*>Tebal • satu<', page)
    assert re.search(r'<bdi data-part="text">oke<', page)
