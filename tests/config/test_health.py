"""Is it alive, is it ready, and who may read the figures."""

import socket
import time
from datetime import timedelta

import pytest
from django.utils import timezone
from kombu import Connection

from engagement.config import health, heartbeat
from engagement.config.scheduler import BEAT_LEASE
from engagement.events.models import Lease, OutboxEvent
from engagement.leases import acquire_lease
from engagement.wakeups import store

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def no_workers():
    store().delete(heartbeat._key())


def test_the_process_is_alive_without_anything_else(client):
    assert client.get("/healthz").json() == {"status": "ok"}


WELL = dict.fromkeys(("database", "redis", "broker", "workers", "beat", "outbox", "disk"), "ok")


@pytest.mark.django_db(transaction=True)
class TestReadiness:
    """The checks ask in connections of their own, so what they should see is committed."""

    @pytest.fixture(autouse=True)
    def beat_ticks(self):
        Lease.objects.all().delete()
        acquire_lease(name=BEAT_LEASE, owner="tests", seconds=15)

    def test_not_ready_until_a_worker_reports(self, client):
        answer = client.get("/readyz")
        assert answer.status_code == 503
        assert answer.json()["checks"] == WELL | {"workers": "no worker has reported"}
        heartbeat.beat("tests", now=timezone.now())
        answer = client.get("/readyz")
        assert answer.json() == {"status": "ok", "checks": WELL}
        assert answer.status_code == 200

    def test_a_worker_that_fell_silent_and_an_outbox_that_lags_are_named(self, client):
        heartbeat.beat("tests", now=timezone.now() - timedelta(minutes=5))
        late = timezone.now() - timedelta(minutes=10)
        OutboxEvent.objects.create(name="x", subject="x", payload=b"{}", occurred_at=late, next_attempt_at=late)
        checks = client.get("/readyz").json()["checks"]
        assert checks["workers"] == "no worker has reported for a while"
        assert checks["outbox"].endswith("s behind")

    def test_a_beat_that_misses_its_ticks_is_named_within_a_minute(self, client):
        heartbeat.beat("tests", now=timezone.now())
        Lease.objects.update(renewed_at=timezone.now() - timedelta(seconds=50))
        answer = client.get("/readyz")
        assert answer.status_code == 503
        assert answer.json()["checks"] == WELL | {"beat": "no beat has ticked for 50 s"}
        Lease.objects.all().delete()
        assert client.get("/readyz").json()["checks"]["beat"] == "no beat has ticked"

    def test_the_real_broker_is_asked(self, client, monkeypatch):
        heartbeat.beat("tests", now=timezone.now())
        with socket.create_server(("127.0.0.1", 0)) as closed:
            port = closed.getsockname()[1]
        monkeypatch.setattr(
            health.app, "connection_for_write", lambda **how: Connection(f"amqp://127.0.0.1:{port}", **how)
        )
        assert client.get("/readyz").json()["checks"] == WELL | {"broker": "does not answer"}

    def test_who_hangs_is_waited_for_two_seconds_and_not_asked_again_meanwhile(self, client, monkeypatch):
        heartbeat.beat("tests", now=timezone.now())
        with socket.create_server(("127.0.0.1", 0)) as silent:  # accepts, and never says a word
            port = silent.getsockname()[1]
            asked = []

            def hang(**_how):
                asked.append(1)
                return Connection(f"amqp://127.0.0.1:{port}", connect_timeout=6)

            monkeypatch.setattr(health.app, "connection_for_write", hang)
            begun = time.monotonic()
            for _ in range(2):
                answer = client.get("/readyz")
                assert answer.json()["checks"] == WELL | {"broker": "does not answer"}
            assert time.monotonic() - begun < 2 * health.CHECK_SECONDS + 1
            assert len(asked) == 1


def test_probes_ask_by_address_and_nothing_else_does(client):
    by_address = {"HTTP_HOST": "10.77.0.11:8000"}
    assert client.get("/healthz", **by_address).status_code == 200
    assert client.get("/readyz", **by_address).status_code in (200, 503)
    assert client.get("/metrics", **by_address).status_code == 404
    for path in ("/", "/healthz/", "/healthzz", "/accounts/login/", "/api/v1/people/"):
        assert client.get(path, **by_address).status_code == 400, path


def test_figures_are_for_who_has_the_token(client, settings):
    assert client.get("/metrics").status_code == 404
    settings.METRICS_TOKEN = "a token of the tests"
    assert client.get("/metrics", headers={"authorization": "Bearer wrong"}).status_code == 404
    answer = client.get("/metrics", headers={"authorization": "Bearer a token of the tests"})
    assert answer.status_code == 200
    assert b'vilarejo_raw_events{status="failed"} 0.0' in answer.content


def test_figures_tell_of_beat_workers_and_what_waits(client, settings):
    settings.METRICS_TOKEN = "a token of the tests"
    acquire_lease(name=BEAT_LEASE, owner="tests", seconds=15)
    Lease.objects.update(renewed_at=timezone.now() - timedelta(seconds=70))
    heartbeat.beat("one", now=timezone.now(), queues=(f"{settings.NAMESPACE}.inbound",))
    heartbeat.beat("gone", now=timezone.now() - timedelta(minutes=5), queues=(f"{settings.NAMESPACE}.delivery",))
    text = client.get("/metrics", headers={"authorization": "Bearer a token of the tests"}).content.decode()
    figures = dict(line.rsplit(" ", 1) for line in text.splitlines() if not line.startswith("#"))
    assert 70 <= float(figures["vilarejo_beat_age_seconds"]) < 80
    assert figures['vilarejo_workers{queue="inbound"}'] == "1.0"
    assert figures['vilarejo_workers{queue="delivery"}'] == "0.0"
    assert figures["vilarejo_inbound_lag_seconds"] == figures["vilarejo_delivery_lag_seconds"] == "0.0"
    assert figures['vilarejo_check_ok{check="redis"}'] == "1.0"


def test_each_answer_carries_a_request_id(client):
    assert len(client.get("/healthz")["X-Request-ID"]) == 36
    assert client.get("/healthz", headers={"x-request-id": "from-the-proxy-1"})["X-Request-ID"] == "from-the-proxy-1"
    assert client.get("/healthz", headers={"x-request-id": "bad id\t"})["X-Request-ID"] != "bad id\t"
