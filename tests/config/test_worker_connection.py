"""A worker outlives its broker."""

from contextlib import contextmanager

import redis
from kombu.transport.redis import Channel

from engagement.config.celery import PatientQoS, app


class GoneChannel:
    """A channel whose connection is gone: asking it for anything fails."""

    unacked_key, unacked_index_key, unacked_mutex_key, do_restore = "a", "b", "c", False

    def __init__(self, error):
        self.error = error

    @contextmanager
    def conn_or_acquire(self, client=None):
        raise self.error
        yield


def test_tasks_that_cannot_be_given_back_do_not_end_the_worker():
    for error in (AttributeError("'NoneType' object has no attribute 'hostname'"), redis.ConnectionError("away")):
        qos = PatientQoS(GoneChannel(error))
        qos._delivered["one"] = object()
        assert qos.restore_unacked() == []


def test_workers_use_it_and_try_for_ever():
    assert Channel.QoS is PatientQoS
    assert app.conf.broker_connection_max_retries is None
    assert app.conf.broker_connection_retry
