"""Prometheus metrics of this process and of pending work in the database, on a private port."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

import structlog
from django.conf import settings
from django.db import DatabaseError, InterfaceError, close_old_connections, connection
from django.db.models import Count, Min, Q
from prometheus_client import REGISTRY, start_http_server
from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from superapp.core import clock, infrastructure_errors
from superapp.core.models import Fact, Job

log = structlog.get_logger(__name__)


def serve() -> None:
    """Start the metrics server, if a port is configured. Call it once in a process, after it has forked."""
    if settings.METRICS_PORT:
        REGISTRY.register(DatabasePoolCollector())
        REGISTRY.register(FreeDisk())
        start_http_server(settings.METRICS_PORT, addr=settings.METRICS_HOST)


def collect_database_metrics() -> None:
    """Register the database metrics, in the process that handles pending work; all others would report the same."""
    if settings.METRICS_PORT:
        REGISTRY.register(PendingWorkCollector())


# Further functions with which apps read numbers from the database.
_database_metrics: list[Callable[[], Iterable[Metric]]] = []


def database_metric(read: Callable[[], Iterable[Metric]]) -> Callable[[], Iterable[Metric]]:
    """
    Decorate a function that reads metrics of an app from the database; the process that does the work reports them.
    """
    _database_metrics.append(read)
    return read


class DatabasePoolCollector(Collector):
    """The database connections of this process."""

    def collect(self) -> Iterator[Metric]:
        pool = getattr(connection, "pool", None)
        if pool is None:
            return
        numbers = pool.get_stats()
        for name, sentence in (
            ("pool_size", "Database connections that this process holds."),
            ("pool_available", "Database connections that nobody is using."),
            ("requests_waiting", "Threads that wait for a database connection."),
        ):
            yield GaugeMetricFamily(f"nusa_database_{name}", sentence, value=numbers.get(name, 0))


class FreeDisk(Collector):
    """The free space for this machine's data: pictures, which may lie on a disk of their own, and what is beside."""

    def collect(self) -> Iterator[Metric]:
        places = [Path(settings.VAR_DIR)]
        if not settings.MEDIA_S3_BUCKET and Path(settings.MEDIA_ROOT).exists():
            places.append(Path(settings.MEDIA_ROOT))
        try:
            free = min(shutil.disk_usage(place).free for place in places)
        except OSError as error:
            log.warning("disk_not_measured", error=str(error))
            return
        yield GaugeMetricFamily(
            "nusa_disk_free_bytes",
            "Free bytes on the disk of VAR_DIR, or of VAR_DIR/media if those are fewer.",
            value=free,
        )


class PendingWorkCollector(Collector):
    """Undelivered events, and jobs by state."""

    def collect(self) -> Iterator[Metric]:
        close_old_connections()
        try:
            yield from self._facts()
            yield from self._jobs()
            for read in _database_metrics:
                yield from read()
        except (DatabaseError, InterfaceError) as error:
            # The other metrics are still useful, especially now.
            log.warning("waiting_work_not_counted", error=infrastructure_errors.summarize(error))
        finally:
            connection.close()

    def _facts(self) -> Iterator[Metric]:
        facts = Fact.objects.aggregate(
            oldest=Min("published_at", filter=Q(parked_at=None)),
            waiting=Count("pk", filter=Q(parked_at=None)),
            parked=Count("pk", filter=Q(parked_at__isnull=False)),
        )
        age = (clock.now() - facts["oldest"]).total_seconds() if facts["oldest"] else 0.0
        yield GaugeMetricFamily(
            "nusa_outbox_oldest_seconds", "Age of the oldest undelivered fact in seconds.", value=age
        )
        yield GaugeMetricFamily("nusa_outbox_waiting", "Undelivered facts.", value=facts["waiting"])
        yield GaugeMetricFamily(
            "nusa_outbox_parked", "Facts whose delivery was given up and that need an operator.", value=facts["parked"]
        )

    def _jobs(self) -> Iterator[Metric]:
        counts = dict(Job.objects.values_list("state").annotate(count=Count("pk")).order_by("state"))
        family = GaugeMetricFamily("nusa_jobs", "Jobs by state.", labels=["state"])
        for state in Job.State:
            family.add_metric([state.value], counts.get(state.value, 0))
        yield family
