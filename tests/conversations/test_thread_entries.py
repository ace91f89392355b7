"""The entries of a thread, drawn: what strangers wrote stays text, and what stands where."""

from datetime import UTC, datetime

import pytest
from django.core.files.base import ContentFile
from django.urls import reverse
from django.utils import formats, timezone, translation
from django.utils.html import urlize

from conversations.models import Message, MessageAttachment
from conversations.templatetags.inbox import words
from engagement.channels.models import Attachment
from engagement.ui import durations
from tests.factories import NOW, make_channel, make_conversation, make_queue, make_user

HOSTILE = """<img src=x onerror=alert(1)>"'><script>alert(2)</script>"""


@pytest.fixture
def talk():
    channel = make_channel("care@pedralva.example")
    make_queue("care", channels=(channel,), is_default=True)
    return make_conversation(channel)


def page_of(client, talk):
    agent = make_user("Iara", queues=tuple(talk.channel.queues.all()), is_superuser=True)
    client.force_login(agent)
    url = reverse("conversations:thread", args=["all", talk.pk])
    return client.get(url, headers={"HX-Request": "true", "HX-Target": "div#messages"}).content.decode()


def attach(message):
    kept = Attachment(filename=HOSTILE, content_type=HOSTILE[:100], size=4, sha256="0" * 64, created_at=NOW)
    kept.file.save("x", ContentFile(b"x"), save=False)
    kept.save()
    MessageAttachment.objects.create(message=message, attachment=kept)


def write_hostile(message, **changes):
    values = {
        "sender_name": HOSTILE,
        "sender_address": HOSTILE,
        "title": HOSTILE,
        "text": HOSTILE,
        "quoted_text": HOSTILE,
        "signature": HOSTILE,
        "delivery_detail": HOSTILE,
        "detail": {"notes": [HOSTILE], "event": "moved", "to": HOSTILE, "mentions": [{"name": HOSTILE}]},
    }
    Message.objects.filter(pk=message.pk).update(**values | changes)
    attach(message)


@pytest.mark.django_db
@pytest.mark.parametrize(
    "changes",
    [
        {"kind": "received"},
        {"kind": "received", "html": "<table>", "remote_images": 2, "auto": "robot"},
        {"kind": "reply", "delivery_state": "bounced"},
        {"kind": "note", "text": f"@{HOSTILE}"},
        {"kind": "event"},
    ],
    ids=["received", "framed", "reply", "note", "event"],
)
@pytest.mark.parametrize("author", [None, HOSTILE], ids=["no author", "hostile author"])
def test_what_strangers_wrote_stays_text_in_every_kind_of_entry(client, talk, changes, author):
    write_hostile(talk.messages.get(), author=author and make_user(author), **changes)
    page = page_of(client, talk)
    assert "&lt;img src=x" in page
    assert "<img src=x" not in page
    assert "<script" not in page
    assert "\"'>" not in page


@pytest.mark.parametrize(
    "text",
    [
        "no link, only e.g. this.",
        "HTTPS://A.example/x",
        "www.pedralva.example",
        "ask ana@customer.example",
        "pedralva.org/x",
        "a<b.com",
        "x://y",
    ],
)
def test_a_text_is_linked_as_urlize_links_it(text):
    linked = urlize(text, nofollow=True, autoescape=True)
    assert words(Message(text=text)).count("<a ") == linked.count("<a ")
    assert ("<a " in linked) or words(Message(text=text)) == f"<p>{linked}</p>"


@pytest.mark.parametrize("language", ["en", "pt-br"])
def test_a_moment_is_written_as_the_language_writes_it(language):
    moment = datetime(2026, 3, 9, 17, 4, 59, tzinfo=UTC)
    with translation.override(language):
        assert durations.exact(moment) == formats.date_format(timezone.localtime(moment), "DATETIME_FORMAT")
        assert durations.time_of_day(moment) == formats.date_format(timezone.localtime(moment), "TIME_FORMAT")


@pytest.mark.django_db
def test_a_text_that_names_nobody_is_by_who_has_the_number(client, talk):
    Message.objects.filter(conversation=talk).update(sender_name="")
    type(talk.profile).objects.filter(pk=talk.profile_id).update(name="Ana Prado")
    assert '<span class="said__who" title="ana@customer.example">Ana Prado</span>' in page_of(client, talk)
    Message.objects.filter(conversation=talk).update(sender_address="other@customer.example")
    assert '<span class="said__who" title="other@customer.example">other@' in page_of(client, talk)
