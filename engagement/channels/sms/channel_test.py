"""The test of a channel for SMS: sign in at the provider, see that the number leads here, send a message, and get the
receipt for it.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from datetime import timedelta

from django.conf import settings
from django.utils import translation
from django.utils.translation import gettext as _

from engagement.channels.adapters import Accepted, Handover
from engagement.channels.channel_tests import Report, StepFailed
from engagement.channels.connection_problems import problem
from engagement.channels.models import Channel, ChannelTest, RawEvent
from engagement.channels.sms.account import Account, NoAccount, account_of
from engagement.channels.sms.adapter import SmsAdapter, message_url, status_url
from engagement.channels.sms.carrier import CARRIER
from engagement.channels.sms.codes import explain
from engagement.channels.sms.signature import fields_of
from engagement.channels.words import OutgoingText
from engagement.organization.current import current_organization
from engagement.partitions import first_key

LOOK_SECONDS = 1.0
_CLOCK_DIFFERENCE = timedelta(minutes=2)  # between our hosts, at most
_FAILED = {"failed", "undelivered", "canceled"}
_ARRIVED = {"delivered", "read"}


def test_sms_channel(channel: Channel, test: ChannelTest, report: Report) -> None:
    """Do all steps. Raises StepFailed."""
    report.plan(
        ("account", {}),
        ("number", {"address": channel.address}),
        ("send", {"address": test.recipient}),
        ("receipt", {}),
    )
    report.begin("account")
    try:
        account = account_of(channel)
    except NoAccount as error:
        raise StepFailed(problem("no_account")) from error
    refused = CARRIER.ask(account)
    if refused:
        raise StepFailed(problem("provider", detail=refused.rstrip(". ")))
    report.passed("account")
    _check_number(channel, account, report)
    _send(channel, test, report)
    _await_receipt(channel, test, report)


def _check_number(channel: Channel, account: Account, report: Report) -> None:
    """Whether what people write to the number is brought to us."""
    report.begin("number")
    hooks = CARRIER.webhooks_of(account, channel.address)
    if hooks is None:
        report.skipped("number", problem("numbers_unknown", address=channel.address))
        return
    if not hooks:
        raise StepFailed(problem("number_missing", address=channel.address))
    ours = message_url(channel.pk)
    if ours not in hooks:
        raise StepFailed(problem("webhook", detail=hooks[0] or _("nothing"), url=ours))
    report.passed("number")


def _send(channel: Channel, test: ChannelTest, report: Report) -> None:
    report.begin("send")
    with translation.override(settings.LANGUAGE_CODE):
        text = _("%(brand)s: this is a test.") % {
            "brand": channel.sender_name or current_organization().reply_sender_name
        }
    handover = Handover(begin=lambda: True, observe=lambda _step: None, key=test.pk)
    outcome = SmsAdapter().hand_over(
        channel=channel, words=OutgoingText(text), recipients=[test.recipient], handover=handover
    )
    if not isinstance(outcome, Accepted):
        raise StepFailed(problem("provider", detail=str(getattr(outcome, "reply", "")).rstrip(". ")))
    report.passed("send")


def _await_receipt(channel: Channel, test: ChannelTest, report: Report) -> None:
    """Wait for the provider to say on our webhook that the phone has it."""
    report.begin("receipt")
    told = ""
    for _left in _waiting(report):
        for form in _receipts(channel, test):
            told = (form.get("MessageStatus") or form.get("SmsStatus") or "").lower()
            if told in _FAILED:
                detail = explain(form.get("ErrorCode", "")) or form.get("ErrorCode") or told
                raise StepFailed(problem("not_delivered", detail=detail.rstrip(". ")))
            if told in _ARRIVED:
                report.passed("receipt")
                return
    if told:  # the webhook works; the network does not say more of every number
        report.passed("receipt")
        return
    seconds = int(settings.CHANNEL_TEST_SECONDS)
    raise StepFailed(problem("no_receipt", seconds=seconds, url=status_url(channel.pk)))


def _receipts(channel: Channel, test: ChannelTest) -> list[dict[str, str]]:
    since = first_key(test.created_at - _CLOCK_DIFFERENCE)
    rows = RawEvent.objects.filter(key__gt=since, channel=channel, envelope__t=str(test.pk)).order_by("key")[:20]
    return [dict(fields_of(bytes(row.body))) for row in rows]


def _waiting(report: Report) -> Iterator[float]:
    end = time.monotonic() + settings.CHANNEL_TEST_SECONDS
    while (left := end - time.monotonic()) > 0:
        yield left
        report.alive()
        time.sleep(LOOK_SECONDS)
