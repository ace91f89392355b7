"""The composition root: settings, addresses, commands that need every app."""

from django.apps import AppConfig


class ConfigConfig(AppConfig):
    name = "engagement.config"
    label = "config"
