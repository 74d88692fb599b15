"""Texts that people write: where they stand in schemas, models and templates, and whether they are clean."""

from __future__ import annotations

import re
import unicodedata
from pathlib import Path

import msgspec.inspect
from django.db import models

from tests.security.references import ROOT


def strings(shape, path):
    """The paths of everything in a shape that is a string."""
    info = shape if isinstance(shape, msgspec.inspect.Type) else msgspec.inspect.type_info(shape)
    if isinstance(info, msgspec.inspect.StrType):
        yield path
    elif isinstance(info, msgspec.inspect.StructType):
        for field in info.fields:
            yield from strings(field.type, f"{path}.{field.encode_name}")
    else:
        inner = [getattr(info, name, None) for name in ("type", "item_type", "key_type", "value_type")]
        for one in [*inner, *getattr(info, "types", ()), *getattr(info, "item_types", ())]:
            if one is not None:
                yield from strings(one, path)


def text_fields(model):
    return [
        field
        for field in model._meta.fields
        if isinstance(field, models.CharField | models.TextField | models.JSONField)
    ]


def is_dirty(text):
    marks = "".join("m" if unicodedata.category(char) in ("Mn", "Me") else "." for char in text)
    return bool(re.search("[\u202a-\u202e\x00-\x08\x0b-\x1f]|\\\\u001b", text)) or "m" * 9 in marks


def templates() -> list[Path]:
    return [
        path
        for app in ("angpao", "chat", "payments", "peer_payments", "shop", "superapp")
        for path in (ROOT / app).rglob("templates/**/*.html")
    ]
