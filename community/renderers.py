"""What the community's mails say, in the language of whoever gets them."""

from collections.abc import Sequence
from uuid import UUID

from django.core import signing
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import translation

from community.actions.sign_in import token_of
from community.models import Notice, Post, SignInLink
from community.selectors.told import things_of
from community.site import absolute, site_name
from engagement.channels.email.addresses import Mailbox
from engagement.channels.email.composing import OutgoingEmail
from engagement.channels.models import Transmission
from engagement.organization.current import current_organization

QUIET_SALT = "community.quiet"
_AUTOMATIC = {"Auto-Submitted": "auto-generated"}
_EXCERPT = 600


def sign_in(transmissions: Sequence[Transmission]) -> dict[UUID, OutgoingEmail]:
    """Return the mails with a sign-in link; a link that is used or too old is not sent any more."""
    links = SignInLink.objects.filter(used_at=None).in_bulk([row.source_id for row in transmissions])
    return {
        row.key: _sign_in(row, links[row.source_id])
        for row in transmissions
        if row.source_id in links and links[row.source_id].expires_at > row.created_at
    }


def _sign_in(row: Transmission, link: SignInLink) -> OutgoingEmail:
    with translation.override(link.language):
        url = absolute(reverse("community:sign-in-link", args=[token_of(link.pk)]))
        return _mail(row, "sign_in", {"url": url})


def notices(transmissions: Sequence[Transmission]) -> dict[UUID, OutgoingEmail]:
    """Return the mails that tell members of something; what is not there any more is left out."""
    rows = Notice.objects.select_related("member", "topic__space").in_bulk([row.source_id for row in transmissions])
    things = things_of(rows.values())
    return {
        row.key: _notice(row, notice, things[notice.about])
        for row in transmissions
        if (notice := rows.get(row.source_id)) is not None and notice.about in things
    }


def _notice(row: Transmission, notice: Notice, thing: object) -> OutgoingEmail:
    with translation.override(notice.member.language):
        path = notice.topic.permalink_of(thing) if isinstance(thing, Post) else notice.topic.get_absolute_url()
        if notice.kind in (Notice.Kind.HIDDEN, Notice.Kind.APPEAL):
            path = reverse("community:appeals")
        quiet = ""
        if notice.kind in (Notice.Kind.ANSWER, Notice.Kind.IDEA):
            token = signing.dumps([str(notice.member_id), str(notice.topic_id)], salt=QUIET_SALT)
            quiet = absolute(reverse("community:quiet", args=[token]))
        facts = {
            "notice": notice,
            "topic": notice.topic,
            "thing": thing,
            "excerpt": thing.text[:_EXCERPT] if isinstance(thing, Post) else "",
            "url": absolute(path),
            "quiet": quiet,
        }
        return _mail(row, notice.kind, facts)


def _mail(row: Transmission, name: str, facts: dict[str, object]) -> OutgoingEmail:
    context = {"site": site_name(), "house": current_organization().display_name, **facts}
    subject = render_to_string(f"community/email/{name}_subject.txt", context)
    channel = row.channel
    return OutgoingEmail(
        message_id=row.external_id,
        from_=Mailbox(site_name(), channel.address),
        to=tuple(Mailbox(one["name"], one["address"]) for one in row.recipients),
        subject=" ".join(subject.split()),
        text=render_to_string(f"community/email/{name}_text.txt", context).strip() + "\n",
        date=row.created_at,
        headers=_AUTOMATIC,
    )
