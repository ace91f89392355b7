"""Where a provider of texts calls us: ``/hooks/sms/<channel>/``."""

from django.urls import path

from engagement.channels.views import sms_hooks

app_name = "sms"
urlpatterns = [
    path("<uuid:key>/", sms_hooks.messages, name="messages"),
    path("<uuid:key>/status/", sms_hooks.status, name="status"),
]
