"""Public addresses of sign-up; mounted at ``/s/``."""

from django.urls import path

from engagement.channels.optin import pages

app_name = "optin"
urlpatterns = [
    path("<slug:slug>/", pages.sign_up, name="form"),
    path("confirmation/<str:token>/", pages.confirmation, name="confirmation"),
]
