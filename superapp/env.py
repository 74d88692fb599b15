"""The environment: every variable that is read, declared once with a sentence. Nothing else reads ``os.environ``."""

from __future__ import annotations

import json
import os
from dataclasses import dataclass
from typing import Any

import phonenumbers
from django.core.exceptions import ImproperlyConfigured

from superapp.core import addresses


@dataclass(frozen=True)
class Variable:
    name: str
    default: str | None
    sentence: str


declared: list[Variable] = []


def passed_on(**changes: str) -> dict[str, str]:
    """The environment for a process that we start: ours, with these changes."""
    return {**os.environ, **changes}


def text(name: str, default: str | None, sentence: str) -> str:
    """The variable's text. Without a default it must be set."""
    declared.append(Variable(name, default, sentence))
    value = os.environ.get(name, default)
    if value is None:
        raise ImproperlyConfigured(f"{name} must be set: {sentence}")
    return value


def whole(name: str, default: int, sentence: str) -> int:
    """The variable as a whole number."""
    value = text(name, str(default), sentence)
    try:
        return int(value)
    except ValueError:
        raise ImproperlyConfigured(f"{name} must be a whole number, not {value!r}") from None


def some(name: str, default: int, sentence: str, *, at_most: int | None = None) -> int:
    """The variable as a whole number of at least one, and at most ``at_most``."""
    number = whole(name, default, sentence)
    if number < 1:
        raise ImproperlyConfigured(f"{name} must be at least 1, not {number}")
    if at_most is not None and number > at_most:
        raise ImproperlyConfigured(f"{name} must be at most {at_most}, not {number}")
    return number


def words(name: str, default: str | None, sentence: str) -> list[str]:
    """The variable as a list, separated by commas."""
    return [word.strip() for word in text(name, default, sentence).split(",") if word.strip()]


def networks(name: str, default: str | None, sentence: str) -> list[str]:
    """The variable as a list of addresses and networks, separated by commas."""
    try:
        return addresses.trusted_networks(words(name, default, sentence))
    except ValueError as error:
        raise ImproperlyConfigured(f"{name}: {error}") from None


def countries(name: str, default: str, sentence: str) -> list[str]:
    """The variable as countries of two letters (ISO 3166), at least one."""
    listed = [word.upper() for word in words(name, default, sentence)]
    unknown = [country for country in listed if not phonenumbers.country_code_for_region(country)]
    if unknown or not listed:
        wrong = ", ".join(unknown) or "nothing"
        raise ImproperlyConfigured(f"{name} must be countries of two letters, such as ID, and {wrong} is none")
    return listed


def yes(name: str, default: bool, sentence: str) -> bool:
    """The variable as yes (1) or no (0)."""
    value = text(name, "1" if default else "0", sentence)
    if value not in ("0", "1"):
        raise ImproperlyConfigured(f"{name} must be 0 or 1, not {value!r}")
    return value == "1"


def mapping(name: str, default: str, sentence: str) -> dict[str, Any]:
    """The variable as a JSON object."""
    value = text(name, default, sentence)
    try:
        read = json.loads(value)
    except ValueError:
        read = None
    if not isinstance(read, dict):
        raise ImproperlyConfigured(f"{name} must be a JSON object, not {value!r}")
    return read
