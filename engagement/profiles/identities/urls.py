"""Addresses of the pages about a person's addresses; within ``/people/``."""

from django.urls import path

from engagement.profiles.identities import views

urlpatterns = [
    path("<uuid:pk>/identities/", views.identities, name="identities"),
    path("<uuid:pk>/identities/<uuid:key>/", views.identity, name="identity"),
    path("<uuid:pk>/identities/<uuid:key>/confirmation/", views.confirmation, name="identity-confirmation"),
    path("<uuid:pk>/identities/<uuid:key>/preference/", views.preference, name="identity-preference"),
    path("<uuid:pk>/identities/<uuid:key>/closing/", views.closing, name="identity-closing"),
    path("<uuid:pk>/identities/<uuid:key>/replacement/", views.replacement, name="identity-replacement"),
]
