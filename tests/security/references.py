"""Call graph of the product, read from the source: which functions can come to move money."""

from __future__ import annotations

import ast
from collections import defaultdict
from collections.abc import Iterable
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PACKAGES = ("angpao", "payments", "peer_payments", "shop", "chat", "superapp")

# A function of the product: its module, and its name; methods by the name of their class, too.
Function = tuple[str, str]


class Module:
    """One module: what it defines, and which names it took from where."""

    def __init__(self, path: Path) -> None:
        self.name = ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")
        self.functions: dict[str, ast.AST] = {}
        self.imports: dict[str, tuple[str, str]] = {}
        tree = ast.parse(path.read_text())
        for node in ast.walk(tree):
            if isinstance(node, ast.ImportFrom) and node.module:
                for name in node.names:
                    self.imports[name.asname or name.name] = (node.module, name.name)
        for node in tree.body:
            if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
                self.functions[node.name] = node
            elif isinstance(node, ast.ClassDef):
                for method in node.body:
                    if isinstance(method, (ast.FunctionDef, ast.AsyncFunctionDef)):
                        self.functions[f"{node.name}.{method.name}"] = method


@cache
def modules() -> dict[str, Module]:
    found = (
        Module(path)
        for package in PACKAGES
        for path in sorted((ROOT / package).rglob("*.py"))
        if "migrations" not in path.parts
    )
    return {module.name: module for module in found}


def leading_to(targets: Iterable[Function]) -> set[Function]:
    """Return every function from which one of these is reached, however far; the targets themselves too."""
    callers: dict[Function, set[Function]] = defaultdict(set)
    for module in modules().values():
        for name, node in module.functions.items():
            for used in _used(module, node):
                callers[used].add((module.name, name))
    reached, waiting = set(targets), list(targets)
    while waiting:
        for caller in callers[waiting.pop()] - reached:
            reached.add(caller)
            waiting.append(caller)
    return reached


def _used(module: Module, function: ast.AST) -> Iterable[Function]:
    """Every function that is named in a function, whether it is called there or handed on."""
    for node in ast.walk(function):
        if isinstance(node, ast.Name):
            yield _resolved(module.name, node.id)
        elif isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name):
            base = node.value.id
            if base == "self":
                yield from ((module.name, name) for name in module.functions if name.endswith(f".{node.attr}"))
            elif base in module.imports:
                source, name = module.imports[base]
                yield _resolved(f"{source}.{name}", node.attr)


def _resolved(module: str, name: str) -> Function:
    """Return where a name that a module knows is defined, following re-exports."""
    seen: set[Function] = set()
    while (module, name) not in seen:
        seen.add((module, name))
        known = modules().get(module)
        if known is not None and name not in known.functions:
            module, name = known.imports.get(name, (module, name))
    return module, name
