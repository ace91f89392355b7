"""Reports about a message of ours, end to end: complaints of providers, proofs, delays, several recipients."""

import json

import pytest
from django.utils import timezone

from conversations.models import Conversation
from engagement.channels.actions.report import report
from engagement.channels.inbound.reports import UNPROVEN_COMPLAINT
from engagement.channels.models import RawEvent, Transmission
from engagement.channels.unsubscribe.tokens import token_of
from engagement.profiles.actions.suppress import suppressions_of
from tests.channels.inbound.test_who_wrote import (  # noqa: F401 - fixtures
    CUSTOMER,
    OURS,
    deliver,
    marketing_stopped,
    queue,
    sent,
    state,
    transmitted,
)

SES = {
    "notificationType": "Complaint",
    "complaint": {"complainedRecipients": [{"emailAddress": CUSTOMER}], "complaintFeedbackType": "abuse"},
    "mail": {"messageId": "0100-x", "headers": [{"name": "Message-ID", "value": f"<{OURS}>"}]},
}
EVENTS = {
    "ses": ("no-reply@sns.amazonaws.example", SES),
    "sns": ("no-reply@sns.amazonaws.example", {"Type": "Notification", "Message": json.dumps(SES)}),
    "sendgrid": (
        "events@sendgrid.example",
        [{"event": "delivered", "email": CUSTOMER}, {"event": "spamreport", "email": CUSTOMER, "smtp-id": f"<{OURS}>"}],
    ),
    "mailgun": (
        "postmaster@mg.example",
        {"event-data": {"event": "complained", "recipient": CUSTOMER, "message": {"headers": {"message-id": OURS}}}},
    ),
    "postmark": (
        "support@postmark.example",
        {"RecordType": "SpamComplaint", "Email": CUSTOMER, "MessageID": "x", "Headers": [{"Name": "Message-ID", "Value": f"<{OURS}>"}]},
    ),
    "brevo": ("no-reply@brevo.example", {"event": "complaint", "email": CUSTOMER, "message-id": f"<{OURS}>"}),
    "mandrill": (
        "noreply@mandrill.example",
        [{"event": "spam", "msg": {"email": CUSTOMER, "headers": {"Message-Id": f"<{OURS}>"}}}],
    ),
    "sparkpost": (
        "noreply@sparkpost.example",
        [{"msys": {"message_event": {"type": "spam_complaint", "rcpt_to": CUSTOMER, "message_id": OURS}}}],
    ),
}  # fmt: skip


def json_mail(sender: str, event: object) -> bytes:
    head = f"From: Provider <{sender}>\r\nTo: care@pedralva.example\r\nSubject: Notification\r\n"
    head += "Message-ID: <n1@provider.example>\r\nContent-Type: text/plain; charset=utf-8\r\n\r\n"
    return (head + json.dumps(event)).encode()


@pytest.mark.parametrize("provider", EVENTS)
def test_a_providers_complaint_marks_the_message_and_stops_marketing(listener, sent, queue, provider):  # noqa: F811
    sender, event = EVENTS[provider]
    deliver(listener, json_mail(sender, event), sender=f"bounces+1@{sender.partition('@')[2]}")
    assert (state(sent), marketing_stopped()) == ("complained", ["complaint"])
    assert not Conversation.objects.exists()


def test_a_person_cannot_complain_for_somebody_else_by_pasting_json(listener, sent, queue):  # noqa: F811
    deliver(listener, json_mail("mallory@gmail.com", SES), sender="mallory@gmail.com")
    assert (state(sent), marketing_stopped()) == ("accepted", [])
    assert Conversation.objects.count() == 1


ARF = """From: abuse@isp.example
To: care@pedralva.example
Subject: complaint
Message-ID: <arf1@isp.example>
MIME-Version: 1.0
{more}Content-Type: multipart/report; report-type=feedback-report; boundary="B"

--B
Content-Type: text/plain

An email abuse report.
--B
Content-Type: message/feedback-report

Feedback-Type: abuse
User-Agent: X/1
Version: 1
{fields}

--B
Content-Type: text/rfc822-headers

From: care@pedralva.example
To: redacted@isp.example
Message-ID: <{id}>
{headers}

--B--
"""


