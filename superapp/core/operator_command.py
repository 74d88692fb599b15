"""
Commands that an operator types: they read alike, in English, and a refusal names the argument that it is about.

None of them works on a database of another version: a newer one keeps rules that this code does not know, and an older
one lacks what this code asks for.
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
    Return what ``find`` makes of the word that was given for the argument.

    :raises CommandError: naming the argument and the word, if that is refused
    """
    try:
        return find(word)
    except DomainError as refusal:
        raise _about(argument, word, refusal) from None


def port(text: str) -> int:
    """
    Read the number of a port, for argparse.

    :raises ArgumentTypeError: if it is none
    """
    if not text.isdecimal() or int(text) > PORT_MAX:
        raise ArgumentTypeError(f"'{text}' is no port: a whole number from 0 (any free one) to {PORT_MAX}")
    return int(text)


@contextmanager
def refusals(arguments: Mapping[str, tuple[Any, ...]]) -> Iterator[None]:
    """
    Turn a refusal inside the block into one of the command.

    Each argument stands with its word and with what is about it: classes of refusals, or fields that they name.

    :raises CommandError: if the block was refused
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
    # Operators read English, whatever language the instance speaks to its users.
    with translation.override("en"):
        return str(refusal.body()["message"])
