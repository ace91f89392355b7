"""Is the process alive; is the installation ready; figures for Prometheus."""

import secrets
import threading
import time
from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import Any

import redis
import structlog
from django.conf import settings
from django.db import DatabaseError, InterfaceError, connection
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.http.request import split_domain_port
from django.utils import timezone
from kombu.exceptions import KombuError
from kombu.exceptions import OperationalError as BrokerError
from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, Gauge, generate_latest

from engagement.channels.models import Channel, RawEvent, Transmission
from engagement.config.celery import app
from engagement.config.heartbeat import last_beats, workers_by_queue
from engagement.config.scheduler import BEAT_LEASE
from engagement.disk_space import disk, disk_spaces
from engagement.events.models import OutboxEvent
from engagement.leases import lease_age
from engagement.village.access import public

log = structlog.get_logger(__name__)
LAG_LIMIT = timedelta(minutes=2)
BEAT_LIMIT = timedelta(seconds=90)  # of a worker's report
TICK_LIMIT_SECONDS = 45.0  # since beat last ticked
CHECK_SECONDS = 2.0
PROBES = ("/healthz", "/readyz", "/metrics")
_SILENT = "does not answer"
NEVER = 1e9  # seconds: no beat has ever ticked
QUEUES = ("inbound", "delivery", "default", "campaigns")


class ProbeMiddleware:
    """Lets a probe ask by the address of the machine: nothing in its answer depends on the name it asks for.

    Only these paths; every other request is still refused under a name that ALLOWED_HOSTS does not have.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if request.path_info in PROBES and settings.ALLOWED_HOSTS:
            name, _port = split_domain_port(settings.ALLOWED_HOSTS[0])
            request.META["HTTP_HOST"] = name.lstrip(".") if name != "*" else "localhost"
            request.META.pop("HTTP_X_FORWARDED_HOST", None)
        return self.get_response(request)


@public
def healthz(request: HttpRequest) -> HttpResponse:
    """Answer 200 while the process can answer at all."""
    return JsonResponse({"status": "ok"})


@public
def readyz(request: HttpRequest) -> HttpResponse:
    """Answer 200 when each part is well, else 503 and which is not; within about two seconds, whatever hangs."""
    checks = run_checks()
    ready = all(answer == "ok" for answer in checks.values())
    return JsonResponse({"status": "ok" if ready else "not ready", "checks": checks}, status=200 if ready else 503)


def run_checks() -> dict[str, str]:
    """Ask every part at once; who has not answered after two seconds does not answer."""
    groups = (
        _Check(_database_checks, {"database": _SILENT, "outbox": "unknown", "beat": "unknown"}),
        _Check(_redis_checks, {"redis": _SILENT, "workers": "unknown"}),
        _Check(_broker_checks, {"broker": _SILENT}),
    )
    deadline = time.monotonic() + CHECK_SECONDS
    found = [group.answers(deadline) for group in groups]
    answers = {name: answer for part in found for name, answer in part.items()}
    answers["disk"] = disk()
    return {name: answers[name] for name in ("database", "redis", "broker", "workers", "beat", "outbox", "disk")}


class _Check:
    """One group of checks in a thread of its own. One that hangs is not started a second time."""

    _hanging: dict[Callable[[], Mapping[str, str]], threading.Thread] = {}
    _lock = threading.Lock()

    def __init__(self, ask: Callable[[], Mapping[str, str]], silent: Mapping[str, str]) -> None:
        self._ask, self._silent = ask, silent
        self._found: Mapping[str, str] | None = None
        self._thread = threading.Thread(target=self._run, name=f"check-{ask.__name__}", daemon=True)
        with self._lock:
            before = self._hanging.get(ask)
            if before is None or not before.is_alive():
                self._thread.start()

    def answers(self, deadline: float) -> Mapping[str, str]:
        """Wait for the answers until ``deadline`` (monotonic)."""
        if self._thread.ident is not None:
            self._thread.join(max(0.0, deadline - time.monotonic()))
            if self._thread.is_alive():
                with self._lock:
                    self._hanging[self._ask] = self._thread
        return self._silent if self._found is None else self._found

    def _run(self) -> None:
        try:
            self._found = self._ask()
        except (DatabaseError, InterfaceError, redis.RedisError, BrokerError, KombuError, OSError) as error:
            log.warning("check_failed", check=self._ask.__name__, error=str(error))


def _database_checks() -> Mapping[str, str]:
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
        return {"database": "ok", "outbox": outbox(), "beat": beat()}
    finally:
        connection.close()  # this thread's own


def _redis_checks() -> Mapping[str, str]:
    return {"redis": "ok", "workers": workers()}


def _broker_checks() -> Mapping[str, str]:
    """Ask the broker itself, be it RabbitMQ or Redis."""
    with app.connection_for_write(connect_timeout=CHECK_SECONDS) as broker:
        broker.connect()
        with broker.channel() as channel:
            if hasattr(channel, "client"):
                channel.client.ping()
    return {"broker": "ok"}


def workers() -> str:
    """Say whether a worker has reported lately. Raises redis.RedisError."""
    now = timezone.now()
    beats = last_beats()
    if not beats:
        return "no worker has reported"
    return "ok" if now - max(beats.values()) <= BEAT_LIMIT else "no worker has reported for a while"


def beat() -> str:
    """Say whether beat sends the regular tasks. Raises DatabaseError."""
    age = lease_age(BEAT_LEASE)
    if age is None:
        return "no beat has ticked"
    return "ok" if age <= TICK_LIMIT_SECONDS else f"no beat has ticked for {int(age)} s"


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
    registry, now = CollectorRegistry(), timezone.now()

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
    broken = Channel.objects.filter(circuit_open_until__gt=now).count()
    gauge("vilarejo_channels_broken", "Channels whose circuit is open", broken)
    waiting = RawEvent.objects.filter(status=RawEvent.Status.RECEIVED).order_by("key").values_list("received_at")
    oldest = next((now - row[0] for row in waiting[:1]), timedelta())
    gauge("vilarejo_inbound_lag_seconds", "Age of the oldest delivery that is not read", oldest.total_seconds())
    late = (
        Transmission.objects.filter(state="queued", not_before__lte=now)
        .order_by("not_before")
        .values_list("not_before")
    )
    overdue = next((now - row[0] for row in late[:1]), timedelta())
    gauge("vilarejo_delivery_lag_seconds", "Age of the oldest message that is due", overdue.total_seconds())
    age = lease_age(BEAT_LEASE)
    gauge("vilarejo_beat_age_seconds", "Seconds since beat last ticked", NEVER if age is None else age)
    for space in disk_spaces():
        gauge("vilarejo_disk_bytes", "Size of a disk", space.total, path=space.path)
        gauge("vilarejo_disk_free_bytes", "Room on a disk", space.free, path=space.path)
    for check, answer in run_checks().items():
        gauge("vilarejo_check_ok", "Whether a check of /readyz is well", float(answer == "ok"), check=check)
    _worker_figures(gauge)
    return registry


def _worker_figures(gauge: Callable[..., None]) -> None:
    try:
        counts = workers_by_queue(since=timezone.now() - BEAT_LIMIT)
    except redis.RedisError as error:
        log.warning("workers_unknown", error=str(error))
        return
    for queue in QUEUES:
        name = f"{settings.NAMESPACE}.{queue}"
        gauge("vilarejo_workers", "Workers that read a queue", counts.get(name, 0), queue=queue)
