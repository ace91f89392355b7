"""Sockets: served by an ASGI server of their own, ``/live/`` only."""

import os

from channels.auth import AuthMiddlewareStack
from channels.routing import ProtocolTypeRouter, URLRouter
from channels.security.websocket import OriginValidator
from django.core.asgi import get_asgi_application
from django.urls import path

os.environ.setdefault("PROCESS_KIND", "live")
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "engagement.config.settings.dev")
http = get_asgi_application()

from django.conf import settings  # noqa: E402 - after Django is set up

from engagement.config.monitoring import start_monitoring  # noqa: E402
from engagement.realtime.consumer import LiveConsumer  # noqa: E402

start_monitoring()

websocket = OriginValidator(
    AuthMiddlewareStack(URLRouter([path("live/", LiveConsumer.as_asgi())])),
    [*settings.PAGE_ORIGINS, *settings.CSRF_TRUSTED_ORIGINS],
)
application = ProtocolTypeRouter({"http": http, "websocket": websocket})
