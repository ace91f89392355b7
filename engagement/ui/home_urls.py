"""The front door, without a namespace: LOGIN_REDIRECT_URL names it."""

from django.urls import path

from engagement.ui.views import home

urlpatterns = [path("", home.home, name="home")]
