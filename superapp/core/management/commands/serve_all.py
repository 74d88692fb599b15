"""``manage.py serve_all``: run all processes of a served instance on this machine, behind the proxy."""

from __future__ import annotations

import asyncio
import getpass
import os
import shutil
import signal
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from superapp import env
from superapp.core import embedded, open_file_limit, proxy
from superapp.core.processes import ENVIRONMENT, METRICS_PORT_OFFSET, PAGES, PROGRAMS, SOCKETS, Program
from superapp.core.supervisor import SupervisedProcess, Supervisor

LOCALHOST = "127.0.0.1"
READY_POLL_SECONDS = 0.3


class Command(BaseCommand):
    help = "Run the product as several processes on PostgreSQL and Redis, and keep them running."
    requires_migrations_checks = False

    def handle(self, *_args: Any, **_options: Any) -> None:
        if not settings.SERVED:
            raise CommandError("Set DATABASE_URL to a PostgreSQL and REDIS_URL to a Redis, or use `manage.py serve`.")
        nginx = shutil.which("nginx", path=f"{os.defpath}:/usr/sbin:/usr/local/sbin")
        if nginx is None:
            raise CommandError("nginx is not installed (Debian: apt-get install nginx-light).")
        self._refuse_what_nobody_can_use()
        try:
            proxy.require_https_termination(
                settings.PUBLIC_URL,
                has_certificate=bool(settings.PROXY_TLS_CERTIFICATE),
                trusted=settings.PROXY_TRUSTED,
            )
        except proxy.ProxyMisconfigured as misconfigured:
            raise CommandError(str(misconfigured)) from None
        try:
            held = embedded.lock_data_directory(settings.VAR_DIR)
        except embedded.AnotherServerRunning as other:
            raise CommandError(str(other)) from None
        with held:
            embedded.migrate(self._say)
            embedded.say_warnings(self._say)
            embedded.collect_static(self._say)
            tasks = [task for program in PROGRAMS for task in tasks_of(program)]
            tasks.append(self._proxy(nginx))
            self._say(f"{settings.BRAND_NAME} will be at {settings.PUBLIC_URL} (proxy on port {settings.PORT}).")
            asyncio.run(self._run(tasks))

    async def _run(self, tasks: Sequence[SupervisedProcess]) -> None:
        saying = asyncio.create_task(self._say_when_it_answers())
        try:
            await Supervisor(tasks).run()
        finally:
            saying.cancel()

    async def _say_when_it_answers(self) -> None:
        while not await _is_ready(ports_of(PAGES)[0]):  # noqa: ASYNC110  Another process raises no event.
            await asyncio.sleep(READY_POLL_SECONDS)
        self._say(f"{settings.BRAND_NAME} is at {settings.PUBLIC_URL}: pages answer.")

    def _say(self, sentence: str) -> None:
        self.stdout.write(sentence)
        self.stdout.flush()

    def _refuse_what_nobody_can_use(self) -> None:
        if not settings.SMS_URL and not settings.SMS_INBOX:
            raise CommandError(
                "SMS_URL is not set: nobody could log in. To try it out without a gateway, set SMS_INBOX=1."
            )
        for name, path in (("TLS_CERTIFICATE", settings.PROXY_TLS_CERTIFICATE), ("TLS_KEY", settings.PROXY_TLS_KEY)):
            if path and not os.access(path, os.R_OK):
                raise CommandError(f"{name}: {path} cannot be read.")

    def _proxy(self, nginx: str) -> SupervisedProcess:
        run_dir = settings.VAR_DIR / "nginx"
        run_dir.mkdir(exist_ok=True)
        config = run_dir / "nginx.conf"
        config.write_text(proxy_config(run_dir))
        # Stopped last: until then it tells visitors that the site cannot be reached.
        return SupervisedProcess(
            name="proxy",
            argv=[nginx, "-e", "stderr", "-c", str(config)],
            # Its log lines have UTC times as ours; Django has set the instance's time zone in our environment.
            env=env.child_environment(TZ="UTC"),
            stage=1,
            stop_signal=signal.SIGTERM,
        )


async def _is_ready(port: int) -> bool:
    """Return whether the page process at this port reports that it is ready."""
    try:
        reading, writing = await asyncio.open_connection(LOCALHOST, port)
    except OSError:
        return False
    try:
        writing.write(b"GET /-/ready HTTP/1.0\r\n\r\n")
        return (await reading.readline()).split()[1:2] == [b"200"]
    except OSError:
        return False
    finally:
        writing.close()


def count_of(program: Program) -> int:
    """Return how many processes of a program the operator configured."""
    count: int = getattr(settings, program.count_variable)
    return count


def ports_of(program: Program) -> list[int]:
    """List the ports of a program's processes on this machine."""
    return [settings.FIRST_PORT + program.port + number for number in range(count_of(program))]


def tasks_of(program: Program) -> list[SupervisedProcess]:
    """List the supervised processes of a program, each with its ports."""
    tasks = []
    for number, port in enumerate(ports_of(program)):
        tasks.append(
            SupervisedProcess(
                name=f"{program.name}-{number + 1}",
                argv=[
                    sys.executable,
                    str(settings.BASE_DIR / "manage.py"),
                    *program.arguments(host=LOCALHOST, port=port),
                ],
                env=env.child_environment(
                    **ENVIRONMENT, METRICS_PORT=str(port + METRICS_PORT_OFFSET), PYTHONUNBUFFERED="1"
                ),
            )
        )
    return tasks


def proxy_config(run_dir: Path) -> str:
    """Render the proxy's configuration for this machine."""
    tls = None
    if settings.PROXY_TLS_CERTIFICATE:
        tls = proxy.Tls(
            port=settings.PROXY_TLS_PORT, certificate=settings.PROXY_TLS_CERTIFICATE, key=settings.PROXY_TLS_KEY
        )
    place = proxy.ProxySite(
        run_dir=str(run_dir),
        static_root=str(settings.STATIC_ROOT),
        media_root=str(settings.MEDIA_ROOT),
        port=settings.PORT,
        tls=tls,
        trusted=settings.PROXY_TRUSTED,
        has_store=bool(settings.MEDIA_S3_BUCKET),
        user=getpass.getuser() if os.geteuid() == 0 else "",
        open_files=open_file_limit.raise_limit(),
    )
    return proxy.render_native_config(place, pages=ports_of(PAGES), sockets=ports_of(SOCKETS))
