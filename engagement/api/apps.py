"""The API's base: sign-in, pages, problems, schema."""

from django.apps import AppConfig


class ApiConfig(AppConfig):
    name = "engagement.api"
    label = "api"
