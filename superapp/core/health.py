"""Health checks: liveness, readiness, and checks at start-up."""

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

# Returns a problem, or None. Apps register checks such as those for database guards.
Check = Callable[[], str | None]
checks: dict[str, Check] = {}


def check(name: str) -> Callable[[Check], Check]:
    """
    Register a check of something local that this instance cannot work without.

    External services (a broker, a bank, a courier) must not be checked here.
    """

    def register(function: Check) -> Check:
        checks[name] = function
        return function

    return register


# Checks that run before a process serves or works; each raises on a problem. Apps add theirs.
startup_checks: list[Callable[[], None]] = []


def startup_check(function: Callable[[], None]) -> Callable[[], None]:
    """Register a check without which no process may start."""
    startup_checks.append(function)
    return function


def run_startup_checks() -> None:
    """Run all start-up checks; each raises if a process must not start."""
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
    """Answer ``/-/live`` and ``/-/ready`` in a middleware before anything else is looked up, for any host name."""
    paths = {"/-/live": live, "/-/ready": ready}

    def answer(request: HttpRequest) -> HttpResponseBase:
        view = paths.get(request.path)
        if view is None:
            return get_response(request)
        response = view(request)
        # Django's own middleware comes after this one, and would require https and an allowed host.
        for name, value in SECURITY_HEADERS.items():
            response.headers[name] = value
        return response

    return answer


def live(_request: HttpRequest) -> HttpResponseBase:
    """Answer 200 without checking anything: the process responds."""
    return JsonResponse({"live": True})


def ready(_request: HttpRequest) -> HttpResponseBase:
    """Answer 200 if everything local that is needed is available, else 503 with what is missing."""
    wrong = _cached_outcome.read()
    return JsonResponse({"ready": not wrong, "wrong": wrong}, status=503 if wrong else 200)


class CachedOutcome:
    """The outcome of all checks, refreshed at most once a second."""

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
            # A driver's error text may contain hosts and users: it is logged, not sent to the client.
            log.warning("not_ready", check=name, error=infrastructure_errors.summarize(error))
            wrong[name] = "the database does not answer"
            break  # Each further check would wait for a connection again.
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
    # Remembered once true: migrations are not reversed under a running server.
    return None if _migrated else "migrations are not applied"
