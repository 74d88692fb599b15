"""
The rules of the house, which no linter knows. Each takes a file and says what breaks it.

A rule that has exceptions names them with a reason. An exception that nobody uses any more is itself a breach.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Callable, Iterator
from pathlib import PurePosixPath

Breaches = Iterator[str]
CodeRule = Callable[[str, ast.Module], Breaches]
TextRule = Callable[[str, str], Breaches]

FUNCTION_LINES_MAX = 70
FILE_LINES_MAX = 400

CATCH_ALL_NAMES = {"utils", "util", "helpers", "helper", "services", "service", "managers", "common", "misc"}

# Who may catch everything, how often, and why: the job is to write it down and go on, and nothing is lost by it.
ALLOWED_BROAD_EXCEPTS = {
    "shop/maintenance/order_timers.py": (1, "whatever stops one timer is logged, and the others have their turn"),
    "superapp/core/batching.py": (1, "a batch that fails is run again one by one, and the asker gets the fault"),
    "superapp/core/jobs.py": (2, "a job keeps its row whatever happens, and is tried again"),
    "superapp/core/outbox.py": (1, "a fact whose handler fails is tried again later, and parked in the end"),
    "superapp/core/scheduler.py": (2, "whatever one task or item meets, the others have their turn"),
    "superapp/realtime/hub.py": (1, "one hint must not silence the others"),
    "superapp/realtime/socket_connection.py": (3, "one socket that breaks must not silence the others"),
    "superapp/realtime/rest.py": (
        1,
        "the edge of REST: the fault is counted, and raised again as what it is called there",
    ),
    "superapp/realtime/command_execution.py": (
        1,
        "the edge: what nobody anticipated is written down once and answered as a fault",
    ),
    "superapp/realtime/consumer.py": (1, "the same edge, for a command that fails before it is awaited"),
}

# Who may lock rows, so that the order of locks can be read in few places. ``me`` is everybody's counter, taken last.
MODULES_THAT_LOCK = {"queries", "log", "log_rows", "ledger", "outbox", "me", "writers"}

# Names of things that no browser ever asks for.
NAMESPACES = {"www.w3.org", "schema.org", "www.sitemaps.org", "base.google.com"}
OWN_HOSTS = re.compile(r"^(localhost|127\.0\.0\.1|0\.0\.0\.0|testserver|[a-z0-9.-]+\.(example|invalid|test)|example)$")

DOMAIN = {
    "models",
    "actions",
    "queries",
    "push",
    "log",
    "ledger",
    "api",
    "events",
    "errors",
    "contracts",
    "domain",
    "writers",
}
# A docstring that opens with one of these is a riddle until its second half is read.
UNCLEAR_OPENERS = re.compile(
    r"(I|You|He|She|It|We|They|This|That|These|Those|Its|Their|His|Her|My|Our|Your|One's|What|Whatever|Who|Whose|Whom"
    r"|Whoever|Whomever|Which|Whichever|Nobody|Somebody|Anybody|Everybody|Someone|Anyone|Everyone|Nothing|Something"
    r"|Anything|Everything|None|How|However|Why|Where|Wherever|When|Whenever|Whether|Neither|Both|Some|Another|Such"
    r"|There|Here)\b",
    re.IGNORECASE,
)
EDGE_PACKAGES = ("rest_framework", "channels", "django.http")


def calls(tree: ast.AST, *names: str) -> Iterator[ast.Call]:
    """Calls of these names, whatever they are called on."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and _last_name(node.func) in names:
            yield node


