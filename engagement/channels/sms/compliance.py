"""What the house does by itself when somebody texts a keyword."""

from datetime import datetime

from engagement.channels.actions.learn import STOP
from engagement.channels.actions.transmit import Recipient, transmit
from engagement.channels.actions.wishes import mark_request
from engagement.channels.inbound.items import InboundMessage
from engagement.channels.models import RawEvent, Transmission
from engagement.channels.sms.keywords import Keyword, Meaning, sounds_like_stop
from engagement.channels.sms.sheet_keywords import find_keyword
from engagement.profiles.actions import consent
from engagement.profiles.actions.suppress import lift, suppressions_of
from engagement.profiles.models import Consent, Identity
from engagement.profiles.models.consent import Basis, Purpose

SOURCE = "sms.notice"  # the renderer of confirmations and help


def recognise(raw: RawEvent, message: InboundMessage, identity: Identity, now: datetime) -> str:
    """Act on a keyword and return what it was; put what only sounds like one on the list for people.

    STOP withdraws the consent to marketing by this kind of channel and is confirmed once, until they agree again.
    """
    word = find_keyword(message.text, now)
    if word is None:
        if sounds_like_stop(message.text):
            mark_request(raw=raw, identity=identity, text=message.text)
        return ""
    evidence = {"words": message.text[:200], "raw_event": str(raw.key), "address": identity.address_norm}
    profile_id = identity.profile.canonical_id or identity.profile_id
    channel, once = raw.channel.kind, str(raw.key)
    if word.meaning is Meaning.STOP:
        once = _agreed_last(identity, raw.channel.kind)
        consent.withdraw(
            profile_id=profile_id,
            channel=channel,
            purpose=Purpose.MARKETING,
            source="text",
            evidence=evidence,
            actor=None,
            now=now,
        )
    elif word.meaning is Meaning.START:
        _lift_stop(identity.address_norm, now)
        consent.give(
            profile_id=profile_id,
            channel=channel,
            purpose=Purpose.MARKETING,
            basis=Basis.EXPRESS,
            source="text",
            evidence=evidence,
            address=identity.address,
            actor=None,
            now=now,
        )
    _answer(raw, word, identity, once, now)
    return word.meaning


def _lift_stop(number: str, now: datetime) -> None:
    """End what the provider's news of a STOP held back while nobody was known by the number."""
    for one in suppressions_of(kind="phone", address=number, now=now):
        if one.reason == STOP:
            lift(suppression_id=one.pk, actor=None, now=now)


def _answer(raw: RawEvent, word: Keyword, identity: Identity, once: str, now: datetime) -> None:
    """Queue the answer; the same ``once`` again queues nothing."""
    transmit(
        channel=raw.channel,
        unique_key=f"{SOURCE}:{word.meaning}:{raw.channel_id}:{identity.address_norm}:{once}"[:200],
        purpose=Transmission.Purpose.SERVICE,
        source=SOURCE,
        source_id=raw.key,
        recipients=[Recipient(address=identity.address_norm, name="", role="to")],
        external_id=f"notice-{raw.key}",
        not_before=now,
        profile_id=identity.profile.canonical_id or identity.profile_id,
        requested_by=None,
        now=now,
    )


def _agreed_last(identity: Identity, channel: str) -> str:
    """Name the last time that they agreed: each agreement can be ended, and confirmed, once."""
    people = [identity.profile_id, *([identity.profile.canonical_id] if identity.profile.canonical_id else [])]
    given = Consent.objects.filter(profile_id__in=people, channel=channel, purpose=Purpose.MARKETING, granted=True)
    return str(given.order_by("-at", "-key").values_list("key", flat=True).first() or "never")
