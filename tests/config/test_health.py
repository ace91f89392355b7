"""Is it alive, is it ready, and who may read the figures."""

from datetime import timedelta

import pytest
from django.utils import timezone

from engagement.config import heartbeat
from engagement.events.models import OutboxEvent
from engagement.wakeups import store

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def no_workers():
    store().delete(heartbeat._key())


def test_the_process_is_alive_without_anything_else(client):
    assert client.get("/healthz").json() == {"status": "ok"}


def test_not_ready_until_a_worker_reports(client):
    answer = client.get("/readyz")
    assert answer.status_code == 503
    assert answer.json()["checks"] == {
        "database": "ok", "broker": "ok", "workers": "no worker has reported", "outbox": "ok",
    }  # fmt: skip
    heartbeat.beat("tests", now=timezone.now())
    assert client.get("/readyz").json() == {
        "status": "ok",
        "checks": {"database": "ok", "broker": "ok", "workers": "ok", "outbox": "ok"},
    }


def test_a_worker_that_fell_silent_and_an_outbox_that_lags_are_named(client):
    heartbeat.beat("tests", now=timezone.now() - timedelta(minutes=5))
    late = timezone.now() - timedelta(minutes=10)
    OutboxEvent.objects.create(name="x", subject="x", payload=b"{}", occurred_at=late, next_attempt_at=late)
    checks = client.get("/readyz").json()["checks"]
    assert checks["workers"] == "no worker has reported for a while"
    assert checks["outbox"].endswith("s behind")


def test_figures_are_for_who_has_the_token(client, settings):
    assert client.get("/metrics").status_code == 404
    settings.METRICS_TOKEN = "a token of the tests"
    assert client.get("/metrics", headers={"authorization": "Bearer wrong"}).status_code == 404
    answer = client.get("/metrics", headers={"authorization": "Bearer a token of the tests"})
    assert answer.status_code == 200
    assert b'vilarejo_raw_events{status="failed"} 0.0' in answer.content


def test_each_answer_carries_a_request_id(client):
    assert len(client.get("/healthz")["X-Request-ID"]) == 36
    assert client.get("/healthz", headers={"x-request-id": "from-the-proxy-1"})["X-Request-ID"] == "from-the-proxy-1"
    assert client.get("/healthz", headers={"x-request-id": "bad id\t"})["X-Request-ID"] != "bad id\t"
