"""Addresses of this app's pages; mounted at ``/people/``."""

from django.urls import path

from engagement.profiles import views

app_name = "profiles"
urlpatterns = [
    path("", views.people, name="people"),
    path("<uuid:pk>/", views.profile, name="profile"),
]
