"""The rules of the house hold, and each of them bites."""

from __future__ import annotations

import ast
import subprocess
from collections.abc import Callable
from functools import cache
from pathlib import Path

import pytest

from tests.harness import house_rules as rules

ROOT = Path(__file__).resolve().parent.parent
PRODUCT = ("superapp/", "chat/", "shop/", "angpao/", "payments/", "simulators/", "manage.py")


@cache
def files(endings: tuple[str, ...]) -> dict[str, str]:
    """Every file of the project that is or will be committed, by its path."""
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        check=True,
        capture_output=True,
        text=True,
    ).stdout.split("\0")
    found = {}
    for path in sorted(set(listed)):
        if path.endswith(endings) and (ROOT / path).is_file():
            try:
                found[path] = (ROOT / path).read_text()
            except UnicodeDecodeError:
                continue  # A picture.
    return found


def product(endings: tuple[str, ...]) -> dict[str, str]:
    return {path: text for path, text in files(endings).items() if path.startswith(PRODUCT)}


@pytest.mark.parametrize("rule", rules.CODE_RULES, ids=lambda rule: rule.__name__)
def test_code_keeps_the_rule(rule: rules.CodeRule) -> None:
    modules = files((".py",)) if rule in EVERYWHERE else product((".py",))
    assert len(modules) > 30

    breaches = [breach for path, text in modules.items() for breach in rule(path, ast.parse(text))]

    assert breaches == []


@pytest.mark.parametrize("rule", rules.TEXT_RULES, ids=lambda rule: rule.__name__)
def test_files_keep_the_rule(rule: rules.TextRule) -> None:
    endings = rules.TEXT_RULES[rule]
    texts = files(endings) if rule in EVERYWHERE else product(endings)

    breaches = [breach for path, text in texts.items() if path not in UNREAD for breach in rule(path, text)]

    assert breaches == []


EVERYWHERE = {rules.unclear_docstrings, rules.machine_paths, rules.catch_all_modules, rules.long_files}
# They quote what they refuse.
UNREAD = {"tests/harness/house_rules.py", "tests/test_house_rules.py"}


def test_every_exception_names_an_existing_file() -> None:
    assert set(rules.ALLOWED_BROAD_EXCEPTS) <= set(product((".py",)))


LONG = "def long():\n" + "    pass\n" * 70

OFFENCES: list[tuple[Callable[..., rules.Breaches], str, str]] = [
    (rules.long_functions, "chat/api.py", LONG),
    (rules.broad_excepts, "chat/api.py", "try:\n    a()\nexcept Exception as error:\n    log(error)"),
    (rules.broad_excepts, "chat/api.py", "try:\n    a()\nexcept:\n    pass"),
    (rules.broad_excepts, "chat/api.py", "try:\n    a()\nexcept (KeyError, BaseException):\n    raise Other"),
    (rules.broad_excepts, "superapp/core/scheduler.py", "nothing_is_caught_here()"),
    (rules.partial_commit_hooks, "chat/push.py", "transaction.on_commit(partial(send, 1), robust=True)"),
    (rules.partial_commit_hooks, "chat/push.py", "on_commit(functools.partial(send, 1))"),
    (rules.signal_handlers, "chat/push.py", "from django.db.models.signals import post_save"),
    (rules.signal_handlers, "chat/push.py", "from django.db.models import signals"),
    (rules.signal_handlers, "chat/push.py", "from django.dispatch import receiver"),
    (rules.locks_elsewhere, "chat/actions/edit.py", "Message.objects.select_for_update().get(pk=1)"),
    (rules.locks_elsewhere, "chat/actions/edit.py", 'cursor.execute("SELECT 1 FROM a FOR NO KEY UPDATE")'),
    (rules.environment_elsewhere, "superapp/settings.py", "import os\nos.environ['A']"),
    (rules.environment_elsewhere, "superapp/settings.py", "import os\nos.getenv('A')"),
    (rules.environment_elsewhere, "manage.py", "import os\nos.environ.setdefault('A', 'b')"),
    (rules.clocks_elsewhere, "chat/actions/edit.py", "datetime.now(UTC)"),
    (rules.clocks_elsewhere, "chat/actions/edit.py", "django.utils.timezone.now()"),
    (rules.clocks_elsewhere, "chat/actions/edit.py", "time.time()"),
    (rules.models_by_name, "chat/actions/edit.py", "apps.get_model('accounts', 'User')"),
    (rules.edges_in_the_domain, "chat/actions/edit.py", "from rest_framework.response import Response"),
    (rules.edges_in_the_domain, "chat/queries.py", "from django.http import Http404"),
    (rules.migrations_that_lean_on_code, "chat/migrations/0002_x.py", "from chat.models import Message"),
    (rules.migrations_that_lean_on_code, "chat/migrations/0002_x.py", "migrations.RunPython(fill)"),
    (rules.unclear_docstrings, "chat/api.py", '"""What a conversation is."""'),
    (rules.unclear_docstrings, "chat/api.py", 'def is_old():\n    """\n    Whether it is old.\n    """'),
    (rules.unclear_docstrings, "chat/api.py", 'class Draft:\n    """Nobody else sees it."""'),
    (rules.catch_all_modules, "chat/utils.py", ""),
    (rules.catch_all_modules, "chat/services/post.py", ""),
    (rules.long_files, "chat/api.py", "\n" * 401),
    (rules.foreign_hosts, "chat/a.html", '<script src="https://cdn.jsdelivr.net/x.js">'),
    (rules.foreign_hosts, "chat/a.html", '<img src="//cdn.jsdelivr.net/x.png">'),
    (rules.foreign_hosts, "chat/a.css", "url(//8.8.8.8/x.woff)"),
    (rules.machine_paths, "README.md", "see /home/ana/nusa"),
    (rules.inline_code, "chat/a.html", '<button onclick="go()">'),
    (rules.inline_code, "chat/a.html", '<p style="color: red">'),
    (rules.inline_code, "chat/a.html", "<style>p {}</style>"),
    (rules.inline_code, "chat/a.html", "<script>go()</script>"),
    (rules.inline_code, "chat/a.html", '<a href="javascript:go()">'),
    (rules.html_from_strings, "chat/a.js", "list.innerHTML = `<li>${name}</li>`"),
    (rules.html_from_strings, "chat/a.js", "eval(text)"),
]

