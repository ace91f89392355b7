"""Addresses of the operating model."""

from django.urls import URLPattern

app_name = "operations"
urlpatterns: list[URLPattern] = []
