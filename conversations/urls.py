"""Addresses of the inbox."""

from django.urls import URLPattern

app_name = "conversations"
urlpatterns: list[URLPattern] = []
