"""Is the process alive; is the house ready; figures for Prometheus."""

import secrets
from datetime import timedelta
from typing import Any

import redis
from django.conf import settings
from django.db import DatabaseError, connection
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.utils import timezone
from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, Gauge, generate_latest

from engagement.channels.models import Channel, RawEvent, Transmission
from engagement.config.heartbeat import last_beats
from engagement.events.models import OutboxEvent
from engagement.village.access import public
from engagement.wakeups import store

LAG_LIMIT = timedelta(minutes=2)
BEAT_LIMIT = timedelta(seconds=90)


@public
def healthz(request: HttpRequest) -> HttpResponse:
    """Answer 200 while the process can answer at all."""
    return JsonResponse({"status": "ok"})


@public
def readyz(request: HttpRequest) -> HttpResponse:
    """Answer 200 when database, broker, workers and outbox are well, else 503; says which is not."""
    checks = {"database": database(), "broker": broker()}
    checks["workers"] = workers() if checks["broker"] == "ok" else "unknown"
    checks["outbox"] = outbox() if checks["database"] == "ok" else "unknown"
    ready = all(answer == "ok" for answer in checks.values())
    return JsonResponse({"status": "ok" if ready else "not ready", "checks": checks}, status=200 if ready else 503)


def database() -> str:
    """Say whether the database answers: ``ok``, or what is wrong."""
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    except DatabaseError:
        return "does not answer"
    return "ok"


def broker() -> str:
    """Say whether Valkey answers."""
    try:
        store().ping()
    except redis.RedisError:
        return "does not answer"
    return "ok"


def workers() -> str:
    """Say whether a worker has reported lately."""
    now = timezone.now()
    beats = last_beats()
    if not beats:
        return "no worker has reported"
    return "ok" if now - max(beats.values()) <= BEAT_LIMIT else "no worker has reported for a while"


def outbox() -> str:
    """Say whether events are delivered in time."""
    lag = outbox_lag()
    return "ok" if lag <= LAG_LIMIT else f"{int(lag.total_seconds())} s behind"


def outbox_lag() -> timedelta:
    """Return how long the oldest event that is due has been waiting."""
    now = timezone.now()
    pending = OutboxEvent.objects.filter(status=OutboxEvent.Status.PENDING, next_attempt_at__lte=now)
    oldest = pending.order_by("position").values_list("next_attempt_at", flat=True).first()
    return now - oldest if oldest else timedelta()


@public
def metrics(request: HttpRequest) -> HttpResponse:
    """Figures for Prometheus, to who carries METRICS_TOKEN as a Bearer token; 404 to everybody else."""
    given = request.headers.get("Authorization", "").removeprefix("Bearer ")
    if not settings.METRICS_TOKEN or not secrets.compare_digest(given.encode(), settings.METRICS_TOKEN.encode()):
        return HttpResponse(status=404)
    return HttpResponse(generate_latest(_figures()), content_type=CONTENT_TYPE_LATEST)


def _figures() -> CollectorRegistry:
    registry = CollectorRegistry()

    def gauge(name: str, meaning: str, value: float, **labels: Any) -> None:
        known = registry._names_to_collectors.get(name)
        metric = known if isinstance(known, Gauge) else Gauge(name, meaning, list(labels), registry=registry)
        (metric.labels(**labels) if labels else metric).set(value)

    gauge("vilarejo_outbox_lag_seconds", "Age of the oldest event that is due", outbox_lag().total_seconds())
    for status in (OutboxEvent.Status.PENDING, OutboxEvent.Status.DEAD):
        count = OutboxEvent.objects.filter(status=status).count()
        gauge("vilarejo_outbox_events", "Events in the outbox", count, status=status.value)
    for raw in (RawEvent.Status.RECEIVED, RawEvent.Status.FAILED):
        count = RawEvent.objects.filter(status=raw).count()
        gauge("vilarejo_raw_events", "Deliveries that came in", count, status=raw.value)
    for state in ("queued", "claimed", "handing", "unknown"):
        count = Transmission.objects.filter(state=state, settled_at=None).count()
        gauge("vilarejo_transmissions", "Messages on their way out", count, state=state)
    broken = Channel.objects.filter(circuit_open_until__gt=timezone.now()).count()
    gauge("vilarejo_channels_broken", "Channels whose circuit is open", broken)
    return registry