def arf(*, fields: str = "Incidents: 1", headers: str = "X-Mailer: x", more: str = "", name: str = OURS) -> bytes:
    return ARF.format(fields=fields, headers=headers, more=more, id=name).replace("\n", "\r\n").encode()


def test_a_complaint_that_names_nobody_is_believed_with_our_signature_only(listener, sent, queue):  # noqa: F811
    deliver(listener, arf(), sender="abuse@isp.example")
    assert (state(sent), marketing_stopped()) == ("accepted", [])
    waiting = RawEvent.objects.get()
    assert (waiting.status, waiting.error) == ("failed", UNPROVEN_COMPLAINT)
    assert Transmission.objects.get(pk=sent.pk).error_code == "report_waits"
    link = f"List-Unsubscribe: <https://site.pedralva.example/u/{token_of(sent.pk)}/>"
    deliver(listener, arf(headers=link, name="removed@x.example"), sender="abuse@isp.example")
    assert (state(sent), marketing_stopped()) == ("complained", ["complaint"])
    assert Transmission.objects.get(pk=sent.pk).error_code == ""


def test_a_complaint_about_somebody_else_or_of_a_forged_sender_waits(listener, care, sent, queue):  # noqa: F811
    deliver(listener, arf(fields="Original-Rcpt-To: other@isp.example"), sender="abuse@isp.example")
    assert state(sent) == "accepted"
    care.settings = {"authentication_servers": ["mx.pedralva.example"]}
    care.save()
    failed = "Authentication-Results: mx.pedralva.example; dmarc=fail header.from=isp.example; spf=fail; dkim=fail\n"
    named = f"Original-Rcpt-To: {CUSTOMER}"
    deliver(listener, arf(fields=named, more=failed), sender="abuse@isp.example")
    assert (state(sent), marketing_stopped()) == ("accepted", [])
    deliver(listener, arf(fields=named).replace(b"arf1", b"arf3"), sender="abuse@isp.example")
    assert (state(sent), marketing_stopped()) == ("complained", ["complaint"])


def test_each_of_several_recipients_is_learned_from(care, queue):  # noqa: F811
    row = transmitted(care, "one@cliente.example", "two@cliente.example")
    for number, address in enumerate(("one@cliente.example", "two@cliente.example")):
        report(channel_id=care.pk, external_id=OURS, state="bounced", recipient=address, at=timezone.now(),
               detail="550 5.1.1 no such user", unique_key=f"k{number}")  # fmt: skip
        found = suppressions_of(kind="email", address=address, now=timezone.now())
        assert [one.reason for one in found] == ["bounced"]
    assert state(row) == "bounced"


DELAY = """From: MAILER-DAEMON@mx.example
To: care@pedralva.example
Subject: Delayed Mail (still being retried)
Message-ID: <d1@mx.example>
MIME-Version: 1.0
Content-Type: multipart/report; report-type=delivery-status; boundary="B"

--B
Content-Type: text/plain

THIS IS A WARNING ONLY. YOU DO NOT NEED TO RESEND YOUR MESSAGE.
--B
Content-Type: message/delivery-status

Reporting-MTA: dns; mx.example

Final-Recipient: rfc822; {customer}
Action: delayed
Status: 4.4.1
Diagnostic-Code: smtp; 451 4.4.1 try again

--B
Content-Type: text/rfc822-headers

Message-ID: <{ours}>

--B--
"""


def test_a_delay_is_noted_beside_the_message_until_it_is_settled(listener, sent, queue):  # noqa: F811
    body = DELAY.format(customer=CUSTOMER, ours=OURS).replace("\n", "\r\n").encode()
    deliver(listener, body, sender="")
    row = Transmission.objects.get(pk=sent.pk)
    assert (row.state, row.error_code) == ("accepted", "delayed")
    report(channel_id=row.channel_id, external_id=OURS, state="delivered", recipient=CUSTOMER, detail="",
           unique_key="later", at=timezone.now())  # fmt: skip
    row.refresh_from_db()
    assert (row.state, row.error_code) == ("delivered", "")
