"""The processes under test and the users who load them."""

from __future__ import annotations

import os
import re
import signal
import sys
import tempfile
import time
import urllib.request
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any, TypeVar
from uuid import UUID

from bench import measure, socket_client
from tests.harness import ports, servers

P = TypeVar("P", bound=servers.Process)
GARBAGE_SECONDS = 1.0
ROOT = Path(__file__).resolve().parent.parent


@dataclass(frozen=True)
class BenchUser:
    id: int
    public_id: str
    session_key: str


@dataclass(frozen=True)
class ServerProcess:
    """A process that answers on a port, and tells its numbers on another."""

    process: servers.Process
    port: int
    metrics_port: int

    def resident_kib(self) -> int:
        """Return the memory that a process holds after a garbage collection, in KiB."""
        os.kill(self.process.pid, signal.SIGUSR1)
        time.sleep(GARBAGE_SECONDS)
        return measure.resident_kib(self.process.pid)

    def metric(self, name: str) -> float:
        with urllib.request.urlopen(f"http://127.0.0.1:{self.metrics_port}/metrics") as answer:
            for line in answer.read().decode().splitlines():
                if line.startswith(f"{name} "):
                    return float(line.split()[1])
        raise KeyError(name)


@dataclass(frozen=True)
class BenchEnvironment:
    """
    An instance on a database of its own, and as many bare servers beside it.

    ``server_processes`` are the instance's processes with sockets, ``services`` its database and Redis.
    """

    server_processes: list[ServerProcess]
    baseline_processes: list[ServerProcess]
    services: list[servers.Process]

    @property
    def pids(self) -> list[int]:
        return [one.pid for one in [*(door.process for door in self.server_processes), *self.services]]

    def stalls(self) -> Counter[str]:
        """Return the stalls over 100 ms of the servers' event loops so far, as their own monitors logged them."""
        told = "".join(door.process.log for door in self.server_processes)
        return Counter(re.findall(r'\bcause["=: ]+(\w+)', told))

    @property
    def baseline_pids(self) -> list[int]:
        return [bare.process.pid for bare in self.baseline_processes]


@dataclass(frozen=True)
class BenchDatabase:
    """A migrated database of its own that this process uses; what is ``started`` with it stops with it."""

    directory: Path
    postgres: servers.Postgres | None
    redis: servers.Redis | None
    started: ExitStack

    @property
    def services(self) -> list[servers.Process]:
        return [one for one in (self.postgres, self.redis) if one is not None]


@contextmanager
def start_database(db: str, *, has_redis: bool = True, **env: str) -> Iterator[BenchDatabase]:
    """
    Start PostgreSQL, with fsync, or make an SQLite database, for an instance with these settings besides.

    Without Redis hints go nowhere and cost nothing.
    """
    with tempfile.TemporaryDirectory(prefix="nusa-bench-") as name, ExitStack() as started:
        directory = Path(name)
        directory.chmod(0o755)
        database = _start_backing_services(directory, db, started, has_redis=has_redis, env=env)
        _use_instance_database()
        yield database


@contextmanager
def start_environment(db: str, *, server_processes: int = 1) -> Iterator[BenchEnvironment]:
    """Start the product as it runs for people, with fsync, and beside it the bare applications on the same server."""
    with start_database(db) as database:
        directory, started = database.directory, database.started
        command = ["-m", "bench.manage_with_gc", "serve" if db == "sqlite" else "serve_sockets", "--port"]
        yield BenchEnvironment(
            [start_server(directory, f"door-{number}", command, started) for number in range(server_processes)],
            [
                start_server(directory, f"bare-{number}", ["-m", "bench.baseline_server"], started)
                for number in range(server_processes)
            ],
            database.services,
        )


@contextmanager
def start_stock_server() -> Iterator[ServerProcess]:
    """Start the bare application on Daphne as it is distributed."""
    with tempfile.TemporaryDirectory(prefix="nusa-bench-") as name, ExitStack() as started:
        yield start_server(Path(name), "stock", ["-m", "bench.baseline_server", "--stock"], started)


def _start_backing_services(
    directory: Path, db: str, started: ExitStack, *, has_redis: bool, env: Mapping[str, str]
) -> BenchDatabase:
    for name in ("DATABASE_URL", "REDIS_URL"):
        os.environ.pop(name, None)
    os.environ.update(
        DJANGO_SETTINGS_MODULE="superapp.settings",
        READ_TOKENS_PER_SECOND="1000000",  # One person looks for a hundred here.
        VAR_DIR=str(directory),
        PUBLIC_URL=socket_client.PUBLIC_URL,
        ALLOWED_HOSTS="localhost",
        WALLET_LOOP="open",  # What is measured here moves more than a closed loop may hold.
        PYTHONPATH=str(ROOT),
        SECRET_KEY="of-the-benches-" + "0123456789" * 5,
        LEDGER_KEY="b2YtdGhlLWxlZGdlci0wMTIzNDU2Nzg5LTAxMjM0NTY",
        RECEIPT_KEY="b2YtdGhlLXRlc3RzLTAxMjM0NTY3ODktMDEyMzQ1Njc",
    )
    os.environ.update(env)
    if db == "sqlite":
        return BenchDatabase(directory, None, None, started)
    postgres = start(servers.Postgres(directory, is_durable=True), started)
    redis = start(servers.Redis(directory), started) if has_redis else None
    os.environ.update(DATABASE_URL=postgres.url(), REDIS_URL=redis.url if redis else "redis://127.0.0.1:1/0")
    return BenchDatabase(directory, postgres, redis, started)


