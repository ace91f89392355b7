"""What the inbox holds of a person: conversations, messages, drafts, files, what colleagues were told of them."""

from datetime import datetime
from typing import Any

from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _

from collaboration.models import Handoff, Mention, Notification, Task
from collaboration.rights import notifications_of
from conversations.models import (
    Conversation,
    ConversationLabel,
    Draft,
    Endpoint,
    Message,
    MessageAttachment,
    MessageExternal,
    Participant,
    ThreadReference,
)
from engagement.channels.models import Attachment, RawEvent
from engagement.channels.rights import erase_files, erase_raw, held_files
from engagement.profiles.rights.holdings import ERASED, Holding, blanked, fields, gone, register
from engagement.profiles.rights.subjects import Subject

_SUBJECT = "conversations.conversation"
_EVENT = "event"
_STAYS = ("event", "by_customer", "until", "other")  # of a line that tells what was done


def _conversations(subject: Subject) -> QuerySet[Conversation]:
    return Conversation.objects.filter(profile_id__in=subject.family).order_by("key")


def _keys(subject: Subject) -> Any:
    return _conversations(subject).order_by().values("pk")


def _messages(subject: Subject) -> QuerySet[Message]:
    return Message.objects.filter(conversation__in=_keys(subject)).order_by("conversation_id", "seq")


def _erase_messages(rows: QuerySet[Message], subject: Subject, now: datetime) -> int:
    """Empty each entry of a thread; who answered when stays. The trigger empties what is searched."""
    said = rows.exclude(kind=Message.Kind.EVENT)
    blank = dict.fromkeys(("title", "html", "quoted_text", "quoted_html", "signature"), "")
    blank |= dict.fromkeys(("sender_name", "sender_address", "delivery_detail"), "")
    changed = blanked(text=ERASED, detail={}, client_key=None, **blank)(said, subject, now)
    for line in rows.filter(kind=Message.Kind.EVENT).iterator(chunk_size=500):
        detail = {name: value if name in _STAYS else "" for name, value in line.detail.items()}
        if detail != line.detail:
            changed += Message.objects.filter(pk=line.pk).update(detail=detail)
    return changed


def _endpoints(subject: Subject) -> QuerySet[Endpoint]:
    used = Q(pk__in=_conversations(subject).order_by().values("endpoint"))
    return Endpoint.objects.filter(used | Q(identity__in=subject.identities)).order_by("key")


def _erase_endpoints(rows: QuerySet[Endpoint], subject: Subject, now: datetime) -> int:
    changed = 0
    for one in rows.exclude(address=ERASED):
        one.address, one.address_norm, one.name = ERASED, f"erased:{one.key.hex}", ""
        one.save(update_fields=["address", "address_norm", "name"])
        changed += 1
    return changed


def _participants(subject: Subject) -> QuerySet[Participant]:
    """Of their conversations everybody, of others' themselves."""
    norms = [one.norm for one in subject.addresses]
    return Participant.objects.filter(Q(conversation__in=_keys(subject)) | Q(address_norm__in=norms)).order_by("pk")


def _said_by_others(subject: Subject) -> list[QuerySet[Any]]:
    """What was said in the conversations of others in which they took part."""
    norms = [one.norm for one in subject.addresses]
    joined = Participant.objects.filter(address_norm__in=norms).exclude(conversation__in=_keys(subject))
    keys = joined.order_by().values("conversation")
    return [Message.objects.filter(conversation__in=keys), Conversation.objects.filter(pk__in=keys)]


def _drafts(subject: Subject) -> QuerySet[Draft]:
    return Draft.objects.filter(conversation__in=_keys(subject)).order_by("key")


def _files(subject: Subject) -> QuerySet[Attachment]:
    """What stands with their messages, came with their mail, or waits in a draft to them."""
    theirs = Q(
        pk__in=MessageAttachment.objects.filter(message__in=_messages(subject).order_by().values("pk")).values(
            "attachment"
        )
    )
    came = Q(raw_event_key__in=_messages(subject).order_by().exclude(raw_event_key=None).values("raw_event_key"))
    drafted = [key for keys in _drafts(subject).values_list("attachments", flat=True) for key in keys]
    return Attachment.objects.filter(theirs | came | Q(pk__in=drafted)).order_by("key")


def _erase_files(rows: QuerySet[Attachment], subject: Subject, now: datetime) -> int:
    keys = list(rows.values_list("pk", flat=True))
    MessageAttachment.objects.filter(attachment__in=keys).delete()
    return erase_files(Attachment.objects.filter(pk__in=keys), subject, now)


def _raw(subject: Subject) -> QuerySet[RawEvent]:
    keys = _messages(subject).order_by().exclude(raw_event_key=None).values("raw_event_key")
    return RawEvent.objects.filter(pk__in=keys).order_by("key")


def _told(subject: Subject) -> QuerySet[Notification]:
    """Of their conversations, and of notes, tasks and handoffs that belong to those."""
    about = {"subject_type": _SUBJECT, "subject_id__in": _keys(subject)}
    things = [_conversations(subject), _messages(subject)]
    things += [model.objects.filter(**about) for model in (Mention, Task, Handoff)]
    told = [notifications_of(rows.order_by()).order_by().values("pk") for rows in things]
    return Notification.objects.filter(pk__in=told[0].union(*told[1:])).order_by("key")


