"""Is this process alive, and is it of use?"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable

import structlog
from django.db import DatabaseError, InterfaceError, connection
from django.db.migrations.executor import MigrationExecutor
from django.http import HttpRequest, HttpResponseBase, JsonResponse

from superapp.core import infrastructure_errors

CACHE_SECONDS = 1.0

log = structlog.get_logger(__name__)

# A check answers with what is wrong, or None. Apps add theirs: a database guard that must be there, a key that must
# be readable.
Check = Callable[[], str | None]
checks: dict[str, Check] = {}


def check(name: str) -> Callable[[Check], Check]:
    """
    Register something local without which this instance is of no use. Never something abroad: a broker, a bank, a
    courier.
    """

    def register(function: Check) -> Check:
        checks[name] = function
        return function

    return register


# What must hold before anything is served or worked on; each raises otherwise. Apps add theirs.
startup_checks: list[Callable[[], None]] = []


def startup_check(function: Callable[[], None]) -> Callable[[], None]:
    """Register something without which no process of ours may start."""
    startup_checks.append(function)
    return function


def run_startup_checks() -> None:
    """Go on only if everything essential holds."""
    for function in startup_checks:
        function()


GetResponse = Callable[[HttpRequest], HttpResponseBase]

# The headers that Django's own middleware sets in every other response, by the settings of their names.
SECURITY_HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
}


def answer_health_checks(get_response: GetResponse) -> GetResponse:
    """Middleware: answer ``/-/live`` and ``/-/ready`` before anything is looked up, by whatever name we are called."""
    paths = {"/-/live": live, "/-/ready": ready}

    def answer(request: HttpRequest) -> HttpResponseBase:
        view = paths.get(request.path)
        if view is None:
            return get_response(request)
        response = view(request)
        # Django's own middleware stands below this one, and would ask for https and for a name of ours.
        for name, value in SECURITY_HEADERS.items():
            response.headers[name] = value
        return response

    return answer


def live(_request: HttpRequest) -> HttpResponseBase:
    """The process answers; nothing is asked of anything else."""
    return JsonResponse({"live": True})


def ready(_request: HttpRequest) -> HttpResponseBase:
    """Answer 200 if everything local that is needed is available, else 503 with what is missing."""
    wrong = _cached_outcome.read()
    return JsonResponse({"ready": not wrong, "wrong": wrong}, status=503 if wrong else 200)


class CachedOutcome:
    """The outcome of all checks, looked up at most once a second however many ask."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._until = 0.0
        self._wrong: dict[str, str] = {}

    def read(self) -> dict[str, str]:
        with self._lock:
            if time.monotonic() >= self._until:
                self._wrong = _run_checks()
                self._until = time.monotonic() + CACHE_SECONDS
            return self._wrong


_cached_outcome = CachedOutcome()


def _run_checks() -> dict[str, str]:
    wrong = {}
    for name, function in checks.items():
        try:
            fault = function()
        except (DatabaseError, InterfaceError) as error:
            # The text of a driver's error may name hosts and users: it goes to the log, not to whoever asked.
            log.warning("not_ready", check=name, error=infrastructure_errors.summarize(error))
            wrong[name] = "the database does not answer"
            break  # Each further check would wait for a connection once more.
        if fault:
            wrong[name] = fault
    return wrong


@check("database")
def _check_database() -> str | None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
    return None


_migrated = False


@check("migrations")
def _check_migrations() -> str | None:
    global _migrated
    if not _migrated:
        executor = MigrationExecutor(connection)
        _migrated = not executor.migration_plan(executor.loader.graph.leaf_nodes())
    # Remembered once true: migrations are not taken back under a running server.
    return None if _migrated else "migrations are not applied"
