"""Addresses of the method, under ``operations/``."""

from django.urls import path

from engagement.operations.views import method, workshops

urlpatterns = [
    path("use-cases/", method.use_cases, name="use-cases"),
    path("use-cases/<str:name>/", method.use_case, name="use-case"),
    path("roi/", method.roi, name="roi"),
    path("workshops/", workshops.workshops, name="workshops"),
    path("workshops/new/", workshops.workshop_new, name="workshop-new"),
    path("workshops/join/", workshops.join, name="workshop-join"),
    path("workshops/join/scores/", workshops.scoring, name="workshop-score"),
    path("workshops/<uuid:pk>/", workshops.workshop, name="workshop"),
    path("workshops/<uuid:pk>/notes/", workshops.workshop_notes, name="workshop-notes"),
    path("workshops/<uuid:pk>/end/", workshops.workshop_end, name="workshop-end"),
    path("workshops/<uuid:pk>/report/", workshops.workshop_report, name="workshop-report"),
]
