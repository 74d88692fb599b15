"""Restores and failovers of PostgreSQL, with clusters of their own: who was online before misses nothing."""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import psycopg
import pytest
from django.db import connections

from superapp.core import epoch
from superapp.core.models import Instance
from tests.chat import restoring
from tests.harness import databases
from tests.harness.bootstrap import PREFIX, parent_directory
from tests.harness.servers import Postgres, find, wait_until

pytestmark = [pytest.mark.served_only, pytest.mark.deep, pytest.mark.timeout(300)]

DATABASE = "nusa"
USER = "postgres" if os.geteuid() == 0 else None


class CopiedPostgres(Postgres):
    """A cluster that begins as the base back-up of another, with these lines in its configuration."""

    def __init__(self, directory: Path, origin: Postgres, *lines: str, signal: str) -> None:
        self._origin = origin
        self._lines = lines
        self._signal = signal
        super().__init__(directory)

    def _make_cluster(self, user: str | None) -> None:
        self._home.mkdir()
        if user is not None:
            shutil.chown(self._home, user, user)
        data = self._home / "data"
        run("pg_basebackup", "-D", str(data), "-X", "stream", "-c", "fast", "-d", self._origin.url(), cwd=self._home)
        configure(data, *self._lines)
        (data / self._signal).touch()
        if user is not None:
            shutil.chown(data / self._signal, user, user)


def run(program: str, *arguments: str, cwd: Path) -> None:
    subprocess.run(
        [find(program), *arguments], check=True, user=USER, group=USER, cwd=cwd, capture_output=True, timeout=120
    )


def configure(data: Path, *lines: str) -> None:
    with (data / "postgresql.auto.conf").open("a") as file:
        file.writelines(f"{line}\n" for line in lines)


def tell(postgres: Postgres, statement: str, database: str = "postgres") -> list[tuple[object, ...]]:
    with psycopg.connect(postgres.url(database), autocommit=True) as connection:
        cursor = connection.execute(statement)  # type: ignore[arg-type]  # Statements are ours.
        return cursor.fetchall() if cursor.description else []


def use(postgres: Postgres) -> None:
    """Have every connection go to this cluster from now on."""
    connections.databases["default"]["PORT"] = str(postgres.port)
    connections["default"].settings_dict["PORT"] = str(postgres.port)
    databases.use_database(DATABASE)


def dump(postgres: Postgres, file: Path) -> None:
    run("pg_dump", "-Fc", "-f", str(file), "-d", postgres.url(DATABASE), cwd=file.parent)


def fill(postgres: Postgres, file: Path, *options: str) -> None:
    run("pg_restore", *options, "-d", postgres.url(DATABASE), str(file), cwd=file.parent)


class Clusters:
    """The clusters of a test."""

    def __init__(self, directory: Path) -> None:
        self._directory = directory
        self.made: list[Postgres] = []

    def make(self, make: Callable[[Path], Postgres], *lines: str) -> Postgres:
        directory = self._directory / f"cluster-{len(self.made)}"
        directory.mkdir()
        postgres = make(directory)
        self.made.append(postgres)
        configure(directory / "postgres" / "data", *lines)
        return postgres

    def __call__(self, make: Callable[[Path], Postgres], *lines: str) -> Postgres:
        postgres = self.make(make, *lines)
        postgres.start()
        return postgres


@pytest.fixture
def ground() -> Iterator[Path]:
    """A directory through which PostgreSQL, as another user, passes; those of pytest are closed to it."""
    path = Path(tempfile.mkdtemp(prefix=f"{PREFIX}{os.getpid()}-", dir=parent_directory()))
    path.chmod(0o755)
    yield path
    shutil.rmtree(path, ignore_errors=True)


@pytest.fixture
def start(ground, real_db) -> Iterator[Clusters]:
    """Start clusters, and go back to that of all tests afterwards."""
    port, name = connections.databases["default"]["PORT"], str(connections.databases["default"]["NAME"])
    clusters = Clusters(ground)
    yield clusters
    databases.close_all()
    connections.databases["default"]["PORT"] = port
    connections["default"].settings_dict["PORT"] = port
    databases.use_database(name)
    for postgres in clusters.made:
        postgres.stop()


@pytest.fixture
def places(ground) -> Path:
    """A directory into which PostgreSQL may write."""
    path = ground / "copies"
    path.mkdir()
    path.chmod(0o777)
    return path


@pytest.fixture
def origin(start, places, real_db, settings, tmp_path, now) -> Postgres:
    """A cluster with archive that serves the product, and has been started before."""
    settings.VAR_DIR = tmp_path
    file = places / "template.dump"
    template = settings.DATABASE_URL.rpartition("/")[0] + f"/{real_db.name}"
    run("pg_dump", "-Fc", "-f", str(file), "-d", template, cwd=places)
    postgres = start(
        Postgres,
        "archive_mode = on",
        f"archive_command = 'cp %p {places}/%f'",
        "max_wal_senders = 5",
    )
    tell(postgres, f"CREATE DATABASE {DATABASE}")
    fill(postgres, file)
    use(postgres)
    epoch.ensure_current(now)
    epoch.leave_mark(now)
    return postgres


