"""
Compiled queries: querysets that are built and turned into SQL once, and filled with other values from then on.

Building a queryset and writing its SQL takes Django several times as long as running it, for the queries that every
device asks when it comes back. On PostgreSQL the statement stays prepared, too.
"""

from __future__ import annotations

import copy
import threading
from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar
from uuid import UUID

from django.db import connection
from django.db.models import QuerySet
from django.db.models.sql.compiler import SQLCompiler

from superapp.core import prepared

# A model, or a tuple of ``values_list``.
Row = TypeVar("Row")
# A number, the public id of a row, numbers for a condition with ``__in``, or None for a value that there is not.
Value = int | UUID | Sequence[int] | None

# Options may come from clients, such as a limit of rows; a query keeps the plans of so many combinations.
PLANS_MAX = 32

# Numbers and ids that stand for values while the SQL is written; nothing else in a query looks like them.
_FIRST_MARKER = 4_611_686_018_427_000_000


@dataclass(frozen=True, slots=True)
class _Plan:
    """A queryset with its SQL. ``slots`` has, for each parameter, the position of its value or the constant itself."""

    queryset: QuerySet[Any]
    compiler: SQLCompiler
    sql: str
    slots: tuple[tuple[int | None, Any], ...]


class CompiledQuery(Generic[Row]):
    """
    A queryset with open values.

    ``build`` makes the queryset from them. They may stand only where SQL has parameters: on the right of a condition.
    What changes the SQL itself, such as a limit, is given as an option. There is a plan for each combination of options
    and of values that are None. A list is filled up to a power of two with its last number, so that there are few.
    """

    def __init__(self, build: Callable[..., QuerySet[Any, Row]]) -> None:
        self._build = build
        self._plans: dict[Hashable, _Plan] = {}
        self._lock = threading.Lock()

    def fetch(self, *values: Value, **options: Hashable) -> list[Row]:
        """Fetch the rows for these values; none if one of them is an empty list."""
        if any(isinstance(value, Sequence) and not value for value in values):
            return []
        flat = [_flat(value) for value in values]
        plan = self._plan(tuple(map(len, flat)), values, options)
        given = [_to_parameter(one) for group in flat for one in group]
        parameters = [constant if position is None else given[position] for position, constant in plan.slots]

        compiler = copy.copy(plan.compiler)
        compiler.connection = connection
        compiler.execute_sql = lambda *_words, **_options: [_fetch_all(plan.sql, parameters)]  # type: ignore[assignment,method-assign]  # Django's own, of this copy alone.
        queryset = plan.queryset.all()
        queryset.query.get_compiler = lambda *_using, **_options: compiler  # type: ignore[method-assign]
        return list(queryset)

    def _plan(self, sizes: tuple[int, ...], values: Sequence[Value], options: dict[str, Hashable]) -> _Plan:
        key = (connection.vendor, sizes, tuple(isinstance(value, Sequence) for value in values), *options.items())
        plan = self._plans.get(key)
        if plan is None:
            plan = self._compile(sizes, values, options)
            with self._lock:
                if len(self._plans) >= PLANS_MAX:
                    del self._plans[next(iter(self._plans))]
                self._plans[key] = plan
        return plan

    def _compile(self, sizes: tuple[int, ...], values: Sequence[Value], options: dict[str, Hashable]) -> _Plan:
        """
        Write the SQL with markers for the values.

        :raises TypeError: if a value became a part of the SQL, or was changed on its way into the parameters
        """
        markers = _markers(sizes, values)
        queryset = self._build(*markers, **options)
        compiler = queryset.query.get_compiler(using=queryset.db)
        sql, parameters = compiler.as_sql()
        flat = [one for marker in markers for one in _flat(marker)]
        positions = {_to_parameter(marker): position for position, marker in enumerate(flat)}
        slots = tuple(
            (positions[parameter], None) if _is_marker(parameter, positions) else (None, parameter)
            for parameter in parameters
        )
        if {position for position, _constant in slots if position is not None} != set(positions.values()):
            raise TypeError(f"not every value is a parameter of: {sql}")
        return _Plan(queryset, compiler, sql, slots)


def _flat(value: Value) -> list[int | UUID]:
    if value is None:
        return []
    if not isinstance(value, Sequence):
        return [value]
    size = 1 << (len(value) - 1).bit_length()
    return [*value, *[value[-1]] * (size - len(value))]


def _markers(sizes: tuple[int, ...], values: Sequence[Value]) -> list[Value]:
    numbers = iter(range(_FIRST_MARKER, _FIRST_MARKER + sum(sizes)))

    def marker(value: Value, size: int) -> Value:
        if isinstance(value, Sequence):
            return [next(numbers) for _ in range(size)]
        if isinstance(value, UUID):
            return UUID(int=next(numbers))
        return None if value is None else next(numbers)

    return [marker(value, size) for value, size in zip(values, sizes, strict=True)]


def _to_parameter(value: int | UUID) -> int | UUID | str:
    """SQLite stores an id as its hexadecimal digits."""
    if isinstance(value, UUID) and not connection.features.has_native_uuid_field:
        return value.hex
    return value


def _is_marker(parameter: object, positions: dict[Any, int]) -> bool:
    return isinstance(parameter, int | UUID | str) and parameter in positions


def _fetch_all(sql: str, parameters: Sequence[Any]) -> list[tuple[Any, ...]]:
    with prepared.cursor() as cursor:
        cursor.execute(sql, parameters)
        rows: list[tuple[Any, ...]] = cursor.fetchall()
        return rows
