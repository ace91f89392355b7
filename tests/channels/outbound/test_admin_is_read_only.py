"""The administration shows what went through the channels and changes nothing."""

import pytest
from django.urls import reverse

from engagement.channels.models import Transmission
from engagement.village.models import User

pytestmark = pytest.mark.django_db


@pytest.fixture
def chief(client):
    user = User.objects.create_user(
        email="chief@pedralva.example", name="Chief", password="x" * 14, is_staff=True, is_superuser=True
    )
    client.force_login(user, backend="allauth.account.auth_backends.AuthenticationBackend")
    return user


def test_a_transmission_is_shown_and_cannot_be_changed(client, chief, send):
    row = send()
    listed = client.get(reverse("admin:engagement_channels_transmission_changelist"))
    assert row.external_id in listed.text
    shown = client.get(reverse("admin:engagement_channels_transmission_change", args=[row.pk]))
    assert shown.status_code == 200
    answer = client.post(reverse("admin:engagement_channels_transmission_change", args=[row.pk]), {"state": "accepted"})
    assert answer.status_code == 403
    assert (
        client.post(
            reverse("admin:engagement_channels_transmission_delete", args=[row.pk]), {"post": "yes"}
        ).status_code
        == 403
    )
    assert Transmission.objects.get(pk=row.pk).state == "queued"
    assert client.get(reverse("admin:engagement_channels_rawevent_changelist")).status_code == 200
