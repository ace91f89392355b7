"""The community as a kind of channel: a post comes in as a message, an agent's answer becomes a post of the house."""

import json
import re
from collections.abc import Sequence
from html import escape
from uuid import UUID

from django.utils import timezone
from django.utils.translation import gettext_noop

from community.actions.refusals import Refused as NotAllowed
from community.actions.sign_in import HANDLE_KIND, HANDLE_SCOPE
from community.actions.topics import answer
from community.models import InboxReply, Post
from community.models.member import HANDLE
from community.site import KIND, absolute
from engagement.channels.adapters import Accepted, Capabilities, Handover, LeaseLost, NotNow, Outcome, Refused
from engagement.channels.inbound.items import Inbound, InboundMessage, Unanswerable
from engagement.channels.models import Channel, RawEvent, Transmission
from engagement.channels.words import OutgoingText, Words

_GONE = gettext_noop("The post is not there, or no member wrote it.")


class CommunityAdapter:
    """Posts that were passed on come in; what an agent answers is published in the topic, exactly once."""

    kind = KIND
    capabilities = Capabilities(threads=True)

    def is_address(self, address: str) -> bool:
        """Say whether ``address`` is a member's handle."""
        return re.fullmatch(HANDLE, address) is not None

    def parse(self, raw: RawEvent) -> Sequence[Inbound]:
        """Return the post that was passed on, with its permalink. Raises Unanswerable."""
        try:
            key = UUID(json.loads(bytes(raw.body))["post"])
        except (ValueError, KeyError, TypeError) as error:
            raise Unanswerable(_GONE) from error
        post = Post.objects.select_related("topic__space", "member").filter(pk=key, member__isnull=False).first()
        if post is None or post.member is None:
            raise Unanswerable(_GONE)
        return [_message(post)]

    def hand_over(self, *, channel: Channel, words: Words, recipients: Sequence[str], handover: Handover) -> Outcome:
        """Publish an answer of the house in the topic that its conversation came from.

        Whatever dies in between, the transmission's key makes the post once. An answer whose conversation is not
        linked yet waits.
        """
        if not isinstance(words, OutgoingText):
            return Refused("not_text", "Only plain text can be posted.")
        sent = _sent(handover.key)
        if sent is None or sent.requested_by is None:
            return Refused("nobody_asked", "No colleague wrote this.")
        link = InboxReply.objects.select_related("escalation__topic").filter(message_id=sent.source_id).first()
        if link is None:
            return NotNow("not_linked_yet", "The conversation's topic is not known yet.")
        if not handover.begin():
            return LeaseLost()
        try:
            post = answer(
                topic=link.escalation.topic,
                staff=sent.requested_by,
                source=words.text,
                transmission_key=sent.pk,
                now=timezone.now(),
            )
        except NotAllowed as error:
            return Refused("topic_closed", str(error))
        handover.observe("answered")
        return Accepted(f"post {post.pk}")


def _message(post: Post) -> InboundMessage:
    member = post.member
    assert member is not None  # noqa: S101 - parse has looked
    link = absolute(post.topic.permalink_of(post))
    return InboundMessage(
        sender_kind=HANDLE_KIND,
        scope=HANDLE_SCOPE,
        sender_address=member.handle,
        sender_name=member.shown_name,
        external_id=external_id(post.pk),
        title=post.topic.title,
        text=f"{post.text}\n\n{link}",
        html=f'{post.html}<p><a href="{escape(link)}">{escape(link)}</a></p>',
        language=member.language,
        references=(f"topic.{post.topic_id}@community",),
    )


def external_id(post_key: UUID) -> str:
    """Return the name under which a post is known in the inbox."""
    return f"post.{post_key}@community"


def _sent(key: UUID | None) -> Transmission | None:
    return Transmission.objects.select_related("requested_by").filter(pk=key).first() if key else None