def _message(row: Message) -> dict[str, Any]:
    names = ("kind", "title", "text", "quoted_text", "signature", "created_at", "delivery_state")
    shown = dict(fields(*names)(row)) | {"conversation": row.conversation_id, "number": row.seq}
    if row.kind == Message.Kind.RECEIVED:
        shown |= {"from": row.sender_address, "from_name": row.sender_name, "detail": row.detail}
    elif row.department:
        shown["department"] = str(row.department)
    return shown


HOLDINGS = (
    Holding(
        name="conversations.conversations",
        label=_("Conversations with you"),
        model=Conversation,
        find=_conversations,
        row=fields("key", "title", "status", "opened_at", "last_activity_at", "resolved_at", "complaint_since"),
        erase=blanked(title="", preview=""),
    ),
    Holding(
        name="conversations.messages",
        of_colleagues=lambda message: message.kind == Message.Kind.NOTE,
        label=_("Messages of yours and ours, and notes about them"),
        model=Message,
        find=lambda subject: _messages(subject).select_related("department"),
        row=_message,
        erase=_erase_messages,
        order=110,
    ),
    Holding(
        name="conversations.endpoints",
        label=_("Where we reach you"),
        model=Endpoint,
        find=_endpoints,
        row=fields("address", "name"),
        erase=_erase_endpoints,
        order=24,
    ),
    Holding(
        name="conversations.participants",
        label=_("Conversations in which you take part"),
        model=Participant,
        find=_participants,
        row=fields("role", "joined_at"),
        erase=gone,
        near=_said_by_others,
    ),
    Holding(
        name="conversations.labels",
        label=_("Labels of your conversations"),
        model=ConversationLabel,
        find=lambda subject: (
            ConversationLabel.objects.filter(conversation__in=_keys(subject)).select_related("label").order_by("pk")
        ),
        row=lambda link: {"label": str(link.label), "conversation": link.conversation_id, "added_at": link.added_at},
        erase=gone,
    ),
    Holding(
        name="conversations.drafts",
        label=_("Answers to you that were not sent yet"),
        model=Draft,
        find=_drafts,
        row=fields("kind", "text", "updated_at"),
        erase=gone,
    ),
    Holding(
        name="conversations.files",
        label=_("Files"),
        model=Attachment,
        find=_files,
        row=fields("key", "filename", "content_type", "size", "created_at"),
        erase=_erase_files,
        files=lambda subject: held_files(_files(subject)),
        order=90,
        also=(MessageAttachment,),
    ),
    Holding(
        name="conversations.raw",
        label=_("Your mail as it came in"),
        model=RawEvent,
        find=_raw,
        erase=erase_raw,
        order=80,
        why="Not in the export: its words and files are in it, and the source names the ways of other people's mail.",
    ),
    Holding(
        name="conversations.names",
        label=_("Names of messages"),
        model=MessageExternal,
        find=lambda subject: MessageExternal.objects.filter(conversation__in=_keys(subject)).order_by("pk"),
        erase=gone,
        why="Not in the export: technical names, by which an answer finds its conversation.",
    ),
    Holding(
        name="conversations.references",
        label=_("References of messages"),
        model=ThreadReference,
        find=lambda subject: ThreadReference.objects.filter(conversation__in=_keys(subject)).order_by("pk"),
        erase=gone,
        why="Not in the export: technical names, by which an answer finds its conversation.",
    ),
    Holding(
        name="conversations.mentions",
        label=_("Notes in which a colleague was asked about you"),
        model=Mention,
        find=lambda subject: Mention.objects.filter(subject_type=_SUBJECT, subject_id__in=_keys(subject)).order_by(
            "key"
        ),
        erase=blanked(excerpt=ERASED),
        why="Not in the export: the beginning of a note that is in it whole.",
    ),
    Holding(
        name="conversations.tasks",
        of_colleagues=lambda thing: True,
        label=_("What we had to do for you"),
        model=Task,
        find=lambda subject: Task.objects.filter(
            subject_type=_SUBJECT, subject_id__in=_keys(subject), profile=None
        ).order_by("key"),
        row=fields("title", "text", "created_at", "due_at", "state", "done_at"),
        erase=blanked(title=ERASED, text="", client_key=None),
    ),
    Holding(
        name="conversations.handoffs",
        of_colleagues=lambda thing: True,
        label=_("How your matter was handed over"),
        model=Handoff,
        find=lambda subject: Handoff.objects.filter(
            subject_type=_SUBJECT, subject_id__in=_keys(subject), profile=None
        ).order_by("key"),
        row=fields("summary", "facts", "offered_at", "state", "bounce_reason"),
        erase=blanked(summary=ERASED, facts=[], bounce_reason=ERASED),
    ),
    Holding(
        name="conversations.notifications",
        label=_("What colleagues were told of you"),
        model=Notification,
        find=_told,
        erase=blanked(title=ERASED, text=""),
        why="Not in the export: it repeats what is in it.",
    ),
)


def register_holdings() -> None:
    """Called once, when the app is ready."""
    register(*HOLDINGS)
