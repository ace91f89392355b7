"""The public address of a token; mounted at ``/u/``."""

from django.urls import path

from engagement.channels.unsubscribe import pages

app_name = "unsubscribe"
urlpatterns = [
    path("<str:token>/", pages.unsubscribe_page, name="page"),
    path("<str:token>/choices/", pages.choices, name="choices"),
]
