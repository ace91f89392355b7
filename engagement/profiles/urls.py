"""Addresses of this app's pages; mounted at ``/people/``."""

from django.urls import include, path

from engagement.profiles.views import consents, deals, facts, people, profile, suppressions

app_name = "profiles"
urlpatterns = [
    path("", include("engagement.profiles.rights.urls")),
    path("", people.people, name="people"),
    path("deals/", deals.deals, name="deals"),
    path("deals/<uuid:pk>/", deals.deal, name="deal"),
    path("deals/<uuid:pk>/hold/", deals.hold, name="hold"),
    path("deals/<uuid:pk>/release/", deals.release, name="release"),
    path("deals/<uuid:pk>/outcome/", deals.outcome, name="outcome"),
    path("suppressions/", suppressions.suppressions, name="suppressions"),
    path("suppressions/<uuid:pk>/lifting/", suppressions.lifting, name="lifting"),
    path("<uuid:pk>/", profile.profile, name="profile"),
    path("<uuid:pk>/timeline/", profile.timeline, name="timeline"),
    path("<uuid:pk>/timeline/counts/", profile.counts, name="timeline-counts"),
    path("<uuid:pk>/facts/", facts.facts, name="facts"),
    path("<uuid:pk>/attributes/<slug:slug>/", facts.uncovered, name="uncovered"),
    path("<uuid:pk>/consents/", consents.consents, name="consents"),
    path("<uuid:pk>/deals/", deals.new_deal, name="new-deal"),
]
