"""The socket."""

from django.apps import AppConfig


class RealtimeConfig(AppConfig):
    name = "engagement.realtime"
    label = "realtime"
