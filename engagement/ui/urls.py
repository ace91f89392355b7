"""Addresses of the interface's own pages; mounted at the root as ``ui``."""

from django.urls import path

from engagement.ui.views import parts

app_name = "ui"
urlpatterns = [
    path("band/", parts.band, name="band"),
    path("palette/", parts.palette, name="palette"),
    path("theme/", parts.theme, name="theme"),
    path("preferences/", parts.band, name="preferences"),
]
