"""The whole house around a browser: pages, socket, mail listener, workers, and a mail server of the world outside."""

import asyncio
import smtplib
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from email.message import EmailMessage
from typing import Any

import uvicorn
from asgiref.sync import sync_to_async
from channels.auth import AuthMiddlewareStack
from channels.routing import ProtocolTypeRouter, URLRouter
from channels.security.websocket import OriginValidator
from django.db import connections
from django.urls import path
from django.utils import timezone

from engagement.channels.delivery import worker
from engagement.channels.inbound import processing
from engagement.events import relay
from engagement.realtime.consumer import LiveConsumer
from tests.channels.inbound.conftest import RunningListener
from tests.channels.outbound.carrier import Carrier


class Socket:
    """The live server in a thread, on a free port."""

    def __init__(self) -> None:
        self.origins: list[str] = []
        routes = AuthMiddlewareStack(URLRouter([path("live/", LiveConsumer.as_asgi())]))
        application = ProtocolTypeRouter({"websocket": OriginValidator(routes, self.origins)})
        options = uvicorn.Config(application, host="127.0.0.1", port=0, log_level="error", lifespan="off")
        self.server = uvicorn.Server(options)
        self.loop = asyncio.new_event_loop()
        self.thread = threading.Thread(target=self._run, daemon=True)
        self.thread.start()
        self._wait()

    def _run(self) -> None:
        asyncio.set_event_loop(self.loop)
        self.loop.run_until_complete(self.server.serve())

    def _wait(self) -> None:
        ready = threading.Event()
        while not self.server.started:
            ready.wait(0.02)

    @property
    def port(self) -> int:
        return self.server.servers[0].sockets[0].getsockname()[1]

    def stop(self) -> None:
        closing = sync_to_async(connections.close_all)()
        asyncio.run_coroutine_threadsafe(closing, self.loop).result(5)
        self.server.should_exit = True
        self.server.force_exit = True
        self.thread.join(5)


class Workers:
    """What Celery's workers do, in one thread, without pause. ``ahead`` lets time to undo pass at once."""

    def __init__(self) -> None:
        self.ahead = timedelta()
        self.errors: list[BaseException] = []
        self._stop = threading.Event()
        self.thread = threading.Thread(target=self._run, daemon=True)
        self.thread.start()

    def _run(self) -> None:
        try:
            while not self._stop.wait(0.05):
                processing.process_waiting()
                relay.run_pending(limit=500)
                worker.run_due(clock=lambda: timezone.now() + self.ahead)
                relay.run_pending(limit=500)
        except BaseException as error:
            self.errors.append(error)
            raise
        finally:
            connections.close_all()

    def stop(self) -> None:
        self._stop.set()
        self.thread.join(10)


class House:
    """A running house; ``url`` is where its pages are."""

    def __init__(self, url: str, socket: Socket, listener: RunningListener, workers: Workers, carrier: Carrier) -> None:
        self.url, self.socket, self.listener, self.workers, self.carrier = url, socket, listener, workers, carrier
        self._hands = ThreadPoolExecutor(1)

    def do(self, action: Callable[..., Any], *facts: object, **named: object) -> Any:
        """Call an action beside Playwright's loop, which Django takes for asynchronous code."""
        return self._hands.submit(action, *facts, **named).result(30)

    def close(self) -> None:
        self.do(connections.close_all)
        self._hands.shutdown()

    def write(self, to: str, *, sender: str = "ana@cliente.example", name: str = "Ana Prado", **facts: str) -> str:
        """Send a mail by SMTP, as a customer's program does; return its Message-ID."""
        mail = EmailMessage()
        mail["From"], mail["To"] = f"{name} <{sender}>", to
        mail["Subject"] = facts.get("title", "Where is my order?")
        mail["Message-ID"] = facts.get(
            "message_id", f"<{threading.get_ident()}.{timezone.now().timestamp()}@cliente.example>"
        )
        mail["Date"] = timezone.now()
        if "reply_to" in facts:
            mail["In-Reply-To"] = mail["References"] = facts["reply_to"]
        mail.set_content(facts.get("text", "Hello, where is it?"))
        with smtplib.SMTP("127.0.0.1", self.listener.port, timeout=30) as client:
            client.send_message(mail, sender, [to])
        return str(mail["Message-ID"])
