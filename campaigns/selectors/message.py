"""One person of a campaign: what was sent to them, exactly, and what came of it; or why not."""

from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _

from campaigns.models import Recipient
from campaigns.models.recipient import SOURCE
from campaigns.reasons import reason
from campaigns.renderer import preview
from content.rendering import RenderFailed
from engagement.channels.delivery.reasons import sentence
from engagement.channels.jurisdictions.explaining import PlaceRule, explain_refusal
from engagement.channels.models import Transmission
from engagement.domain_names import readable_address
from engagement.profiles.models import Profile


def of(*, recipient: Recipient) -> dict[str, Any]:
    """Return what the page of one recipient shows. Three queries, and those of a revision not sent from here yet."""
    rows = Transmission.objects.filter(source=SOURCE, source_id=recipient.pk).select_related("channel").order_by("key")
    skipped = recipient.state == Recipient.State.SKIPPED
    profile = Profile.objects.filter(pk=recipient.profile_id).first()
    return {
        "recipient": recipient,
        "campaign": recipient.campaign,
        "profile": profile,
        "reason": reason(recipient.code) if skipped else None,
        "place_rule": _place_rule(recipient, profile, recipient.code, recipient.channel) if skipped else None,
        "sent": [_message(recipient, row, profile) for row in rows],
    }


def _place_rule(recipient: Recipient, profile: Profile | None, code: str, channel: str) -> PlaceRule | None:
    """The law of their place behind a refusal or a delay."""
    country = profile.country if profile is not None else ""
    phone = recipient.address if recipient.address.startswith("+") else ""
    return explain_refusal(code=code, channel=channel or "sms", country=country, phone=phone, now=timezone.now())


def _message(recipient: Recipient, row: Transmission, profile: Profile | None) -> dict[str, Any]:
    try:
        words, wrong = preview(recipient=recipient, row=row), ""
    except RenderFailed as error:
        words, wrong = None, _("It could not be written: %(reason)s") % {"reason": error}
    return {
        "row": row,
        "words": words,
        "wrong": wrong,
        "why": sentence(row.error_code) if row.error_code else "",
        "to": [readable_address(one["address"]) for one in row.recipients],
        "place_rule": _place_rule(recipient, profile, row.error_code, row.channel.kind),
    }
