"""Turns answers into e-mails and texts, at the moment in which they leave."""

from collections.abc import Sequence
from datetime import datetime
from html import escape
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db.models import OuterRef, Prefetch, Subquery
from django.db.models.functions import Coalesce
from django.utils import formats, timezone, translation
from django.utils.translation import gettext as _

from conversations.actions.subjects import reply_subject
from conversations.models import Conversation, Message, MessageAttachment
from engagement.channels.adapters import capabilities_of
from engagement.channels.email import reply_address
from engagement.channels.email.addresses import Mailbox
from engagement.channels.email.composing import OutgoingAttachment, OutgoingEmail
from engagement.channels.models import Channel, Transmission
from engagement.channels.words import OutgoingText, Words
from engagement.organization.current import current_organization
from engagement.profiles.language_tags import match_language

Kind = Message.Kind
MOST_REFERENCES = 20
LONGEST_QUOTE = 20_000  # characters
_HTML = '<div style="white-space:pre-wrap">{text}</div>'
_QUOTE = (
    '<blockquote type="cite" style="margin:0 0 0 .8ex;border-left:1px solid #ccc;padding-left:1ex">{text}</blockquote>'
)


def render(transmissions: Sequence[Transmission]) -> dict[UUID, Words]:
    """Return the words of each transmission as its channel carries them, without those of answers taken back."""
    messages = _messages([row.source_id for row in transmissions])
    answered = _answered([message.answered for message in messages.values()])
    return {
        row.key: _words(row, messages[row.source_id], answered.get(messages[row.source_id].answered))
        for row in transmissions
        if row.source_id in messages
    }


def _messages(keys: list[UUID]) -> dict[UUID, Any]:
    """The answers, each with ``answered``: the customer's newest message before it, else our last one."""
    files = Prefetch("files", queryset=MessageAttachment.objects.select_related("attachment"))
    earlier = Message.objects.filter(conversation=OuterRef("conversation"), seq__lt=OuterRef("seq")).order_by("-seq")
    newest = [Subquery(earlier.filter(kind=kind).values("pk")[:1]) for kind in (Kind.RECEIVED, Kind.REPLY)]
    rows = Message.objects.filter(pk__in=keys, kind=Kind.REPLY).defer("search").annotate(answered=Coalesce(*newest))
    rows = rows.select_related("author", "conversation__channel", "conversation__profile").prefetch_related(files)
    return {row.pk: row for row in rows}


def _answered(keys: list[UUID | None]) -> dict[UUID | None, Message]:
    rows = Message.objects.filter(pk__in=[key for key in keys if key]).defer("search").prefetch_related("externals")
    return {row.pk: row for row in rows}


def _words(transmission: Transmission, message: Message, answered: Message | None) -> Words:
    """An e-mail where there are subjects, else the bare words: what is answered stands above them on any phone."""
    if capabilities_of(message.conversation.channel.kind).subject:
        return _email(transmission, message, answered)
    return OutgoingText(message.text)


def _email(transmission: Transmission, message: Message, answered: Message | None) -> OutgoingEmail:
    conversation = message.conversation
    with translation.override(_language(message)):
        text, html = _bodies(message, answered)
    return OutgoingEmail(
        message_id=transmission.external_id,
        from_=Mailbox(_sender(message), conversation.channel.address),
        to=_mailboxes(transmission, "to"),
        cc=_mailboxes(transmission, "cc"),
        reply_to=(_reply_to(conversation),),
        subject=reply_subject(conversation.title) if answered else conversation.title,
        text=text,
        html=html,
        date=message.created_at,
        in_reply_to=_id_of(answered),
        references=_references(answered),
        attachments=tuple(_file(link) for link in message.files.all()),
    )


def _references(answered: Message | None) -> tuple[str, ...]:
    """Ancestors of what is answered, then it, the last 20 (RFC 5322 section 3.6.4)."""
    if answered is None:
        return ()
    known = [*reversed(answered.detail.get("references", [])), _id_of(answered)]
    return tuple(one for one in dict.fromkeys(known) if one)[-MOST_REFERENCES:]


def _id_of(message: Message | None) -> str:
    """The message id as mail programs know it, without what we added to keep two of one name apart."""
    for named in message.externals.all() if message else ():
        return str(named.message.detail.get("message_id", named.external_id))
    return ""


def _sender(message: Message) -> str:
    channel = message.conversation.channel
    house = channel.sender_name or current_organization().reply_sender_name
    return _("%(agent)s via %(house)s") % {"agent": message.author, "house": house} if message.author else house


def _reply_to(conversation: Conversation) -> Mailbox:
    """Return the signed address; a mailbox whose name leaves no room for it answers plainly."""
    channel: Channel = conversation.channel
    name = channel.sender_name or current_organization().reply_sender_name
    try:
        address = reply_address.sign(conversation.pk, mailbox=channel.address, secret=settings.SECRET_KEY.encode())
    except ValueError:
        address = channel.address
    return Mailbox(name, address)


def _mailboxes(transmission: Transmission, role: str) -> tuple[Mailbox, ...]:
    return tuple(Mailbox(one["name"], one["address"]) for one in transmission.recipients if one["role"] == role)


def _language(message: Message) -> str:
    """Return the customer's language when it is known, else that of whoever answers: one mail, one language."""
    known = [code for code, _name in settings.LANGUAGES]
    author = message.author.language if message.author else ""
    wanted = message.conversation.profile.language or author
    return match_language(known, wanted) or current_organization().language


def _bodies(message: Message, answered: Message | None) -> tuple[str, str]:
    """Return the answer as text and as HTML, with what it answers quoted below."""
    text, html = f"{message.text}\n", _HTML.format(text=escape(message.text))
    if answered is None:
        return text, html
    quoted = answered.text[:LONGEST_QUOTE]
    line = _("On %(date)s, %(name)s wrote:") % {
        "date": _date(answered.created_at),
        "name": answered.sender_name or answered.sender_address,
    }
    lines = "\n".join(f"> {one}".rstrip() for one in quoted.split("\n"))
    return f"{text}\n{line}\n{lines}\n", f"{html}\n<p>{escape(line)}</p>\n" + _QUOTE.format(
        text=_HTML.format(text=escape(quoted))
    )


def _date(at: datetime) -> str:
    return str(formats.date_format(timezone.localtime(at), "SHORT_DATETIME_FORMAT"))


def _file(link: MessageAttachment) -> OutgoingAttachment:
    with link.attachment.file.open("rb") as stored:
        content = stored.read()
    return OutgoingAttachment(
        filename=link.attachment.filename, content_type=link.attachment.content_type, content=content
    )
