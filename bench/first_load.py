"""
Cost of a first visit on a slow line: requests, bytes of JavaScript, and the time until something is seen.

A phone that was never here opens a conversation, then the wallet, each with an empty cache, at 0.8 Mbit/s with 300 ms
to the server and a processor six times slower than this one. With ``--db sqlite`` the embedded product answers, with
``--db postgres`` all processes of the served one behind nginx.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from io import StringIO

from playwright.sync_api import sync_playwright

from bench import environment, measure
from bench.environment import ROOT
from tests.harness import browsers, demo_site, ports, running_site, servers
from tests.harness.first_visit import Visit, visit

UNSEEN = 4
# Seven processes begin at once.
START_SECONDS_MAX = 180
# Their modules have begun and the line is open.
AT_REST = "html[data-line=ready]"
PAINTED_MS_MAX = {"conversation": 1_500, "wallet": 1_200}
REQUESTS_MAX = 30
SCRIPT_BYTES_MAX = 60_000


@contextmanager
def _behind_nginx() -> Iterator[str]:
    """Serve the demo world from PostgreSQL, with every process of the served product behind nginx."""
    url = f"http://localhost:{(port := ports.free_port())}"
    with environment.start_database(
        "postgres",
        PUBLIC_URL=url,
        PORT=str(port),
        FIRST_PORT=str(ports.free_block(range(10, 1_100))),
        # The command of the demo world asks for it.
        SMS_INBOX="1",
        # Playwright's loop runs on this thread.
        DJANGO_ALLOW_ASYNC_UNSAFE="1",
    ) as database:
        _make_world()
        runner = servers.Process(
            "serve_all",
            [sys.executable, "manage.py", "serve_all"],
            log_path=database.directory / "serve_all.log",
            # It gathers static files before anything listens.
            is_ready=lambda: True,
            env=dict(os.environ),
            cwd=ROOT,
            stop_seconds_max=60,
        )
        environment.start(runner, database.started)
        servers.wait_until(lambda: running_site.answers(url), "the pages", START_SECONDS_MAX)
        yield url


def _make_world() -> None:
    from django.core.management import call_command
    from django.db import connection

    call_command("demo", verbosity=0, stdout=StringIO())
    connection.close()


def _pages() -> tuple[dict[str, str], str]:
    """Return the paths to open by name, and the session key of the person who opens them."""
    from superapp.core import clock
    from superapp.wiring.demo.people import SEKAR
    from tests.screens import scenes, world

    session_key = world.log_in(SEKAR.number, language="id", now=clock.now())
    return {"conversation": scenes.talk(), "wallet": "/dompet/"}, session_key


def main() -> None:
    options = measure.arguments(__doc__ or "")
    site = _behind_nginx() if options.db == "postgres" else demo_site.running()
    with site as url, sync_playwright() as playwright:
        pages, session_key = _pages()
        chromium = browsers.launch_chromium(playwright)
        # Some unseen: the first page of each process pays for its templates.
        for path in [*pages.values()] * UNSEEN:
            visit(chromium, url, path, session_key, at_rest=AT_REST)
        runs = [
            {
                name: visit(chromium, url, path, session_key, at_rest=AT_REST, is_slow=True)
                for name, path in pages.items()
            }
            for _run in range(options.runs)
        ]
        chromium.close()
    if not options.json:
        print(runs[-1]["conversation"])
    measure.report(_result(options.db, runs), as_json=options.json)


def _result(db: str, runs: list[dict[str, Visit]]) -> measure.Result:
    def middle(page: str, what: str) -> float:
        return measure.median([told[f"{page}_{what}"] for told in flat])

    flat = [
        {
            f"{page}_{what}": value
            for page, one in run.items()
            for what, value in (
                ("painted_ms", one.painted_ms),
                ("requests", one.requests),
                ("script_bytes", one.script_bytes),
                ("bytes", one.all_bytes),
            )
        }
        for run in runs
    ]
    bounds = [measure.Limit(f"{page}_painted_ms", middle(page, "painted_ms"), PAINTED_MS_MAX[page]) for page in runs[0]]
    bounds += [measure.Limit(f"{page}_requests", middle(page, "requests"), REQUESTS_MAX) for page in runs[0]]
    bounds += [
        measure.Limit(f"{page}_script_bytes", middle(page, "script_bytes"), SCRIPT_BYTES_MAX) for page in runs[0]
    ]
    painted = middle("conversation", "painted_ms")
    return measure.Result(
        name="first_load",
        value=painted,
        unit="ms until a conversation is first painted",
        limit=PAINTED_MS_MAX["conversation"],
        ratio=painted / PAINTED_MS_MAX["conversation"],
        cpu_ms=None,
        limit_cpu_ms=None,
        p50_ms=None,
        p99_ms=None,
        stalls_over_100ms=0,
        lost=0,
        doubled=0,
        client_cpu_share=0.0,
        db=db,
        server="nginx" if db == "postgres" else "embedded",
        runs=flat,
        bounds=tuple(bounds),
    )


if __name__ == "__main__":
    main()
