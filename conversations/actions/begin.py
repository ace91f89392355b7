"""Write to a customer first: a conversation that begins with our own words."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from conversations.actions.endpoints import reach, wait_for_turn
from conversations.actions.reply import reply
from conversations.actions.writing import AnotherIsOpen, ReplyRefused
from conversations.models import Conversation, Message
from conversations.selectors.ways import Way
from engagement.events.catalogue import ConversationOpened
from engagement.events.outbox import publish
from engagement.profiles.models import Profile
from engagement.village.models import User

Status = Conversation.Status
LONGEST_SUBJECT = 500  # characters


class SubjectMissing(ReplyRefused):
    """An e-mail that begins something says what it is about."""

    def __init__(self) -> None:
        super().__init__(_("Say in a few words what it is about."))


class MayNotBeWritten(ReplyRefused):
    """The policy lets nothing leave to this address; the message is its sentence, ``code`` its reason."""

    def __init__(self, way: Way) -> None:
        super().__init__(way.refusal)
        self.code = way.refusal_code


@transaction.atomic
def begin(
    *,
    way: Way,
    author: User,
    title: str,
    text: str,
    client_key: str,
    now: datetime,
    attachment_ids: Sequence[UUID] = (),
) -> Message:
    """Begin a conversation with the first words, which leave as an answer does; it is the customer's turn then.

    The same ``client_key`` again returns the first message. Raises SubjectMissing, MayNotBeWritten, AnotherIsOpen
    (where a kind of channel has one conversation at a time) and other ReplyRefused.
    """
    channel, address, norm = way.channel, way.identity.address, way.identity.address_norm
    wait_for_turn(channel_id=channel.pk, norm=norm)
    if (earlier := _submitted_before(way, author, client_key)) is not None:
        return earlier
    if way.refusal and way.open_conversation is None:
        raise MayNotBeWritten(way)
    title = _one_line(title) if way.carried.subject else ""
    if way.carried.subject and not title:
        raise SubjectMissing
    single = not way.carried.threads
    profile = Profile.objects.get(pk=way.identity.profile_id)
    endpoint = reach(channel_id=channel.pk, identity_id=way.identity.pk, address=address, norm=norm, name=profile.name)
    if single and Conversation.objects.filter(endpoint=endpoint, single=True).exclude(status=Status.RESOLVED).exists():
        raise AnotherIsOpen
    conversation = Conversation.objects.create(
        endpoint_id=endpoint,
        channel=channel,
        profile_id=way.identity.home_or_profile_id,
        queue=way.queue,
        status=Status.PENDING,
        title=title,
        single=single,
        opened_at=now,
        last_activity_at=now,
    )
    opened = ConversationOpened(
        conversation_id=conversation.pk,
        channel_id=channel.pk,
        profile_id=conversation.profile_id,
        queue_id=way.queue.pk,
        at=now,
    )
    publish(opened, now=now)
    return reply(
        conversation=conversation,
        author=author,
        text=text,
        client_key=client_key,
        seen_seq=0,
        attachment_ids=attachment_ids,
        now=now,
    )


def _submitted_before(way: Way, author: User, client_key: str) -> Message | None:
    if not client_key:
        return None
    known = Message.objects.filter(author=author, client_key=client_key, conversation__channel=way.channel)
    return known.filter(conversation__endpoint__address_norm=way.identity.address_norm).order_by("key").first()


def _one_line(title: str) -> str:
    """A subject without line breaks and control characters, which no header may hold."""
    plain = "".join(letter if letter.isprintable() else " " for letter in title)
    return " ".join(plain.split())[:LONGEST_SUBJECT]
