"""The socket."""

from django.apps import AppConfig


class RealtimeConfig(AppConfig):
    name = "engagement.realtime"
    label = "realtime"

    def ready(self) -> None:
        """Open sockets are told when access changes."""
        from engagement.realtime.access_changes import connect_signals

        connect_signals()