INNOCENCE: list[tuple[Callable[..., rules.Breaches], str, str]] = [
    (rules.long_functions, "chat/api.py", LONG.replace("    pass\n", "", 1)),
    (rules.broad_excepts, "chat/api.py", "try:\n    a()\nexcept BaseException:\n    b()\n    raise"),
    (rules.broad_excepts, "chat/api.py", "try:\n    a()\nexcept KeyError:\n    pass"),
    (rules.partial_commit_hooks, "chat/push.py", "transaction.on_commit(send, robust=True)"),
    (rules.signal_handlers, "chat/push.py", "import signal"),
    (rules.locks_elsewhere, "chat/queries.py", "Message.objects.select_for_update().get(pk=1)"),
    (rules.locks_elsewhere, "payments/writers/ledger/post.py", "Account.objects.select_for_update()"),
    (rules.environment_elsewhere, "manage.py", "import os\nos.environ.setdefault('DJANGO_SETTINGS_MODULE', 'b')"),
    (rules.clocks_elsewhere, "chat/actions/edit.py", "clock.now()\ntime.monotonic()"),
    (rules.models_by_name, "chat/migrations/0002_x.py", "apps.get_model('accounts', 'User')"),
    (rules.edges_in_the_domain, "chat/rest.py", "from rest_framework.response import Response"),
    (rules.migrations_that_lean_on_code, "chat/migrations/0002_x.py", "migrations.RunPython(fill, empty)"),
    (rules.unclear_docstrings, "chat/api.py", 'def is_old():\n    """Return whether it is old."""'),
    (rules.unclear_docstrings, "chat/api.py", 'class Item:\n    """Item of a list."""\n    text = "What?"'),
    (rules.catch_all_modules, "chat/serviced.py", ""),
    (rules.long_files, "chat/api.py", "\n" * 400),
    (rules.foreign_hosts, "chat/a.html", '<svg xmlns="http://www.w3.org/2000/svg"> http://localhost:8000/'),
    (rules.machine_paths, "README.md", "var/ is at https://nusa.example/home/ana"),
    (rules.inline_code, "chat/a.html", '<script type="module" nonce="{{ csp_nonce }}" src="a.js"></script>'),
    (rules.html_from_strings, "chat/a.js", "if (a.innerHTML === b) item.textContent = name"),
]


@pytest.mark.parametrize(("rule", "path", "text"), OFFENCES)
def test_rule_finds_its_violation(rule: Callable[..., rules.Breaches], path: str, text: str) -> None:
    breaches = list(rule(path, ast.parse(text) if rule in rules.CODE_RULES else text))

    assert len(breaches) == 1


@pytest.mark.parametrize(("rule", "path", "text"), INNOCENCE)
def test_rule_accepts_valid_code(rule: Callable[..., rules.Breaches], path: str, text: str) -> None:
    breaches = list(rule(path, ast.parse(text) if rule in rules.CODE_RULES else text))

    assert breaches == []


def test_every_rule_has_a_violating_and_a_valid_example() -> None:
    every = {*rules.CODE_RULES, *rules.TEXT_RULES}

    assert {rule for rule, _, _ in OFFENCES} == every
    assert {rule for rule, _, _ in INNOCENCE} == every
