"""Answering one command, whichever door it came through."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any, TypeVar

import msgspec
import structlog
from django.db import DatabaseError, DataError, InterfaceError
from django.utils import translation
from prometheus_client import Histogram

from superapp.core import machine_faults
from superapp.core.errors import DomainError, Fault, InputInvalid, Unavailable
from superapp.realtime.registry import Command, Shape

# What a client's number type holds exactly, and every database column too.
WHOLE_MAX = 2**53 - 1

command_seconds = Histogram(
    "nusa_command_seconds",
    "From reading a command to handing over its answer.",
    ["command", "outcome"],
    buckets=(0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 1, 5),
)
log = structlog.get_logger(__name__)
R = TypeVar("R")
S = TypeVar("S", bound=Shape)


def fields(command: Command, text: str | bytes) -> Shape:
    """
    The fields of a command, read from its frame or body.

    :raises InputInvalid: if a field is missing, has the wrong type, or holds what nobody can store
    """
    return read(command.decoder.decode, text)


def read(decode: Callable[[str | bytes], S], text: str | bytes) -> S:
    """The same for any shape."""
    try:
        shape = decode(text)
    except (msgspec.MsgspecError, ValueError, RecursionError) as error:
        raise InputInvalid(detail=str(error)) from None
    return _storable(shape)


def converted(command: Command, values: dict[str, Any], *, strict: bool) -> Shape:
    """The same from values that were parsed already; not ``strict`` where all of them are written as text."""
    try:
        shape = msgspec.convert(values, command.shape, strict=strict)
    except (msgspec.MsgspecError, ValueError, RecursionError) as error:
        raise InputInvalid(detail=str(error)) from None
    return _storable(shape)


def _storable(shape: S) -> S:
    try:
        for name in shape.__struct_fields__:
            _refuse_what_cannot_be_stored(getattr(shape, name))
    except RecursionError:
        raise InputInvalid(detail="a value is nested too deeply") from None
    return shape


def _refuse_what_cannot_be_stored(value: Any) -> None:
    kind = type(value)
    if kind is str:
        if "\x00" in value:
            raise InputInvalid(detail="a text holds U+0000")
    elif kind is int:
        if not -WHOLE_MAX <= value <= WHOLE_MAX:
            raise InputInvalid(detail="a number is too large")
    elif kind in (list, tuple):
        for item in value:
            _refuse_what_cannot_be_stored(item)
    elif kind is dict:
        for key, item in value.items():
            _refuse_what_cannot_be_stored(key)
            _refuse_what_cannot_be_stored(item)


def in_language(language: str, function: Callable[..., R], *args: object) -> R:
    """Call a function in a language; every way to fail comes out as a ``DomainError``."""
    with translation.override(language):
        return safely(function, *args)


def safely(function: Callable[..., R], *args: object) -> R:
    """Call a function; every way to fail comes out as a ``DomainError``."""
    try:
        return function(*args)
    except Exception as error:
        raise refusal(error, function.__qualname__) from error


def refusal(error: BaseException, where: str) -> DomainError:
    """What the asker is told about an exception. What was not anticipated is written down here, once."""
    if isinstance(error, DomainError):
        return error
    if isinstance(error, DataError):
        log.warning("data_refused", where=where, error=str(error))
        return InputInvalid(detail="a value cannot be stored")
    if isinstance(error, (DatabaseError, InterfaceError)):
        log.warning("database_unavailable", where=where, error=str(error))
        return Unavailable(retry_after=1)
    if machine_faults.is_of_disk(error):
        log.error("disk_refuses", where=where, error=str(error))
        return Unavailable(retry_after=5)
    log.error("command_fault", where=where, exc_info=error)
    return Fault(retry_after=5)


_series: dict[tuple[str, str], Histogram] = {}


def observe(command: str, outcome: str, began: float) -> None:
    """Count one command that began at this ``perf_counter``."""
    # Looking a series up by its labels costs more than counting.
    series = _series.get((command, outcome))
    if series is None:
        series = _series[command, outcome] = command_seconds.labels(command, outcome)
    series.observe(time.perf_counter() - began)
