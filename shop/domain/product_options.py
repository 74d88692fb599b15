"""Options of a product, the combinations of their values, and what becomes of those when the options change."""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

OPTIONS_MAX = 3
VARIANTS_MAX = 100
NAME_CHARS_MAX = 30
VALUE_CHARS_MAX = 40

# One value of each option, in their order.
Combination = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ProductOption:
    """An option of a product, such as "Warna", and its values in their order."""

    name: str
    values: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class OptionsChange:
    """
    The effect of new options on what is sold: the new combination of each old one that stays, and the combinations that
    are sold anew. Old ones that are not in ``kept`` go.
    """

    kept: dict[Combination, Combination]
    added: tuple[Combination, ...]


def list_combinations(options: Sequence[ProductOption]) -> list[Combination]:
    """List all combinations of values; those of the last option change first. Without options it is the empty one."""
    return list(itertools.product(*(option.values for option in options)))


def title_of(values: Iterable[str]) -> str:
    """Return the title of a combination, such as "Merah, M"; empty without values."""
    return ", ".join(filter(None, values))


def name_with_variant(name: str, title: str) -> str:
    """Return the name of a product with the title of its variant in brackets, if it has one."""
    return f"{name} ({title})" if title else name


def plan_change(
    before: Sequence[ProductOption], after: Sequence[ProductOption], sold: Sequence[Combination]
) -> OptionsChange:
    """
    Return what becomes of the combinations that are sold when a product gets other options.

    An option is the same by its name, or by its place if there are as many as before; a value in the place of one that
    is gone, with as many values as before, is its new name. A new option has its first value in all that is sold. A
    combination of known values that is not sold was taken out on purpose, and stays out.
    """
    sources = [_find_source(place, before, after) for place in range(len(after))]
    renames = [
        _map_values(before[source].values, option.values) if source is not None else {}
        for source, option in zip(sources, after, strict=True)
    ]
    kept: dict[Combination, Combination] = {}
    for old in sold:
        new = tuple(
            option.values[0] if source is None else names.get(old[source], "")
            for source, names, option in zip(sources, renames, after, strict=True)
        )
        if all(new) and new not in kept.values():
            kept[old] = new
    known = [
        {option.values[0]} if source is None else set(names.values())
        for source, names, option in zip(sources, renames, after, strict=True)
    ]
    there = set(kept.values())
    everything = [one for one in list_combinations(after) if one not in there]
    added = [one for one in everything if any(value not in those for value, those in zip(one, known, strict=True))]
    # Something has to be sold.
    return OptionsChange(kept, tuple(added if kept or added else everything))


def _find_source(place: int, before: Sequence[ProductOption], after: Sequence[ProductOption]) -> int | None:
    """Return the place that the option had before; None if it is new."""
    old_names, new_names = ([option.name.casefold() for option in options] for options in (before, after))
    if new_names[place] in old_names:
        return old_names.index(new_names[place])
    return place if len(before) == len(after) and old_names[place] not in new_names else None


def _map_values(before: Sequence[str], after: Sequence[str]) -> dict[str, str]:
    """Return the new name of each value that stays."""
    mapped = {value: value for value in before if value in after}
    if len(before) == len(after):
        mapped |= {old: new for old, new in zip(before, after, strict=True) if old not in after and new not in before}
    return mapped
