"""The pages of the API's users: their tokens."""

from django.urls import path

from engagement.api import views

app_name = "api"
urlpatterns = [
    path("", views.tokens, name="tokens"),
    path("<uuid:key>/", views.token, name="token"),
]
