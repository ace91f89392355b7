"""Addresses of the collaboration app."""

from django.urls import URLPattern

app_name = "collaboration"
urlpatterns: list[URLPattern] = []
