"""Addresses of the events' pages."""

from django.urls import path

from engagement.events import views

app_name = "events"
urlpatterns = [
    path("", views.events, name="events"),
    path("<uuid:key>/replay/", views.replay, name="replay"),
]
