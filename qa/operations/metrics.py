"""Figures for Prometheus: this process's requests, and what the whole installation waits for.

Who asks names ``METRICS_TOKEN``; without one set there is nothing to ask. Labels are endpoints, methods and kinds of
answers: nothing about tickets or people. Each process counts its own requests, so every one is scraped; what is read
from the database is the same wherever it is asked.
"""

import datetime as dt
import hmac
import shutil
import time
from collections.abc import Iterable, Iterator
from pathlib import Path

from flask import Flask, Response, g, request
from prometheus_client import (
    CONTENT_TYPE_LATEST,
    CollectorRegistry,
    Counter,
    Gauge,
    GCCollector,
    Histogram,
    Metric,
    PlatformCollector,
    ProcessCollector,
    generate_latest,
)
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.registry import Collector
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from qa.core import audit
from qa.core.jobs import Job, JobState

SECONDS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10)
CONTENT_TYPE = CONTENT_TYPE_LATEST


class Figures:
    """What one process counts."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        for collect in (ProcessCollector, PlatformCollector, GCCollector):
            collect(registry=self.registry)
        self.requests = Counter(
            "fairmark_requests",
            "Requests answered by this process.",
            ("endpoint", "method", "status"),
            registry=self.registry,
        )
        self.waiting = Gauge(
            "fairmark_requests_waiting", "Requests that wait for a thread of this process.", registry=self.registry
        )
        self.seconds = Histogram(
            "fairmark_request_seconds",
            "Time from a request's beginning to its answer.",
            ("endpoint", "method"),
            buckets=SECONDS,
            registry=self.registry,
        )


def count_requests(app: Flask) -> None:
    """Count every answer of this process from now on."""
    figures = app.extensions["metrics"] = Figures()
    # Only a server of ours has lanes in which requests wait; it says so when it begins to serve.
    figures.waiting.set_function(lambda: app.extensions.get("waiting_requests", int)())

    @app.after_request
    def counted(response: Response) -> Response:
        endpoint = request.endpoint or "none"  # an address that does not exist is one of endlessly many
        figures.requests.labels(endpoint, request.method, str(response.status_code)).inc()
        if "began" in g:
            figures.seconds.labels(endpoint, request.method).observe(time.perf_counter() - g.began)
        return response


def admitted(token: str, header: str) -> bool:
    """Whether an ``Authorization`` header bears the token."""
    kind, _, given = header.partition(" ")
    return kind.lower() == "bearer" and hmac.compare_digest(given.strip().encode(), token.encode())


def written(figures: Figures, session: Session, instance: Path, *, ready: bool, now: dt.datetime) -> bytes:
    """Everything in Prometheus's text format."""
    state = CollectorRegistry()
    state.register(Installation(list(installation(session, instance, ready=ready, now=now))))
    return generate_latest(figures.registry) + generate_latest(state)


class Installation(Collector):
    """Hands over what was read."""

    def __init__(self, read: Iterable[Metric]) -> None:
        self.read = read

    def collect(self) -> Iterable[Metric]:
        return self.read


def installation(session: Session, instance: Path, *, ready: bool, now: dt.datetime) -> Iterator[Metric]:
    """What the database and the disk tell; only the disk while the database is not ready."""
    yield gauge("fairmark_ready", "1 when the database answers and its schema is the program's.", float(ready))
    folder = next(each for each in (instance, *instance.parents) if each.exists())
    yield gauge("fairmark_disk_free_bytes", "Room where the instance lies.", float(shutil.disk_usage(folder).free))
    if not ready:
        return
    jobs = GaugeMetricFamily("fairmark_jobs", "Jobs by state.", labels=["state"])
    counts = dict(session.execute(select(Job.state, func.count()).group_by(Job.state)).all())
    for state in JobState:
        jobs.add_metric([state.value], counts.get(state, 0))
    yield jobs
    oldest = session.scalar(
        select(func.min(func.coalesce(Job.not_before, Job.created_at))).where(Job.state == JobState.WAITING)
    )
    waited = max((now - oldest).total_seconds(), 0.0) if oldest is not None else 0.0
    yield gauge("fairmark_job_waiting_seconds", "How long the oldest job that may run has waited.", waited)
    since = audit.waits_since(session)
    unsealed = max((now - since).total_seconds(), 0.0) if since is not None else 0.0
    yield gauge("fairmark_audit_unsealed_seconds", "Age of the oldest audit event that is not sealed.", unsealed)


def gauge(name: str, told: str, value: float) -> Metric:
    return GaugeMetricFamily(name, told, value=value)
