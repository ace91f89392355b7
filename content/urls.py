"""Addresses of the studio; mounted at ``/studio/``. Nouns; a form that cannot say DELETE posts ``_method=delete``."""

from django.urls import path

from content.views import editor, frames, revisions, studio, submission, tests

app_name = "content"
urlpatterns = [
    path("", studio.studio, name="studio"),
    path("new/", studio.new, name="new"),
    path("<uuid:pk>/", editor.template, name="template"),
    path("<uuid:pk>/settings/", studio.settings, name="settings"),
    path("<uuid:pk>/archive/", studio.archive, name="archive"),
    path("<uuid:pk>/drafts/", editor.drafts, name="drafts"),
    path("<uuid:pk>/drafts/<slug:locale>/", editor.draft, name="draft"),
    path("<uuid:pk>/drafts/<slug:locale>/checks/", editor.checks, name="checks"),
    path("<uuid:pk>/drafts/<slug:locale>/confirmation/", editor.confirmation, name="confirmation"),
    path("<uuid:pk>/drafts/<slug:locale>/frame/", frames.draft, name="draft-frame"),
    path("<uuid:pk>/drafts/<slug:locale>/revisions/", editor.saved, name="saved"),
    path("<uuid:pk>/revisions/", revisions.revisions, name="revisions"),
    path("<uuid:pk>/revisions/<int:number>/restoration/", revisions.restoration, name="restoration"),
    path("<uuid:pk>/revisions/<int:number>/<slug:locale>/frame/", frames.revision, name="revision-frame"),
    path("test-link/", tests.test_link, name="test-link"),
    path("<uuid:pk>/tests/", tests.tests, name="tests"),
    path("<uuid:pk>/submission/", submission.submission, name="submission"),
]
