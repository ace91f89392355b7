"""The workers' application: ``celery -A engagement.config.celery worker``."""

import os
import socket
import threading
from typing import Any

import redis
import structlog
from celery import Celery, signals
from django.utils import timezone
from kombu.transport.redis import Channel as RedisChannel
from kombu.transport.redis import QoS

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "engagement.config.settings.dev")
app = Celery("vilarejo")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()
log = structlog.get_logger(__name__)
HEARTBEAT_SECONDS = 10.0
_stop = threading.Event()


class PatientQoS(QoS):  # type: ignore[misc]
    """Gives tasks back that a worker has not finished, if its connection still can.

    Kombu's own raises AttributeError when the connection is gone, which ends the worker for good (kombu 5.7.0). What
    cannot be given back is given to another worker after the visibility timeout; the sweeps find its work before.
    """

    def restore_unacked(self, client: Any = None) -> Any:
        """Return what could not be given back."""
        try:
            return super().restore_unacked(client)
        except (AttributeError, redis.RedisError) as error:
            log.warning("tasks_not_given_back", error=str(error))
            return []


RedisChannel.QoS = PatientQoS


@signals.worker_init.connect
def load_monitoring(**_: Any) -> None:
    """Have the worker's processes report too, where the settings ask for it."""
    from engagement.config import monitoring  # noqa: F401 - connects its signals


@signals.worker_ready.connect
def start_heart(sender: Any = None, **_: Any) -> None:
    """Begin to report this worker's life to ``/readyz``, and to sweep while no beat does."""
    queues = tuple(sorted(sender.app.amqp.queues.consume_from)) if sender is not None else ()
    threading.Thread(target=_beat_until_stopped, args=(queues,), name="heartbeat", daemon=True).start()


@signals.worker_shutting_down.connect
def stop_heart(**_: Any) -> None:
    """Stop reporting."""
    _stop.set()


def _beat_until_stopped(queues: tuple[str, ...]) -> None:
    from engagement.config import heartbeat, sweep

    name = f"{socket.gethostname()}:{os.getpid()}"
    while True:
        try:
            heartbeat.beat(name, now=timezone.now(), queues=queues)
        except redis.RedisError as error:
            log.warning("heartbeat_failed", error=str(error))
        sweep.sweep_without_beat()
        if _stop.wait(HEARTBEAT_SECONDS):
            return
