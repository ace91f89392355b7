"""Send a text to ourselves before anybody else gets it: by the path that every message takes, counted nowhere."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.urls import reverse
from django.utils.translation import gettext as _

from content.actions.errors import ContentRefused
from content.models import Template, TestSend
from content.previewing import Reader
from content.rendering import Compiled
from engagement.channels.actions.transmit import transmit
from engagement.channels.models import Channel, Transmission
from engagement.profiles.addresses import InvalidAddress, normalised
from engagement.profiles.models import Identity
from engagement.village.audit import NOWHERE, Origin, record
from engagement.village.models import User

SOURCE = "content.test"  # the renderer of test sends
MAX_ADDRESSES = 10
MAX_PER_HOUR = 50  # messages of one person
KEPT = timedelta(days=30)
MARK = "[Test]"
_SEPARATORS = re.compile(r"[\s,;]+")


class TestRefused(ContentRefused):
    """The test is not sent: ``str()`` says why and what to do."""

    __test__ = False  # pytest takes no error for a test


@dataclass(frozen=True, slots=True)
class TestRequest:
    """What is tried: the compiled text in a language, filled for ``reader``; ``revision`` is None for the drafts."""

    __test__ = False  # pytest takes no request for a test

    text: Compiled
    locale: str
    reader: Reader
    revision: int | None = None
    campaign_id: UUID | None = None
    is_marked: bool = True


def read_addresses(given: str, *, kind: str) -> list[str]:
    """Return the addresses in what somebody typed, each once. Raises TestRefused with the one that is wrong."""
    found: dict[str, None] = {}
    parts = re.split(r"[,;\n]+", given) if kind == "sms" else _SEPARATORS.split(given)
    for part in (part.strip() for part in parts):
        if not part:
            continue
        try:
            found[normalised("phone" if kind == "sms" else "email", part)] = None
        except InvalidAddress as error:
            raise TestRefused(str(error)) from error
    if not found:
        raise TestRefused(_("Enter at least one address."))
    if len(found) > MAX_ADDRESSES:
        raise TestRefused(_("Enter at most %(most)d addresses.") % {"most": MAX_ADDRESSES})
    return list(found)


@transaction.atomic
def send_test(
    *,
    template: Template,
    asked: TestRequest,
    addresses: Sequence[str],
    actor: User,
    now: datetime,
    origin: Origin = NOWHERE,
) -> list[TestSend]:
    """Send a text to a few addresses of ours. Raises TestRefused, and RenderFailed when it cannot be written.

    No consent is asked or changed, no figure counts it, and its links out lead to a page that explains them.
    """
    channel = _channel_of(template)
    _require_ours(addresses, kind=template.kind)
    _require_room(actor, len(addresses), now)
    values = {**asked.reader.values, **_inert_links()}
    made = asked.text.render(locale=asked.locale, values=values, now=now)
    subject = f"{MARK} {made.subject}" if asked.is_marked and made.subject else made.subject
    TestSend.objects.filter(created_at__lt=now - KEPT).delete()
    rows = [
        TestSend(
            template=template,
            campaign_id=asked.campaign_id,
            revision=asked.revision,
            locale=made.locale,
            reader=asked.reader.name[:300],
            address=address,
            subject=subject[:1_000],
            html=made.html,
            text=f"{MARK} {made.text}" if asked.is_marked and template.kind == "sms" else made.text,
            requested_by=actor,
            created_at=now,
        )
        for address in addresses
    ]
    TestSend.objects.bulk_create(rows)
    for row in rows:
        _transmit(row, channel, actor, now)
    detail = {"addresses": list(addresses), "locale": made.locale, "revision": asked.revision}
    record(actor=actor, action="template.test_sent", subject=template, now=now, detail=detail, origin=origin)
    return rows


def _channel_of(template: Template) -> Channel:
    channel = template.channel
    if channel is None or channel.kind != template.kind:
        raise TestRefused(_("Choose from where it is sent, in its settings."))
    if channel.status != Channel.Status.ACTIVE:
        raise TestRefused(_("%(channel)s is paused, so nothing leaves. Resume it first.") % {"channel": channel.name})
    return channel


def _require_ours(addresses: Sequence[str], *, kind: str) -> None:
    """Staff may get every test, and so may addresses of nobody whom we know; contacts get none."""
    staff = {email.lower() for email in User.objects.filter(is_active=True).values_list("email", flat=True)}
    others = [address for address in addresses if address not in staff]
    contacts = Identity.objects.filter(
        kind="phone" if kind == "sms" else "email", address_norm__in=others, valid_to=None
    )
    known = contacts.order_by("address_norm").values_list("address_norm", flat=True).first()
    if known is not None:
        sentence = _("%(address)s belongs to a contact. Tests go to the team and to test mailboxes only.")
        raise TestRefused(sentence % {"address": known})


def _require_room(actor: User, wanted: int, now: datetime) -> None:
    User.objects.select_for_update(no_key=True).get(pk=actor.pk)  # two tests at once count one after the other
    sent = TestSend.objects.filter(requested_by=actor, created_at__gt=now - timedelta(hours=1)).count()
    if sent + wanted > MAX_PER_HOUR:
        sentence = _("You have sent %(sent)d tests within an hour, and %(most)d are possible. Try again later.")
        raise TestRefused(sentence % {"sent": sent, "most": MAX_PER_HOUR})


def _inert_links() -> dict[str, str]:
    link = settings.BASE_URL + reverse("content:test-link")
    return {"unsubscribe_url": link, "preferences_url": link}


def _transmit(row: TestSend, channel: Channel, actor: User, now: datetime) -> None:
    domain = channel.address.rpartition("@")[2] or "localhost"
    transmit(
        channel=channel,
        unique_key=f"{SOURCE}:{row.key}",
        purpose=Transmission.Purpose.SERVICE,
        source=SOURCE,
        source_id=row.key,
        recipients=[{"address": row.address, "name": "", "role": "to"}],
        external_id=f"test.{row.key.hex}@{domain}" if channel.kind == "email" else f"test.{row.key.hex}",
        not_before=now,
        profile_id=None,
        requested_by=actor,
        now=now,
        locale=row.locale,
    )