def many_transactions(postgres: Postgres) -> None:
    """Numbers of transactions go on, so that a fresh cluster is far behind every cursor."""
    for _ in range(20):
        tell(postgres, "DO $$ BEGIN FOR i IN 1..100 LOOP PERFORM pg_current_xact_id(); COMMIT; END LOOP; END $$")


def test_dump_restored_in_a_fresh_cluster_makes_clients_resync(origin, start, places, now):
    def put_back():
        many_transactions(origin)
        fresh = start(Postgres)
        tell(fresh, f"CREATE DATABASE {DATABASE}")
        fill(fresh, places / "kept.dump")
        use(fresh)
        epoch.ensure_current(now)

    many_transactions(origin)

    town = restoring.lose_a_life(now, copy=lambda: dump(origin, places / "kept.dump"), put_back=put_back)

    restoring.nothing_is_hidden(town)


def test_dump_restored_in_the_same_cluster_makes_clients_resync(origin, places, now):
    def put_back():
        databases.close_all()
        tell(origin, f"DROP DATABASE {DATABASE} WITH (FORCE)")
        tell(origin, f"CREATE DATABASE {DATABASE}")
        fill(origin, places / "kept.dump")
        epoch.ensure_current(now)

    town = restoring.lose_a_life(now, copy=lambda: dump(origin, places / "kept.dump"), put_back=put_back)

    restoring.nothing_is_hidden(town)


def test_dump_restored_over_the_same_database_makes_clients_resync(origin, places, now):
    def put_back():
        databases.close_all()
        fill(origin, places / "kept.dump", "--clean", "--if-exists")
        epoch.ensure_current(now)

    town = restoring.lose_a_life(now, copy=lambda: dump(origin, places / "kept.dump"), put_back=put_back)

    restoring.nothing_is_hidden(town)


def test_point_in_time_recovery_makes_clients_resync(origin, start, places, now):
    before = Instance.objects.get()
    # The base back-up of last night; what comes after it is in the archive.
    restored = start.make(
        lambda directory: CopiedPostgres(
            directory,
            origin,
            f"restore_command = 'cp {places}/%f %p'",
            "recovery_target_name = 'kept'",
            "recovery_target_action = 'promote'",
            "archive_mode = off",
            signal="recovery.signal",
        )
    )

    def copy():
        epoch.leave_mark(now)
        tell(origin, "SELECT pg_create_restore_point('kept')")

    def put_back():
        epoch.leave_mark(now)
        databases.close_all()
        [(segment,)] = tell(origin, "SELECT pg_walfile_name(pg_switch_wal())")
        wait_until((places / str(segment)).exists, "the log is in the archive")
        origin.stop()
        restored.start()
        wait_until(lambda: is_primary(restored), "the point in time is reached")
        use(restored)
        assert Instance.objects.get().place == before.place  # Neither cluster nor database tell.
        epoch.ensure_current(now)

    town = restoring.lose_a_life(now, copy=copy, put_back=put_back)

    assert Instance.objects.get().epoch > before.epoch
    restoring.nothing_is_hidden(town)


def is_primary(postgres: Postgres) -> bool:
    return tell(postgres, "SELECT pg_is_in_recovery()") == [(False,)]


def replica_of(origin: Postgres) -> Callable[[Path], Postgres]:
    line = f"primary_conninfo = 'host=127.0.0.1 port={origin.port} user=nusa application_name=replica'"
    return lambda directory: CopiedPostgres(directory, origin, line, "archive_mode = off", signal="standby.signal")


def promote(postgres: Postgres) -> None:
    tell(postgres, "SELECT pg_promote()")
    wait_until(lambda: is_primary(postgres), "the replica is primary")
    use(postgres)


def test_failover_to_a_synchronous_replica_keeps_the_epoch(origin, start, now):
    replica = start(replica_of(origin))
    tell(origin, "ALTER SYSTEM SET synchronous_standby_names = 'replica'")
    tell(origin, "SELECT pg_reload_conf()")
    wait_until(
        lambda: tell(origin, "SELECT sync_state FROM pg_stat_replication") == [("sync",)], "the replica is synchronous"
    )
    before = Instance.objects.get().epoch
    town = restoring.Town(now)
    town.say(0, "kept")
    epoch.leave_mark(now)
    town.come_back()
    town.say(0, "said last")

    databases.close_all()
    origin.kill()
    promote(replica)
    epoch.leave_mark(now)
    town.say(1, "on the other machine")
    town.come_back()

    assert Instance.objects.get().epoch == before
    assert [town.bodies(client, 0) for client in town.clients] == [["kept", "said last"]] * 2
    town.everybody_equals_one_that_reads_afresh()


def test_failover_to_a_lagging_replica_makes_clients_resync(origin, start, now):
    replica = start(replica_of(origin))

    def copy():
        epoch.leave_mark(now)
        [(reached,)] = tell(origin, "SELECT pg_current_wal_lsn()")
        wait_until(
            lambda: tell(replica, f"SELECT pg_last_wal_replay_lsn() >= '{reached}'") == [(True,)], "the replica follows"
        )
        replica.stop()

    def put_back():
        epoch.leave_mark(now)
        databases.close_all()
        origin.kill()
        replica.start()
        promote(replica)
        epoch.leave_mark(now)  # By the work loop, which ran all the time.

    town = restoring.lose_a_life(now, copy=copy, put_back=put_back)

    restoring.nothing_is_hidden(town)
