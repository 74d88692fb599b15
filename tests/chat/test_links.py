"""Addresses in messages can be tapped, and nothing else can."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from django.urls import reverse

from chat.domain.links import split_links

EXAMPLES = json.loads((Path(__file__).parents[1] / "js" / "links.json").read_text())


@pytest.mark.parametrize("example", EXAMPLES, ids=[example["text"] for example in EXAMPLES])
def test_links_are_found_and_text_is_kept(example):
    found = split_links(example["text"])

    assert [piece.text for piece in found if piece.is_link] == example["links"]
    assert "".join(piece.text for piece in found) == example["text"]


def test_page_links_have_no_referrer(client, make_user, make_direct, post):
    ana, bo = make_user("ana"), make_user("bo")
    talk = make_direct(ana, bo)
    post(talk, bo, "Lihat https://toko.example/?a=1&b=<i>, ya")
    client.force_login(ana)

    page = client.get(reverse("chat:conversation", args=[talk.public_id])).content.decode()
    body = re.search(r'data-part="body"[^>]*>(.*?)</div>', page.partition('id="m-1"')[2])[1]

    assert body == (
        'Lihat <a class="link" href="https://toko.example/?a=1&amp;b=" target="_blank"'
        ' rel="noopener noreferrer nofollow" dir="ltr">https://toko.example/?a=1&amp;b=</a>&lt;i&gt;, ya'
    )