def imports(tree: ast.AST) -> Iterator[tuple[str, int]]:
    """Yield every imported name with its line."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from ((alias.name, node.lineno) for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield from ((f"{node.module}.{alias.name}", node.lineno) for alias in node.names)


def _last_name(node: ast.AST) -> str:
    if isinstance(node, ast.Attribute):
        return node.attr
    return node.id if isinstance(node, ast.Name) else ""


def _dotted(node: ast.AST) -> str:
    if isinstance(node, ast.Attribute):
        return f"{_dotted(node.value)}.{node.attr}"
    return node.id if isinstance(node, ast.Name) else ""


def _is_migration(path: str) -> bool:
    return "/migrations/" in path


def long_functions(path: str, tree: ast.Module) -> Breaches:
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            lines = (node.end_lineno or node.lineno) - node.lineno + 1
            if lines > FUNCTION_LINES_MAX:
                yield f"{path}:{node.lineno} {node.name} has {lines} lines; {FUNCTION_LINES_MAX} fit on a screen"


def broad_excepts(path: str, tree: ast.Module) -> Breaches:
    found = list(_broad_excepts(path, tree))
    allowed, _why = ALLOWED_BROAD_EXCEPTS.get(path, (0, ""))
    if len(found) > allowed:
        yield from found
    if len(found) < allowed:
        yield f"{path} catches everything {len(found)} times, and {allowed} are allowed: allow no more than needed"


def _broad_excepts(path: str, tree: ast.Module) -> Breaches:
    for node in ast.walk(tree):
        if not isinstance(node, ast.ExceptHandler):
            continue
        caught = node.type.elts if isinstance(node.type, ast.Tuple) else [node.type]
        is_greedy = any(kind is None or _last_name(kind) in ("Exception", "BaseException") for kind in caught)
        last = node.body[-1]
        passes_on = isinstance(last, ast.Raise) and last.exc is None
        if is_greedy and not passes_on:
            yield f"{path}:{node.lineno} catches everything"


def partial_commit_hooks(path: str, tree: ast.Module) -> Breaches:
    # Django 5.2 names a failed robust hook by __qualname__, which a partial lacks: the failure escapes into a caller
    # whose work is already committed.
    for call in calls(tree, "on_commit"):
        if any(any(calls(argument, "partial")) for argument in call.args):
            yield f"{path}:{call.lineno} hands on_commit() a partial"


def signal_handlers(path: str, tree: ast.Module) -> Breaches:
    for name, line in imports(tree):
        if ".signals." in name or name.endswith(".signals") or name.startswith("django.dispatch"):
            yield f"{path}:{line} uses signals: what happens must be seen where it happens"


def locks_elsewhere(path: str, tree: ast.Module) -> Breaches:
    parts = {part.removesuffix(".py") for part in PurePosixPath(path).parts}
    if parts & MODULES_THAT_LOCK or path.startswith("superapp/core/"):
        return
    for call in calls(tree, "select_for_update"):
        yield f"{path}:{call.lineno} locks rows; that is done in {', '.join(sorted(MODULES_THAT_LOCK))}"
    for node in ast.walk(tree):
        text = node.value if isinstance(node, ast.Constant) and isinstance(node.value, str) else ""
        if re.search(r"\bFOR (NO KEY )?(UPDATE|SHARE)\b", text):
            yield f"{path}:{node.lineno} locks rows by SQL; that is done in {', '.join(sorted(MODULES_THAT_LOCK))}"


def environment_elsewhere(path: str, tree: ast.Module) -> Breaches:
    if path == "superapp/env.py":
        return
    for node in ast.walk(tree):
        reads = isinstance(node, ast.Attribute) and _dotted(node) in ("os.environ", "os.getenv")
        if reads and not _names_the_settings(tree, node):
            yield f"{path}:{node.lineno} reads the environment; superapp/env.py does"


def _names_the_settings(tree: ast.Module, read: ast.AST) -> bool:
    # The one thing that must be said before there are settings: where they are.
    for call in calls(tree, "setdefault"):
        is_this = isinstance(call.func, ast.Attribute) and call.func.value is read
        first = call.args[0] if call.args else None
        if is_this and isinstance(first, ast.Constant) and first.value == "DJANGO_SETTINGS_MODULE":
            return True
    return False


def clocks_elsewhere(path: str, tree: ast.Module) -> Breaches:
    if path == "superapp/core/clock.py":
        return
    asked = {"datetime.now", "datetime.utcnow", "datetime.today", "timezone.now", "date.today", "time.time"}
    for call in (node for node in ast.walk(tree) if isinstance(node, ast.Call)):
        name = ".".join(_dotted(call.func).split(".")[-2:])
        if name in asked:
            yield f"{path}:{call.lineno} asks {name}(); time comes in as an argument, or from core.clock"


def models_by_name(path: str, tree: ast.Module) -> Breaches:
    if _is_migration(path):
        return
    for call in calls(tree, "get_model"):
        yield f"{path}:{call.lineno} fetches a model by name, which is an import that no contract sees"


def edges_in_the_domain(path: str, tree: ast.Module) -> Breaches:
    parts = {part.removesuffix(".py") for part in PurePosixPath(path).parts}
    if not parts & DOMAIN:
        return
    for name, line in imports(tree):
        if name.startswith(tuple(f"{package}." for package in EDGE_PACKAGES)):
            yield f"{path}:{line} knows {name}; only edges know requests and sockets"


def migrations_that_lean_on_code(path: str, tree: ast.Module) -> Breaches:
    if not _is_migration(path):
        return
    for name, line in imports(tree):
        # The kernel's functions are defaults of columns, and Django writes them into migrations itself. Guards are put
        # back as they are today by every migration that touches a guarded table, and the ledger's rules are constraints
        # that know which of the two holds them.
        is_allowed = name.startswith(
            (
                "superapp.core",
                "angpao.maintenance.guards",
                "superapp.console.maintenance.guards",
                "payments.maintenance.guards",
                "payments.models.constraints",
                "shop.maintenance.guards",
            )
        )
        if re.match(r"(superapp|chat|shop|angpao|payments)\.", name) and not is_allowed:
            yield f"{path}:{line} imports {name}, which may not be there when this runs in two years"
    for call in calls(tree, "RunPython", "RunSQL"):
        keywords = {keyword.arg for keyword in call.keywords}
        if len(call.args) < 2 and not keywords & {"reverse_code", "reverse_sql"}:
            yield f"{path}:{call.lineno} has no way back"


def unclear_docstrings(path: str, tree: ast.Module) -> Breaches:
    # A migration that was released is never changed again, not in a word.
    if "/migrations/" in path:
        return
    for node in ast.walk(tree):
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef):
            opener = UNCLEAR_OPENERS.match(ast.get_docstring(node) or "")
            if opener:
                yield (
                    f"{path}:{node.body[0].lineno} a docstring opens with {opener[0]!r}; "
                    "say in a plain sentence what this is or does"
                )


def catch_all_modules(path: str, _text: str) -> Breaches:
    for part in PurePosixPath(path).parts:
        if part.split(".")[0] in CATCH_ALL_NAMES:
            yield f"{path} is a drawer: {part} says nothing about what is inside"


def long_files(path: str, text: str) -> Breaches:
    lines = text.count("\n")
    if lines > FILE_LINES_MAX:
        yield f"{path} has {lines} lines; split it by noun at {FILE_LINES_MAX}"


def foreign_hosts(path: str, text: str) -> Breaches:
    for match in re.finditer(r"(?:https?:|wss?:|[\"'(=]\s*)//([A-Za-z0-9.-]+\.[A-Za-z]{2,}|\d+\.\d+\.\d+\.\d+)", text):
        host = match.group(1).lower()
        if host not in NAMESPACES and not OWN_HOSTS.match(host):
            line = text.count("\n", 0, match.start()) + 1
            yield f"{path}:{line} names {host}; nobody abroad is needed"


def machine_paths(path: str, text: str) -> Breaches:
    for match in re.finditer(r"(?<![\w.])/(work|root|home|Users)/[\w.-]+", text):
        line = text.count("\n", 0, match.start()) + 1
        yield f"{path}:{line} names a place on somebody's machine: {match.group()}"


def inline_code(path: str, text: str) -> Breaches:
    # The content security policy refuses these in the browser; here they are refused before.
    offences = {
        r"<[a-zA-Z][^>]*\son[a-z]+\s*=": "an inline handler",
        r"<[a-zA-Z][^>]*\sstyle\s*=": "an inline style",
        r"<style\b": "a style element",
        r"<script\b(?![^>]*(\bnonce=|application/json|\bsrc=))": "a script without a nonce",
        r"\bjavascript:": "a javascript: address",
    }
    for pattern, what in offences.items():
        for match in re.finditer(pattern, text):
            yield f"{path}:{text.count(chr(10), 0, match.start()) + 1} has {what}"


def html_from_strings(path: str, text: str) -> Breaches:
    for match in re.finditer(
        r"\.(innerHTML|outerHTML)\s*\+?=(?!=)|insertAdjacentHTML|document\.write|\beval\(|new Function\(|setHTMLUnsafe",
        text,
    ):
        yield f"{path}:{text.count(chr(10), 0, match.start()) + 1} builds HTML or code from a string: {match.group()}"


CODE_RULES: list[CodeRule] = [
    long_functions,
    broad_excepts,
    partial_commit_hooks,
    signal_handlers,
    locks_elsewhere,
    environment_elsewhere,
    clocks_elsewhere,
    models_by_name,
    edges_in_the_domain,
    migrations_that_lean_on_code,
    unclear_docstrings,
]
# Which files each of them reads.
TEXT_RULES: dict[TextRule, tuple[str, ...]] = {
    catch_all_modules: (".py", ".js", ".css", ".html"),
    long_files: (".py", ".js", ".css", ".html"),
    foreign_hosts: (".py", ".js", ".css", ".html", ".svg", ".webmanifest", ".conf", ".po"),
    machine_paths: ("",),
    inline_code: (".html",),
    html_from_strings: (".js",),
}
