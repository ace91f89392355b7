"""Addresses of the collaboration app; mounted at ``/work/``. Nouns; a form that cannot say DELETE posts ``_method``."""

from django.urls import URLPattern

app_name = "collaboration"
urlpatterns: list[URLPattern] = []
