"""A test goes to ourselves by the path that every message takes, and counts nowhere."""

from email import message_from_bytes
from email.policy import default

import pytest
from django.urls import reverse
from django.utils import timezone

from content.actions.drafting import begin_locale
from content.actions.test_sending import MAX_ADDRESSES, MAX_PER_HOUR, SOURCE, TestRefused, read_addresses
from content.models import TestSend
from content.test_renderer import render
from engagement.channels.delivery import worker
from engagement.channels.email.sender import POOL
from engagement.channels.models import Channel, Transmission
from engagement.profiles.models import Consent, Identity, Profile
from engagement.village.models import AuditEntry
from tests.channels.outbound.carrier import Carrier
from tests.factories import LAYOUT, NOW, make_template
from tests.village.people import client_of

pytestmark = pytest.mark.django_db


def send(author, template, **fields):
    given = {"addresses": author.email, "locale": "en", "reader": "whole", "mark": "on"} | fields
    return client_of(author).post(reverse("content:tests", args=[template.pk]), given)


def test_a_test_is_queued_like_every_message_and_leaves_a_trail(otavio):
    template = make_template(
        otavio, purpose="marketing", words='Hi {{ first_name }} <a href="{{ unsubscribe_url }}">out</a>'
    )
    assert send(otavio, template).status_code == 302
    [row] = Transmission.objects.all()
    assert (row.source, row.purpose, row.profile_id, row.group_id, row.content_hash) == (
        SOURCE,
        "service",
        None,
        None,
        "",
    )
    made = render([row])[row.key]
    assert made.subject == "[Test] Spring"
    assert made.to[0].address == otavio.email
    assert "Hi Ana" in made.html
    assert reverse("content:test-link") in made.html
    assert "List-Unsubscribe" not in made.headers
    assert AuditEntry.objects.get(action="template.test_sent").detail["addresses"] == [otavio.email]
    assert not Consent.objects.exists()
    page = client_of(otavio).get(reverse("content:tests", args=[template.pk])).content.decode()
    assert "Ana Prado, everything known" in page


def test_a_test_arrives_at_a_server_of_mail(otavio, settings):
    template = make_template(otavio, purpose="marketing", words="Hi {{ first_name }}, água")
    with Carrier() as carrier:
        settings.SMTP_URL, settings.SMTP_TIMEOUT = carrier.url, 2
        send(otavio, template, addresses=f"{otavio.email}, legal@pedralva.example")
        assert worker.run(channel_id=template.channel_id, clock=lambda: timezone.now()) == 2
        POOL.close()
        letters = [
            (recipients, message_from_bytes(raw, policy=default)) for _sender, recipients, raw in carrier.received
        ]
    assert sorted(recipients[0] for recipients, _letter in letters) == ["legal@pedralva.example", otavio.email]
    for _recipients, letter in letters:
        assert letter["Subject"] == "[Test] Spring"
        assert "Hi Ana, água" in letter.get_body(("html",)).get_content()
        assert "List-Unsubscribe" not in letter
    assert set(Transmission.objects.values_list("state", flat=True)) == {"accepted"}


def test_a_test_is_sent_in_any_language_and_without_the_mark(otavio):
    template = make_template(otavio, words="Hello")
    begin_locale(template=template, locale="de", author=otavio, now=NOW)
    template.drafts.filter(locale="de").update(subject="Frühling", mjml=LAYOUT.format(words="Guten Tag"))
    assert send(otavio, template, locale="de", mark="").status_code == 302
    [row] = Transmission.objects.all()
    made = render([row])[row.key]
    assert (made.subject, made.headers["Content-Language"]) == ("Frühling", "de")
    assert "Guten Tag" in made.html


def test_an_sms_is_tried_too(otavio):
    template = make_template(otavio, kind="sms", words="Hi {{ first_name }}")
    assert send(otavio, template, addresses="+55 31 99811-0502").status_code == 302
    [row] = Transmission.objects.all()
    assert render([row])[row.key].text == "[Test] Hi Ana"


def test_a_contact_gets_no_test(otavio):
    ana = Profile.objects.create(name="Ana", created_at=NOW)
    Identity.objects.create(
        profile=ana, kind="email", address="ana@customer.example", address_norm="ana@customer.example"
    )
    template = make_template(otavio)
    answer = send(otavio, template, addresses=f"{otavio.email}, ana@customer.example")
    assert answer.status_code == 422
    assert "ana@customer.example belongs to a contact." in answer.content.decode()
    assert not Transmission.objects.exists()


def test_what_cannot_be_written_is_said_and_nothing_is_sent(otavio):
    template = make_template(otavio, words="{{ 1 | divided_by: 0 }}")
    answer = send(otavio, template)
    assert answer.status_code == 422
    assert "A number is divided by zero." in answer.content.decode()
    assert not TestSend.objects.exists()


def test_a_paused_channel_is_said(otavio):
    template = make_template(otavio)
    Channel.objects.update(status="paused")
    assert "is paused, so nothing leaves" in send(otavio, template).content.decode()


def test_tests_are_bounded(otavio):
    template = make_template(otavio)
    with pytest.raises(TestRefused, match="at most 10"):
        read_addresses(" ".join(f"a{n}@x.example" for n in range(MAX_ADDRESSES + 1)), kind="email")
    with pytest.raises(TestRefused, match="at least one"):
        read_addresses(" ,\n ", kind="email")
    TestSend.objects.bulk_create(
        TestSend(
            template=template,
            locale="en",
            reader="x",
            address="x@x.example",
            requested_by=otavio,
            created_at=timezone.now(),
        )
        for _ in range(MAX_PER_HOUR)
    )
    answer = send(otavio, template)
    assert answer.status_code == 422
    assert "within an hour" in answer.content.decode()


def test_the_links_out_of_a_test_explain_themselves_to_anybody(client):
    page = client.get(reverse("content:test-link"))
    assert page.status_code == 200
    assert "Nothing has changed." in page.content.decode()
