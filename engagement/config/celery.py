"""The workers' application: ``celery -A engagement.config.celery worker``."""

import os
import socket
import threading
from typing import Any

from celery import Celery, signals
from django.utils import timezone

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "engagement.config.settings.dev")
app = Celery("vilarejo")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()
_stop = threading.Event()


@signals.worker_ready.connect
def start_heart(sender: Any = None, **_: Any) -> None:
    """Begin to report this worker's life to ``/readyz``."""
    threading.Thread(target=_beat_until_stopped, name="heartbeat", daemon=True).start()


@signals.worker_shutting_down.connect
def stop_heart(**_: Any) -> None:
    """Stop reporting."""
    _stop.set()


def _beat_until_stopped() -> None:
    from engagement.config import heartbeat

    name = f"{socket.gethostname()}:{os.getpid()}"
    while True:
        heartbeat.beat(name, now=timezone.now())
        if _stop.wait(20):
            return
