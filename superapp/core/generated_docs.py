"""Generator of docs/settings.md, docs/errors.md and docs/events.md from the code."""

from __future__ import annotations

import ast
import inspect
import re
from collections.abc import Iterable
from dataclasses import dataclass, fields
from importlib import import_module
from pathlib import Path

from django.apps import apps
from django.utils import translation
from django.utils.module_loading import module_has_submodule

from superapp.core import events
from superapp.core.errors import DomainError

PROJECT_DIRECTORY = Path(__file__).resolve().parent.parent.parent
SETTINGS_FILES = ("settings.py", "sending_settings.py", "qris_settings.py", "money_settings.py", "parcel_settings.py")
GENERATED_NOTICE = "<!-- Made by `manage.py write_docs`; what you write here is overwritten. -->"


@dataclass(frozen=True, slots=True)
class DeclaredVariable:
    """An environment variable, as the settings declare it."""

    name: str
    description: str
    embedded: str
    served: str


def render_pages() -> dict[str, str]:
    """Return all generated pages by path below ``docs/``."""
    return {"settings.md": render_settings_page(), "errors.md": render_errors_page(), "events.md": render_events_page()}


def own_app_directories() -> list[Path]:
    """List the directories of this project's apps."""
    paths = [Path(app.path) for app in apps.get_app_configs()]
    return sorted(
        path for path in paths if path.is_relative_to(PROJECT_DIRECTORY) and "site-packages" not in path.parts
    )


def all_errors() -> list[type[DomainError]]:
    """List all domain errors, in the order of their codes."""
    _import_all("errors")
    found = [error for error in _subclasses(DomainError) if _is_ours(error) and "code" in vars(error)]
    return sorted(found, key=lambda error: error.code)


def all_facts() -> list[type[events.Event]]:
    """List all types of events, in the order of their names."""
    _import_all("events")
    return sorted((fact for fact in events.registered_types() if _is_ours(fact)), key=lambda fact: fact.name)


def all_variables() -> list[DeclaredVariable]:
    """
    List all environment variables in the order of the settings files.

    They are parsed from its source, since each mode executes only some of the declarations.
    """
    declared: list[DeclaredVariable] = []
    for name in SETTINGS_FILES:
        tree = ast.parse((PROJECT_DIRECTORY / "superapp" / name).read_text())
        calls = [node for node in ast.walk(tree) if isinstance(node, ast.Call) and _is_declaration(node)]
        declared += [_declared(call) for call in sorted(calls, key=lambda call: call.lineno)]
    return list({variable.name: variable for variable in declared}.values())


def render_settings_page() -> str:
    rows = [f"| `{one.name}` | {one.embedded} | {one.served} | {_cell(one.description)} |" for one in all_variables()]
    return _page(
        "Settings",
        "Every setting is a variable of the environment. Nothing needs to be set for the embedded server; served, the"
        "\nproduct refuses to start without those that say **must be set**.",
        ["| variable | embedded | served | what it is |", "|---|---|---|---|", *rows],
    )


def render_errors_page() -> str:
    with translation.override("en"):
        rows = [
            f"| `{error.code}` | {error.kind.value} | {_cell(str(error.message))} | {_cell(_first_paragraph(error))} |"
            for error in all_errors()
        ]
    return _page(
        "Errors",
        "Every refusal has a code that never changes, on the socket as on REST. The sentence is for people and comes in"
        "\ntheir language; a program looks at the code alone. `kind` is the HTTP status.",
        ["| code | kind | sentence | when |", "|---|--:|---|---|", *rows],
    )


def render_events_page() -> str:
    rows = [f"| `{fact.name}` | {_field_names(fact)} | {_cell(_first_paragraph(fact))} |" for fact in all_facts()]
    return _page(
        "Facts",
        "What happened, said once in the transaction that made it true and heard at least once, in order per key.",
        ["| fact | fields | what it says |", "|---|---|---|", *rows],
    )


def find_removed_codes(page: str) -> list[str]:
    """List the error codes of an earlier errors page that no error has any more."""
    listed = re.findall(r"^\| `([a-z_.]+)` \|", page, re.MULTILINE)
    return sorted(set(listed) - {error.code for error in all_errors()})


def _page(title: str, introduction: str, table: Iterable[str]) -> str:
    return "\n".join([f"# {title}", "", GENERATED_NOTICE, "", introduction, "", *table, ""])


def _import_all(module: str) -> None:
    for app in apps.get_app_configs():
        if Path(app.path) in own_app_directories() and app.module and module_has_submodule(app.module, module):
            import_module(f"{app.name}.{module}")


def _is_ours(kind: type) -> bool:
    ours = tuple(f"{app.name}." for app in apps.get_app_configs() if Path(app.path) in own_app_directories())
    return kind.__module__.startswith(ours)


def _subclasses(kind: type[DomainError]) -> Iterable[type[DomainError]]:
    for child in kind.__subclasses__():
        yield child
        yield from _subclasses(child)


def _field_names(fact: type[events.Event]) -> str:
    return ", ".join(f"`{field.name}`" for field in fields(fact))


def _first_paragraph(kind: type) -> str:
    return " ".join(inspect.cleandoc(kind.__doc__ or "").partition("\n\n")[0].split())


def _cell(text: str) -> str:
    return text.replace("|", "\\|").replace("``", "`")


def _is_declaration(call: ast.Call) -> bool:
    function = call.func
    return isinstance(function, ast.Attribute) and isinstance(function.value, ast.Name) and function.value.id == "env"


def _declared(call: ast.Call) -> DeclaredVariable:
    name, default, description = call.args
    embedded, served = default, default
    if isinstance(default, ast.UnaryOp):  # not SERVED
        embedded, served = ast.Constant(1), ast.Constant(0)
    if isinstance(default, ast.IfExp):
        is_served_first = isinstance(default.test, ast.Name)
        embedded, served = (default.orelse, default.body) if is_served_first else (default.body, default.orelse)
    return DeclaredVariable(ast.literal_eval(name), ast.literal_eval(description), _shown(embedded), _shown(served))


def _shown(default: ast.expr) -> str:
    """Return a default as an operator would write it, or a description of a computed one."""
    if isinstance(default, ast.Constant):
        if default.value is None:
            return "**must be set**"
        return f"`{default.value!s}`" if default.value != "" else "–"
    text = ast.unparse(default)
    known = {
        "_embedded_secret()": "made on the first start",
        "str(_public.hostname)": "the host of `PUBLIC_URL`",
        "str(BASE_DIR / 'var')": "`var`",
        "port + 100": "`PORT + 100`",
        "port + 200": "`PORT + 200`",
        "str(VAR_DIR / 'static')": "`VAR_DIR/static`",
    }
    if isinstance(default, ast.JoinedStr):
        return f"`{text[2:-1]}`".replace("{_public.hostname}", "{host of PUBLIC_URL}")
    return known.get(text, f"`{text}`")
