"""Marketing email speaks as the organization's sender of campaigns: on the page, in the approval, in what is sent."""

import pytest
from django.core.cache import cache
from django.urls import reverse

from campaigns.actions import waves
from campaigns.renderer import render
from campaigns.selectors.preflight import missing, preflight
from content.actions.saving import save
from content.models import Revision
from engagement.channels.email.composing import compose
from engagement.channels.email.ready import ReadyEmail
from engagement.channels.models import Channel, Transmission
from engagement.organization.current import KEY, expire_local_copy, lock_organization
from tests.campaigns.people import approve, launched, ready, somebody
from tests.factories import NOW, make_template
from tests.village.people import client_of

pytestmark = pytest.mark.django_db


def name_marketing(name: str) -> None:
    """Set the organization's sender name of campaigns."""
    row = lock_organization()
    row.marketing_sender_name = name
    row.save()
    cache.delete(KEY)  # what this transaction saved is announced by no commit
    expire_local_copy()


def sender_of_wave(campaign) -> str:
    waves.queue_wave(campaign_id=campaign.pk, now=NOW)
    row = Transmission.objects.get()
    made = render([row])[row.pk]
    content = made.content if isinstance(made, ReadyEmail) else compose(made)
    return next(line for line in content.decode().splitlines() if line.startswith("From:"))


def test_the_name_of_campaigns_is_shown_approved_and_sent(lia):
    name_marketing("Feira do Sol")
    somebody("Ana", email="ana@customer.example", agrees=("email",))
    campaign = launched(lia)
    template, address = campaign.email_template, campaign.email_channel.address
    assert campaign.email_revision.sender == f"Feira do Sol <{address}>"
    reader = client_of(lia)
    assert "Feira do Sol" in reader.get(reverse("content:template", args=[template.pk])).content.decode()
    settings = reader.get(reverse("content:settings", args=[template.pk])).content.decode()
    assert f"Feira do Sol &lt;{address}&gt;" in settings
    assert "Marketing email is sent as “Feira do Sol”." in settings
    assert sender_of_wave(campaign) == f"From: Feira do Sol <{address}>"


def test_another_name_of_campaigns_needs_another_approval(lia):
    somebody("Ana", email="ana@customer.example", agrees=("email",))
    campaign = ready(lia)
    before = Revision.objects.get().content_hash
    name_marketing("Feira do Sol")
    [check] = missing(preflight(campaign=campaign, now=NOW))
    assert "was changed after its approval" in check.title
    assert f"Now: Feira do Sol <{campaign.email_channel.address}>" in check.text
    approve(campaign.email_template, lia)
    assert Revision.objects.order_by("-number")[0].content_hash != before
    assert missing(preflight(campaign=campaign, now=NOW)) == []


def test_what_a_launch_has_bound_keeps_its_sender(lia):
    somebody("Ana", email="ana@customer.example", agrees=("email",))
    campaign = launched(lia)
    name_marketing("Feira do Sol")
    assert "Feira" not in sender_of_wave(campaign)


def test_a_channel_without_a_name_sends_as_the_organization_that_was_approved(lia):
    template = make_template(lia, purpose="marketing", words="Hello")
    Channel.objects.update(sender_name="")
    template.refresh_from_db()
    approve(template, lia)
    somebody("Ana", email="ana@customer.example", agrees=("email",))
    campaign = launched(lia, email_template=template)
    assert campaign.email_revision.sender == f"Pedralva <{template.channel.address}>"


@pytest.mark.parametrize(("kind", "purpose"), [("email", "service"), ("sms", "marketing")])
def test_other_messages_keep_the_name_of_their_channel(lia, kind, purpose):
    name_marketing("Feira do Sol")
    template = make_template(lia, kind=kind, purpose=purpose)
    assert save(template=template, author=lia, now=NOW).sender == template.channel.sender_line
