"""What the e-mails of a campaign say to a mail program that shares no code with us: headers, ways out, languages."""

import re
from email import message_from_bytes, policy

import pytest

from campaigns import renderer
from campaigns.actions import waves
from campaigns.models import Recipient
from campaigns.renderer import render
from content.models import Draft
from engagement.channels.adapters import Parcel, Refused, adapter_for
from engagement.channels.email.composing import OutgoingEmail, compose
from engagement.channels.email.ready import ReadyEmail
from engagement.channels.models import Channel, Transmission
from engagement.channels.unsubscribe import preferences_url_of, token_of, url_of
from tests.campaigns.people import approve, approved, launched, somebody
from tests.factories import LAYOUT, NOW, make_template

HOSTILE = [
    "Ana\r\nBcc: eve@evil.example",
    "<script>alert(1)</script>",
    "{{ unsubscribe_url }}",
    "漢字🚲",
    "=?utf-8?q?x?=",
]


def wave(lia, **fields):
    """The transmissions of a campaign that has begun."""
    campaign = launched(lia, **fields)
    waves.queue_wave(campaign_id=campaign.pk, now=NOW)
    return list(Transmission.objects.order_by("recipients__0__address"))


def read(content: bytes):
    """Headers, text and HTML as a mail program understands them."""
    message = message_from_bytes(content, policy=policy.default)
    assert not any(part.defects for part in message.walk())
    plain, html = (message.get_body((kind,)).get_content().replace("\r\n", "\n") for kind in ("plain", "html"))
    head = {name: " ".join(str(value).split()) for name, value in message.items() if name != "Content-Type"}
    return head, plain, html


def bilingual(author):
    """An approved e-mail in English and Portuguese."""
    template = make_template(author, purpose="marketing", words="Hello {{ first_name }}")
    Draft.objects.create(
        template=template,
        locale="pt-br",
        subject="Primavera na oficina de São José",
        mjml=LAYOUT.format(words="Olá, {{ first_name }}"),
        updated_at=NOW,
        updated_by=author,
    )
    Draft.objects.filter(template=template, locale="en").update(subject="Spring for {{ first_name }}")
    approve(template, author)
    return template


def test_the_mail_names_its_sender_its_reader_and_the_ways_out(lia):
    somebody("Ana Prado", email="ana@customer.example", agrees=("email",))
    [row] = wave(lia)
    made = render([row])[row.key]
    assert isinstance(made, ReadyEmail)
    sender = Channel.objects.get(kind="email")
    assert made.sender == sender.address
    head, plain, html = read(made.content)
    link = url_of(token_of(row.key))
    local, _, domain = sender.address.partition("@")
    assert head["From"] == f"Pedralva <{sender.address}>"
    assert (head["To"], head["Subject"]) == ("ana@customer.example", "Spring")
    assert head["Message-ID"] == f"<{row.external_id}>"
    assert head["List-Unsubscribe"].startswith(f"<{link}>, <mailto:{local}+u.{token_of(row.key)}@{domain}")
    assert head["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert head["List-Id"] == f"<marketing.{local}.{domain}>"
    assert head["Content-Language"] == "en"
    campaign, purpose, language, name = head["Feedback-ID"].split(":")
    assert (campaign, purpose, language) == (row.group_id.hex, "marketing", "en")
    assert 5 <= len(name) <= 15
    assert preferences_url_of(token_of(row.key)) in html
    assert "Hello Ana" in plain
    assert "Hello Ana" in html
    assert link in plain
    assert re.search(rf'<a href="{re.escape(link)}"[^>]*>Unsubscribe</a>', html)
    assert "Rua das Pedras 12, Belo Horizonte" in html


def test_each_reads_their_own_language_under_their_own_link(lia):
    somebody("Ana Prado", email="ana@customer.example", agrees=("email",), language="pt-br")
    somebody("Ben Hill", email="ben@customer.example", agrees=("email",), language="en")
    template = bilingual(lia)
    ana, ben = wave(lia, email_template=template, email_channel=template.channel)
    made = render([ana, ben])
    (head, _, html), (other_head, _, other_html) = read(made[ana.key].content), read(made[ben.key].content)
    assert (head["Content-Language"], other_head["Content-Language"]) == ("pt-BR", "en")
    assert (head["Subject"], other_head["Subject"]) == ("Primavera na oficina de São José", "Spring for Ben")
    assert "Olá, Ana" in html
    assert "Descadastrar" in html
    assert url_of(token_of(ana.key)) in html
    assert "Hello Ben" in other_html
    assert url_of(token_of(ana.key)) not in other_html


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_name_is_only_a_name(lia, name):
    somebody("x", email="ana@customer.example", agrees=("email",))
    template = approved(lia, words="Hello {{ first_name }}")
    Draft.objects.filter(template=template).update(subject="For {{ first_name }}")
    approve(template, lia)
    [row] = wave(lia, email_template=template, email_channel=template.channel)
    Recipient.objects.update(values={"first_name": name})
    made = render([row])[row.key]
    head, plain, html = read(made.content)
    assert "Bcc" not in head
    assert head["Subject"] == " ".join(f"For {name}".split())
    assert " ".join(name.split()) in " ".join(plain.split())
    assert "<script" not in html


@pytest.mark.parametrize("name", ["Ana", *HOSTILE])
@pytest.mark.parametrize("language", ["en", "pt-br"])
def test_it_means_what_a_composed_message_does(lia, monkeypatch, name, language):
    somebody("Ana", email="ana@customer.example", agrees=("email",), language=language)
    template = bilingual(lia)
    [row] = wave(lia, email_template=template, email_channel=template.channel)
    Recipient.objects.update(values={"first_name": name})
    spliced = render([row])[row.key]
    assert spliced == render([row])[row.key]

    def refuse(*_args):
        raise ValueError

    monkeypatch.setattr(renderer, "_spliced", refuse)
    whole = render([row])[row.key]
    assert isinstance(whole, OutgoingEmail)
    assert read(spliced.content) == read(compose(whole))


def test_what_cannot_be_sent_fails_alone_and_the_channel_says_why(lia):
    somebody("Ana", email="ana@customer.example", agrees=("email",))
    somebody("Ben", email="ben@customer.example", agrees=("email",))
    ana, ben = wave(lia)
    ana.recipients = [{"address": "ana@customer.example\r\nBcc: eve@evil.example", "name": "", "role": "to"}]
    made = render([ana, ben])
    assert isinstance(made[ben.key], ReadyEmail)
    [outcome] = adapter_for("email").hand_over_together(
        channel=Channel.objects.get(kind="email"),
        parcels=[Parcel(made[ana.key], "ana@customer.example")],
        observe=print,
    )
    assert isinstance(outcome, Refused)
    assert outcome.code in ("unsafe_header", "recipient_invalid")


def test_rendering_needs_as_many_queries_for_3_as_for_30(lia, django_assert_num_queries):
    for number in range(30):
        somebody(f"#{number}", email=f"p{number:02}@customer.example", agrees=("email",))
    rows = wave(lia)
    render(rows[:1])  # the revision is compiled by now
    for few in (rows[:3], rows):
        with django_assert_num_queries(2):
            assert len(render(few)) == len(few)
