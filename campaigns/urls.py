"""Addresses of the campaigns app; mounted at ``/campaigns/``."""

from django.urls import path

from campaigns.views import campaigns, people, steering

app_name = "campaigns"
urlpatterns = [
    path("", campaigns.campaigns, name="campaigns"),
    path("<uuid:pk>/", campaigns.campaign, name="campaign"),
    path("<uuid:pk>/launch/", steering.launch, name="launch"),
    path("<uuid:pk>/pause/", steering.pause, name="pause"),
    path("<uuid:pk>/approval/<slug:kind>/", steering.approval, name="approval"),
    path("<uuid:pk>/duplicate/", steering.duplicate, name="duplicate"),
    path("<uuid:pk>/end/", steering.end, name="end"),
    path("<uuid:pk>/people/<slug:which>/", people.people, name="people"),
    path("<uuid:pk>/people/<slug:which>/export/", people.export, name="export"),
    path("recipients/<uuid:pk>/", people.recipient, name="recipient"),
]
