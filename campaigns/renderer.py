"""Turns the transmissions of campaigns into words: the approved revision, filled with what was written down for each.

Two queries for a batch; a revision is compiled once in each process, and so is what the e-mails of a sender have in
common. What is rendered twice is the same both times.
"""

import functools
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from campaigns.actions.waves import thawed
from campaigns.models import Campaign, Recipient
from campaigns.models.campaign import PURPOSE
from content.rendering import Compiled, Rendered, compiled
from content.sender import approved_sender
from engagement.channels.email.addresses import Mailbox
from engagement.channels.email.composing import OutgoingEmail
from engagement.channels.email.ready import ReadyEmail
from engagement.channels.email.skeleton import Skeleton
from engagement.channels.models import Channel, Transmission
from engagement.channels.unsubscribe import feedback_id, headers_of, preferences_url_of, token_of, url_of
from engagement.channels.words import OutgoingText
from engagement.profiles.language_tags import written_tag

FIELDS = ("campaign_id", "locale", "fallback_locale", "values")
Words = ReadyEmail | OutgoingEmail | OutgoingText


@dataclass(frozen=True, slots=True)
class _Asked:
    """One transmission with what its words are made of."""

    row: Transmission
    campaign: Campaign
    locale: str
    values: Mapping[str, Any]


def render(transmissions: Sequence[Transmission]) -> dict[UUID, Words]:
    """Return the words of each transmission. Raises RenderFailed with a sentence when a person lacks something.

    Two queries, and one more for each revision that this process has not sent yet.
    """
    keys = [row.source_id for row in transmissions]
    found = {row[0]: row[1:] for row in Recipient.objects.filter(pk__in=keys).values_list("key", *FIELDS)}
    campaigns = (
        Campaign.objects.select_related("email_channel", "sms_channel", "email_revision")
        .defer("email_channel__credentials", "sms_channel__credentials")
        .in_bulk({of[0] for of in found.values()})
    )
    words: dict[UUID, Words] = {}
    for row in transmissions:
        if row.source_id not in found:
            continue
        campaign_id, _locale, _fallback, values = found[row.source_id]
        words[row.key] = _words(_Asked(row, campaigns[campaign_id], row.locale, thawed(values)))
    return words


def _words(asked: _Asked) -> Words:
    if asked.campaign.sms_channel_id == asked.row.channel_id:
        revision = compiled(_given(asked.campaign.sms_revision_id))
        return OutgoingText(_filled(revision, asked, token_of(asked.row.key)).text)
    return _email(asked)


def _email(asked: _Asked) -> ReadyEmail | OutgoingEmail:
    channel: Channel = _given(asked.campaign.email_channel)
    token = token_of(asked.row.key)
    filled = _filled(compiled(_given(asked.campaign.email_revision_id)), asked, token)
    own = headers_of(channel=channel, token=token)
    own["Feedback-ID"] = feedback_id(
        campaign=asked.campaign.key.hex, kind=PURPOSE, language=filled.locale, address=channel.address
    )
    message = OutgoingEmail(
        message_id=asked.row.external_id,
        from_=approved_sender(_given(asked.campaign.email_revision), channel),
        to=tuple(Mailbox("", one["address"]) for one in asked.row.recipients),
        subject=filled.subject,
        text=filled.text,
        html=filled.html,
        date=asked.row.created_at,  # the same at each attempt
        headers={**own, "Content-Language": written_tag(filled.locale)},
    )
    try:
        return ReadyEmail(channel.address, _spliced(message, own, filled.locale))
    except ValueError:  # nothing that may be sent can be made of it: the channel refuses it and says why
        return message


def _spliced(message: OutgoingEmail, own: Mapping[str, str], locale: str) -> bytes:
    """The message as bytes, around what all of its sender have in common. Raises ValueError when it cannot be sent."""
    [to] = message.to
    return _skeleton(message.from_, locale).splice(
        message_id=message.message_id,
        to=to,
        subject=message.subject,
        date=message.date,
        text=message.text,
        html=message.html,
        headers=own,
    )


@functools.lru_cache(maxsize=200)
def _skeleton(from_: Mailbox, locale: str) -> Skeleton:
    """What is the same in every e-mail of a sender in one language."""
    return Skeleton(from_=from_, headers={"Content-Language": written_tag(locale)})


def _filled(revision: Compiled, asked: _Asked, token: str) -> Rendered:
    link = url_of(token)
    values = {**asked.values, "unsubscribe_url": link, "preferences_url": preferences_url_of(token)}
    return revision.render(locale=asked.locale, values=values, now=asked.row.created_at)


def _given(thing: Any) -> Any:
    if thing is None:
        raise LookupError("a campaign that was launched has its revision and its sender")
    return thing


def preview(*, recipient: Recipient, row: Transmission) -> Rendered | None:
    """Return the words that a transmission carried, as they were filled then, without the person's own link."""
    campaign = recipient.campaign
    key = campaign.sms_revision_id if campaign.sms_channel_id == row.channel_id else campaign.email_revision_id
    if key is None:
        return None
    values = {**thawed(recipient.values), "unsubscribe_url": "#", "preferences_url": "#"}
    return compiled(key).render(locale=row.locale, values=values, now=row.created_at)
