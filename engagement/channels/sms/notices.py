"""The words with which the house answers keywords, in the language of whoever wrote them."""

from collections.abc import Sequence
from uuid import UUID

from django.conf import settings
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from engagement.channels.models import Channel, RawEvent, Transmission
from engagement.channels.sms.keywords import Meaning
from engagement.channels.sms.sheet_keywords import find_keyword
from engagement.channels.sms.signature import fields_of
from engagement.channels.sms.sms_settings import SmsSettings
from engagement.channels.words import OutgoingText
from engagement.organization.current import current_organization
from engagement.profiles.language_tags import match_language
from engagement.profiles.models import Profile


def render(transmissions: Sequence[Transmission]) -> dict[UUID, OutgoingText]:
    """Return the answer to the keyword of each transmission's raw event."""
    raws = RawEvent.objects.filter(key__in=[row.source_id for row in transmissions]).select_related("channel")
    events = {raw.key: raw for raw in raws.defer("channel__credentials")}
    people = [row.profile_id for row in transmissions if row.profile_id]
    languages = dict(Profile.objects.filter(pk__in=people).order_by().values_list("pk", "language"))
    found: dict[UUID, OutgoingText] = {}
    for row in transmissions:
        raw = events.get(row.source_id)
        text = _text(raw, languages.get(row.profile_id or row.key, "")) if raw else ""
        if text:
            found[row.key] = OutgoingText(text)
    return found


def _text(raw: RawEvent, language: str) -> str:
    word = find_keyword(dict(fields_of(bytes(raw.body))).get("Body", ""), timezone.now())
    if word is None:
        return ""
    with translation.override(_known(language) or _known(word.language) or current_organization().language):
        return words_of(raw.channel, word.meaning)


def words_of(channel: Channel, meaning: Meaning) -> str:
    """Return an answer in the language that is active."""
    own = SmsSettings.from_stored(channel.settings)
    facts = {
        "brand": channel.sender_name or current_organization().reply_sender_name,
        "contact": own.contact or settings.BASE_URL,
        "number": own.per_month,
    }
    if meaning is Meaning.STOP:
        return _("%(brand)s: you will get no more marketing texts from us. Reply START to get them again.") % facts
    if meaning is Meaning.START:
        return _("%(brand)s: you get our texts again, up to %(number)s a month. HELP for help, STOP to end.") % facts
    return (
        _(
            "%(brand)s: news and offers, up to %(number)s texts a month. Contact: %(contact)s. Message and data rates"
            " may apply. STOP to end."
        )
        % facts
    )


def _known(language: str) -> str:
    """The language of ours that comes nearest, empty for none."""
    return match_language([code for code, _name in settings.LANGUAGES], language)
