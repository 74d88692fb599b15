"""Environment variables, each declared once with a description. No other module reads ``os.environ``."""

from __future__ import annotations

import json
import os
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

import phonenumbers
from django.core.exceptions import ImproperlyConfigured

from superapp.core import ip_networks

# At least two labels, so that no list allows a whole top-level domain, and the last is no number, as in an address.
_HOST = re.compile(r"\.?(?:[a-z0-9-]+\.)+[a-z][a-z0-9-]+")


@dataclass(frozen=True)
class Variable:
    name: str
    default: str | None
    description: str


declared_variables: list[Variable] = []


def child_environment(**changes: str) -> dict[str, str]:
    """Return the environment for a child process: ours, with these changes."""
    return {**os.environ, **changes}


def text(name: str, default: str | None, description: str) -> str:
    """
    Read a variable as text.

    :raises ImproperlyConfigured: if it has no default and is not set
    """
    declared_variables.append(Variable(name, default, description))
    value = os.environ.get(name, default)
    if value is None:
        raise ImproperlyConfigured(f"{name} must be set: {description}")
    return value


def integer(name: str, default: int, description: str, *, at_least: int = 0, at_most: int | None = None) -> int:
    """Read a variable as a whole number of at least ``at_least``, and at most ``at_most``."""
    value = text(name, str(default), description)
    try:
        number = int(value)
    except ValueError:
        raise ImproperlyConfigured(f"{name} must be a whole number, not {value!r}") from None
    if number < at_least:
        raise ImproperlyConfigured(f"{name} must be at least {at_least}, not {number}")
    if at_most is not None and number > at_most:
        raise ImproperlyConfigured(f"{name} must be at most {at_most}, not {number}")
    return number


def positive_integer(name: str, default: int, description: str, *, at_most: int | None = None) -> int:
    """Read a variable as a whole number of at least one, and at most ``at_most``."""
    return integer(name, default, description, at_least=1, at_most=at_most)


def port(name: str, default: int, description: str) -> int:
    """Read a variable as a port to listen on."""
    return positive_integer(name, default, description, at_most=65_535)


def url(name: str, default: str | None, description: str, *, schemes: Sequence[str]) -> str:
    """Read a variable as an address of one of these schemes with a host, or empty where nothing must be set."""
    value = text(name, default, description)
    parts = urlsplit(value)
    if value != (default or "") and (parts.scheme not in schemes or not parts.hostname):
        raise ImproperlyConfigured(
            f"{name} must begin with {' or '.join(f'{one}://' for one in schemes)} and name a host"
        )
    return value


def host_list(name: str, default: str, description: str) -> list[str]:
    """Read a variable as a list of host names; one that begins with a dot stands for all below it."""
    listed = [host.lower() for host in string_list(name, default, description)]
    for host in listed:
        if not _HOST.fullmatch(host):
            raise ImproperlyConfigured(
                f"{name} must be host names such as push.example or .push.example, and {host!r} is none"
            )
    return listed


def string_list(name: str, default: str | None, description: str) -> list[str]:
    """Read a variable as a list, separated by commas."""
    return [word.strip() for word in text(name, default, description).split(",") if word.strip()]


def network_list(name: str, default: str | None, description: str) -> list[str]:
    """Read a variable as a list of addresses and networks, separated by commas."""
    try:
        return ip_networks.parse_trusted_networks(string_list(name, default, description))
    except ValueError as error:
        raise ImproperlyConfigured(f"{name}: {error}") from None


def country_list(name: str, default: str, description: str) -> list[str]:
    """Read a variable as a list of at least one country code of two letters (ISO 3166)."""
    listed = [word.upper() for word in string_list(name, default, description)]
    unknown = [country for country in listed if not phonenumbers.country_code_for_region(country)]
    if unknown or not listed:
        wrong = ", ".join(unknown) or "nothing"
        raise ImproperlyConfigured(f"{name} must be countries of two letters, such as ID, and {wrong} is none")
    return listed


def boolean(name: str, default: bool, description: str) -> bool:
    """Read a variable as a boolean, 1 or 0."""
    value = text(name, "1" if default else "0", description)
    if value not in ("0", "1"):
        raise ImproperlyConfigured(f"{name} must be 0 or 1, not {value!r}")
    return value == "1"


def json_object(name: str, default: str, description: str) -> dict[str, Any]:
    """Read a variable as a JSON object."""
    value = text(name, default, description)
    try:
        read = json.loads(value)
    except ValueError:
        read = None
    if not isinstance(read, dict):
        raise ImproperlyConfigured(f"{name} must be a JSON object, not {value!r}")
    return read