def _use_instance_database() -> None:
    """Have this process use the instance's database, to make people in it."""
    import django

    django.setup()
    from django.core.management import call_command

    call_command("migrate", verbosity=0, interactive=False)


def settle_database(*statements: str) -> None:
    """Have PostgreSQL run these statements and look at its tables, and let go of the connection, before others fork."""
    from django.db import connection

    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            for statement in (*statements, "ANALYZE"):
                cursor.execute(statement)
    connection.close()


def start_server(directory: Path, name: str, command: list[str], started: ExitStack) -> ServerProcess:
    """Start a process of ours by the words after ``python`` and a free port as the last one, until the block ends."""
    port, metrics_port = ports.free_port(), ports.free_port()
    process = servers.Process(
        name,
        [sys.executable, *command, str(port)],
        log_path=directory / f"{name}.log",
        is_ready=lambda: servers.accepts(port),
        env={**os.environ, "METRICS_PORT": str(metrics_port)},
        cwd=ROOT,
    )
    return ServerProcess(start(process, started), port, metrics_port)


def start(process: P, started: ExitStack) -> P:
    """Start a process that stops when the block ends."""
    process.start()
    started.callback(process.stop)
    return process


def create_users(count: int, handle: str = "orang") -> list[BenchUser]:
    """Make people who are logged in, each with a handle that begins so."""
    from django.contrib.sessions.backends.db import SessionStore
    from django.contrib.sessions.models import Session

    from superapp.accounts.models import Device, User
    from superapp.core import clock
    from superapp.realtime.models import Me

    now = clock.now()
    users = User.objects.bulk_create(
        [User(name=f"Orang {number}", handle=f"{handle}{number}", joined_at=now) for number in range(count)]
    )
    Me.objects.bulk_create([Me(user_id=user.pk) for user in users])
    keys = {user.pk: f"{user.pk:032d}" for user in users}
    data = SessionStore().encode({"_auth_user_id": "1"})
    expire = now + timedelta(days=1)
    Session.objects.bulk_create(
        [Session(session_key=key, session_data=data, expire_date=expire) for key in keys.values()]
    )
    Device.objects.bulk_create(
        [
            Device(user=user, session_key=keys[user.pk], name="Firefox", signed_in_at=now, last_seen_at=now)
            for user in users
        ]
    )
    return [BenchUser(user.pk, str(user.public_id), keys[user.pk]) for user in users]


def create_direct_conversations(pairs: list[tuple[BenchUser, BenchUser]]) -> list[str]:
    """Make contacts of each pair, and a conversation; returns the conversations' ids."""
    from chat.models import Conversation, Member
    from superapp.accounts.models import Contact
    from superapp.core import clock

    now = clock.now()
    Contact.objects.bulk_create(
        [
            Contact(owner_id=one.id, peer_id=other.id, state="accepted", rev=0, changed=0, changed_at=now)
            for pair in pairs
            for one, other in (pair, pair[::-1])
        ]
    )
    conversations = Conversation.objects.bulk_create(
        [
            Conversation(kind="direct", direct_key=f"{min(a.id, b.id)}:{max(a.id, b.id)}", created_at=now)
            for a, b in pairs
        ]
    )
    Member.objects.bulk_create(
        [
            Member(conversation=conversation, user_id=person.id)
            for conversation, pair in zip(conversations, pairs, strict=True)
            for person in pair
        ]
    )
    return [str(conversation.public_id) for conversation in conversations]


def create_group(members: list[BenchUser]) -> str:
    """Make a group of these people; returns its id."""
    from chat.models import Conversation, Group, Member
    from superapp.core import clock

    group = Conversation.objects.create(kind="group", title="Warga RT 05", created_at=clock.now())
    Group.objects.create(conversation=group, member_count=len(members))
    Member.objects.bulk_create([Member(conversation=group, user_id=person.id) for person in members])
    return str(group.public_id)


def post_message(conversation: str, sender: BenchUser) -> int:
    """Post a message in this process, and return its seq."""
    from chat import api as chat
    from superapp.core import clock, ids

    entry = chat.compose_message(
        conversation_id=UUID(conversation),
        sender_id=sender.id,
        sender_public_id=UUID(sender.public_id),
        client_id=str(ids.new_id()),
        body="masih ada kak? yang warna merah",
    )
    return chat.post_message(entry, now=clock.now()).seq


def fetch_stored_messages() -> list[tuple[Any, ...]]:
    """Every message that the database holds, as (sender id, client_id)."""
    from chat.models import Message

    return list(Message.objects.values_list("sender_id", "client_id"))
