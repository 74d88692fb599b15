"""Request schemas of addresses."""

from __future__ import annotations

from typing import Annotated

from msgspec import Meta

from superapp.addresses.domain.region_words import QUERY_CHARS_MAX
from superapp.addresses.domain.regions import CODE_CHARS_MAX
from superapp.realtime.registry import RequestSchema


class RegionsRequest(RequestSchema, frozen=True):
    search: Annotated[str, Meta(max_length=QUERY_CHARS_MAX)] = ""
    within: Annotated[str, Meta(max_length=CODE_CHARS_MAX)] = ""
