"""What an e-mail is, and what comes of it: an unsubscription, our own mail, a report, or something that somebody
wrote.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext_noop

from engagement.channels.actions.report import empty, note_report
from engagement.channels.actions.wishes import mark_request
from engagement.channels.delivery.reasons import REPORT_WAITS
from engagement.channels.email.addresses import Mailbox
from engagement.channels.email.parsed import AutoKind, ParsedEmail
from engagement.channels.inbound.content import Content, content_of
from engagement.channels.inbound.customer import attribute_sender, load_email_channels
from engagement.channels.inbound.files import reference, write_files
from engagement.channels.inbound.finishing import fail, finish
from engagement.channels.inbound.items import Unanswerable
from engagement.channels.inbound.message import message_received
from engagement.channels.inbound.opt_outs import is_opt_out_request, withdraw_by_answer
from engagement.channels.inbound.own_mail import is_own_mail, went_to_nobody
from engagement.channels.inbound.reports import (
    MUST_BE_SEEN,
    NOT_A_RECIPIENT,
    NOT_UNDERSTOOD,
    UNPROVEN_COMPLAINT,
    Applied,
    apply_report,
    facts_of,
    find_by_return_path,
    find_transmission,
    is_about_nobody,
    is_report,
)
from engagement.channels.inbound.sender_checks import enqueue_checks
from engagement.channels.inbound.unsubscriptions import token_in, unsubscribe_by_mail
from engagement.channels.models import Attachment, RawEvent
from engagement.channels.selectors.erased import is_nobodys
from engagement.events.outbox import publish
from engagement.profiles.actions.resolve import resolve


def read_letter(raw: RawEvent, parsed: ParsedEmail, now: datetime) -> None:
    """Make known what a letter says. Raises Unanswerable, InvalidAddress; safe to repeat."""
    parsed = attribute_sender(parsed, raw.channel_id, load_email_channels())
    token = token_in(raw, parsed)
    if token and unsubscribe_by_mail(raw, parsed, token, now):
        return
    parsed = _answering_what_it_came_back_on(raw, parsed)
    if is_own_mail(raw, parsed):
        _finish_loop(raw, parsed)
    elif not (
        (is_report(parsed) and _is_dealt_with(raw, parsed, now))
        or _is_robot_of_nobody(raw, parsed)
        or _is_shown_to_agents(raw, parsed, now)
    ):
        _receive_message(raw, parsed, now)


def _answering_what_it_came_back_on(raw: RawEvent, parsed: ParsedEmail) -> ParsedEmail:
    """What is no report and came to the return path of a message of ours, as automatic replies do, answers it."""
    sent = None if is_report(parsed) else find_by_return_path(raw)
    return replace(parsed, in_reply_to=(sent.external_id, *parsed.in_reply_to)) if sent else parsed


def _finish_loop(raw: RawEvent, parsed: ParsedEmail) -> None:
    with transaction.atomic():
        if finish(raw, RawEvent.Status.ROBOT, "loop", facts=facts_of(raw, parsed)) and went_to_nobody(raw, parsed):
            empty(raw.key)


def _is_robot_of_nobody(raw: RawEvent, parsed: ParsedEmail) -> bool:
    """Take note of the automatic answer of somebody who was erased, and keep nothing of it: no person wrote it."""
    if not parsed.auto or parsed.sender is None or not is_nobodys("email", parsed.sender.address):
        return False
    with transaction.atomic():
        if finish(raw, RawEvent.Status.ROBOT, parsed.auto.value):
            empty(raw.key)
    return True


def _is_dealt_with(raw: RawEvent, parsed: ParsedEmail, now: datetime) -> bool:
    """Say whether it was dealt with as a report. One that is about nothing of ours waits for a person: perhaps a
    message is missing, perhaps somebody forges our address. A harmless one goes into the inbox as it is.
    """
    facts = facts_of(raw, parsed)
    with transaction.atomic():
        if not finish(raw, RawEvent.Status.ROBOT, parsed.auto.value or "report", facts=facts):
            return True
        applied = apply_report(raw, parsed)
        if applied is Applied.YES:
            return True
        if is_about_nobody(raw, parsed):
            empty(raw.key)
            return True
        transaction.set_rollback(True)
    if parsed.auto in MUST_BE_SEEN:
        unsettled = UNPROVEN_COMPLAINT if parsed.auto is AutoKind.FEEDBACK_REPORT else NOT_A_RECIPIENT
        reason = unsettled if applied is Applied.NOT_A_RECIPIENT else MUST_BE_SEEN[parsed.auto]
        _wait(raw, reason, parsed.auto.value, facts, now)
        return True
    return False


def _is_shown_to_agents(raw: RawEvent, parsed: ParsedEmail, now: datetime) -> bool:
    """Have a person look at what a mail server wrote about a message of ours, where nothing else understood it."""
    if parsed.auto is not AutoKind.AUTO_GENERATED or str(raw.envelope.get("mail_from", "unknown")).strip("<> "):
        return False
    sent = find_transmission(raw, parsed)
    if sent is None:
        return False
    facts = facts_of(raw, parsed) | {"transmission": str(sent.key)}
    _wait(raw, NOT_UNDERSTOOD, "unclear", facts, now)
    return True


def _wait(raw: RawEvent, reason: str, kind: str, facts: dict[str, Any], now: datetime) -> None:
    """Have a person look at a report, in the list of problems and beside the message that it names."""
    with transaction.atomic():
        fail(raw=raw, reason=reason, now=now, kind=kind, facts=facts)
        if "transmission" in facts:
            note_report(transmission_id=UUID(facts["transmission"]), code=REPORT_WAITS, at=now)


def _receive_message(raw: RawEvent, parsed: ParsedEmail, now: datetime) -> None:
    if parsed.sender is None:
        raise Unanswerable(gettext_noop("The message names no sender: there is nobody to answer."))
    content = content_of(parsed)
    if withdraw_by_answer(raw, parsed, content.text, now):
        return
    rows = write_files(content.files, raw_event_key=raw.key, now=now)
    with transaction.atomic():
        if finish(raw, RawEvent.Status.READ, parsed.auto.value):
            _make_known(raw, parsed, parsed.sender, content, rows, now)


def _make_known(
    raw: RawEvent,
    parsed: ParsedEmail,
    sender: Mailbox,
    content: Content,
    rows: list[Attachment],
    now: datetime,
) -> None:
    Attachment.objects.bulk_create(rows)
    identity = resolve(
        kind="email",
        address=sender.address,
        name="" if parsed.auto else sender.name,
        language=parsed.language[:10],
        now=now,
    )
    files = [reference(row) for row in rows]
    is_request = is_opt_out_request(parsed, content.text)
    if is_request:
        mark_request(raw=raw, identity=identity, text=f"{parsed.subject}\n{content.text}".strip())
    event = message_received(
        raw, parsed, sender, content, identity=identity, files=files, is_opt_out_request=is_request
    )
    publish(event, now=now)
    enqueue_checks([(raw, parsed, identity.address_norm)], now=now)
