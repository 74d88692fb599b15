"""Execution of one command, from the socket or from REST."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any, TypeVar

import msgspec
import structlog
from django.db import DatabaseError, DataError, InterfaceError
from django.utils import translation
from prometheus_client import Histogram

from superapp.core import infrastructure_errors
from superapp.core.errors import DomainError, InputInvalid, InternalError, Unavailable
from superapp.realtime.registry import Command, RequestSchema

# The largest integer that JavaScript represents exactly, and that any database column can hold.
INTEGER_MAX = 2**53 - 1

command_seconds = Histogram(
    "nusa_command_seconds",
    "Time from reading a command to sending its response.",
    ["command", "outcome"],
    buckets=(0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 1, 5),
)
log = structlog.get_logger(__name__)
R = TypeVar("R")
S = TypeVar("S", bound=RequestSchema)


def decode_command(command: Command, text: str | bytes) -> RequestSchema:
    """
    Decode the fields of a command from its frame or body.

    :raises InputInvalid: if a field is missing, has the wrong type, or cannot be stored
    """
    return decode_request(command.decoder.decode, text)


def decode_request(decode: Callable[[str | bytes], S], text: str | bytes) -> S:
    """
    Decode JSON into a request schema.

    :raises InputInvalid: if a field is missing, has the wrong type, or cannot be stored
    """
    try:
        schema = decode(text)
    except (msgspec.MsgspecError, ValueError, RecursionError) as error:
        raise InputInvalid(detail=str(error)) from None
    return _require_storable(schema)


def convert_fields(schema: type[S], values: dict[str, Any], *, strict: bool) -> S:
    """
    Convert parsed values to a request schema; not ``strict`` where all values are text (query strings).

    :raises InputInvalid: if a field is missing, has the wrong type, or cannot be stored
    """
    try:
        fields = msgspec.convert(values, schema, strict=strict)
    except (msgspec.MsgspecError, ValueError, RecursionError) as error:
        raise InputInvalid(detail=str(error)) from None
    return _require_storable(fields)


def _require_storable(schema: S) -> S:
    try:
        for name in schema.__struct_fields__:
            _refuse_what_cannot_be_stored(getattr(schema, name))
    except RecursionError:
        raise InputInvalid(detail="a value is nested too deeply") from None
    return schema


def _refuse_what_cannot_be_stored(value: Any) -> None:
    kind = type(value)
    if kind is str:
        if "\x00" in value:
            raise InputInvalid(detail="a text holds U+0000")
    elif kind is int:
        if not -INTEGER_MAX <= value <= INTEGER_MAX:
            raise InputInvalid(detail="a number is too large")
    elif isinstance(value, msgspec.Struct):
        for name in value.__struct_fields__:
            _refuse_what_cannot_be_stored(getattr(value, name))
    elif kind in (list, tuple):
        for item in value:
            _refuse_what_cannot_be_stored(item)
    elif kind is dict:
        for key, item in value.items():
            _refuse_what_cannot_be_stored(key)
            _refuse_what_cannot_be_stored(item)


def call_in_language(language: str, function: Callable[..., R], *args: object) -> R:
    """Call a function with a language activated; every exception is raised as a ``DomainError``."""
    with translation.override(language):
        return call_safely(function, *args)


def call_safely(function: Callable[..., R], *args: object) -> R:
    """Call a function; every exception is raised as a ``DomainError``."""
    try:
        return function(*args)
    except Exception as error:
        raise to_domain_error(error, function.__qualname__) from error


def to_domain_error(error: BaseException, where: str) -> DomainError:
    """Map an exception to a ``DomainError``, and log it if it is not a ``DomainError`` already."""
    if isinstance(error, DomainError):
        return error
    if isinstance(error, DataError):
        log.warning("data_refused", where=where, error=infrastructure_errors.summarize(error))
        return InputInvalid(detail="a value cannot be stored")
    if isinstance(error, (DatabaseError, InterfaceError)):
        log.warning("database_unavailable", where=where, error=infrastructure_errors.summarize(error))
        return Unavailable(retry_after=1)
    if infrastructure_errors.is_of_disk(error):
        log.error("disk_refuses", where=where, error=str(error))
        return Unavailable(retry_after=5)
    log.error("command_fault", where=where, exc_info=error)
    return InternalError(retry_after=5)


_series: dict[tuple[str, str], Histogram] = {}


def observe_command(command: str, outcome: str, began: float) -> None:
    """Record the duration and outcome of a command that began at this ``perf_counter``."""
    # Looking up a series by its labels costs more than observing.
    series = _series.get((command, outcome))
    if series is None:
        series = _series[command, outcome] = command_seconds.labels(command, outcome)
    series.observe(time.perf_counter() - began)
