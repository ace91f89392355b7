"""Every address of the house."""

from django.contrib import admin
from django.urls import include, path

from engagement.config import event_pages
from engagement.config.health import healthz, metrics, readyz

urlpatterns = [
    path("healthz", healthz, name="healthz"),
    path("readyz", readyz, name="readyz"),
    path("metrics", metrics, name="metrics"),
    path("admin/", admin.site.urls),
    path("accounts/", include("engagement.village.account_urls")),
    path("", include("engagement.ui.urls")),
    path("", include("engagement.setup.urls")),
    path("village/", include("engagement.village.urls")),
    path("events/", include(event_pages.addresses, namespace="events")),
    path("channels/", include("engagement.channels.urls")),
    path("s/", include("engagement.channels.optin.urls")),
    path("u/", include("engagement.channels.unsubscribe.urls")),
    path("hooks/sms/", include("engagement.channels.sms.urls")),
    path("people/", include("engagement.profiles.urls")),
    path("inbox/", include("conversations.urls")),
    path("work/", include("collaboration.urls")),
    path("studio/", include("content.urls")),
    path("campaigns/", include("campaigns.urls")),
    path("community/", include("community.urls")),
    path("operations/", include("engagement.operations.urls")),
    path("api/", include("engagement.config.api_urls")),
]
handler400 = "engagement.ui.views.errors.bad_request"
handler403 = "engagement.ui.views.errors.permission_denied"
handler404 = "engagement.ui.views.errors.not_found"
handler500 = "engagement.ui.views.errors.server_error"
