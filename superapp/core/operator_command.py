"""
Base and helpers of commands for operators: messages are in English, and an error names the argument it is about.

They refuse a database of another version: a newer one has rules that this code does not know, and an older one
lacks what this code needs.
"""

from __future__ import annotations

from argparse import ArgumentTypeError
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any, TypeVar

from django.core.management.base import BaseCommand, CommandError
from django.db import connection
from django.utils import translation

from superapp.core import schema_version
from superapp.core.errors import DomainError

PORT_MAX = 65_535

Found = TypeVar("Found")


class OperatorCommand(BaseCommand):
    """A command for the operator of an instance that is set up."""

    def execute(self, *args: Any, **options: Any) -> str | None:
        schema_version.require_same(connection)
        return super().execute(*args, **options)


def look_up(argument: str, word: str, find: Callable[[str], Found]) -> Found:
    """
    Return what ``find`` returns for the argument's value.

    :raises CommandError: naming the argument and the value, if ``find`` refuses it
    """
    try:
        return find(word)
    except DomainError as refusal:
        raise _about(argument, word, refusal) from None


def port(text: str) -> int:
    """
    Parse the number of a port, for argparse.

    :raises ArgumentTypeError: if it is none
    """
    if not text.isdecimal() or int(text) > PORT_MAX:
        raise ArgumentTypeError(f"'{text}' is no port: a whole number from 0 (any free one) to {PORT_MAX}")
    return int(text)


@contextmanager
def refusals(arguments: Mapping[str, tuple[Any, ...]]) -> Iterator[None]:
    """
    Convert a domain error of the block into an error of the command.

    ``arguments`` maps each argument to its value and to what is about it: error classes, or the values of an
    error's ``field`` or ``detail``.

    :raises CommandError: if the block raised a domain error
    """
    try:
        yield
    except DomainError as refusal:
        for argument, (word, *about) in arguments.items():
            if {type(refusal), refusal.params.get("field"), refusal.params.get("detail")} & set(about):
                raise _about(argument, word, refusal) from None
        raise CommandError(_in_english(refusal)) from None


def _about(argument: str, word: object, refusal: DomainError) -> CommandError:
    return CommandError(f"argument {argument}: '{word}': {_in_english(refusal)}")


def _in_english(refusal: DomainError) -> str:
    # Operators read English, whatever language the instance uses for its users.
    with translation.override("en"):
        return str(refusal.body()["message"])
