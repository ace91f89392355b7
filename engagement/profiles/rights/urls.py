"""Addresses of data requests; under ``/people/``."""

from django.urls import path

from engagement.profiles.rights.views import answering, disclosing, erasing, filing

urlpatterns = [
    path("requests/", filing.requests, name="requests"),
    path("requests/<uuid:pk>/", answering.data_request, name="request"),
    path("requests/<uuid:pk>/identity/", answering.identity, name="request-identity"),
    path("requests/<uuid:pk>/law/", answering.law, name="request-law"),
    path("requests/<uuid:pk>/extension/", answering.extension, name="request-extension"),
    path("requests/<uuid:pk>/answer/", answering.answer, name="request-answer"),
    path("requests/<uuid:pk>/refusal/", answering.refusal, name="request-refusal"),
    path("requests/<uuid:pk>/cancellation/", answering.cancellation, name="request-cancellation"),
    path("requests/<uuid:pk>/erasure/", erasing.erasure, name="request-erasure"),
    path("requests/<uuid:pk>/erasing/", erasing.erasure_progress, name="request-erasing"),
    path("requests/<uuid:pk>/disclosures/", disclosing.disclosures, name="request-disclosures"),
    path("disclosures/<uuid:pk>/", disclosing.disclosure, name="disclosure"),
    path("holds/<uuid:pk>/lifting/", filing.lifting, name="hold-lifting"),
    path("<uuid:pk>/requests/", filing.person_requests, name="person-requests"),
    path("<uuid:pk>/holds/", filing.hold, name="legal-holds"),
]
