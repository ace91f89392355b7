"""What the templates of the inbox are given."""

import uuid
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any
from urllib.parse import urlencode

from django.conf import settings
from django.http import HttpRequest
from django.urls import reverse
from django.utils import formats, timezone
from django.utils.functional import SimpleLazyObject
from django.utils.translation import gettext as _

from collaboration.actions import UnknownMention
from conversations.actions.labels import MAX_LABELS
from conversations.actions.reply import SOURCE
from conversations.models import Conversation, Draft, Label, Message, Queue
from conversations.selectors import counts, inbox_list, rail
from conversations.selectors import thread as threads
from conversations.selectors.labels import labels_on
from conversations.selectors.open_now import offer_of, open_now, there_is
from conversations.selectors.queues import queues_of
from conversations.selectors.related import related_conversations
from conversations.templatetags.inbox import present_words
from conversations.views.desk import Desk
from conversations.views.shelves import DUE, LOOKS, shelves, title_of
from conversations.views.snoozing import snooze_choices
from engagement import statements
from engagement.channels import origins
from engagement.channels.adapters import capabilities_of
from engagement.channels.models import Attachment, Channel, Transmission
from engagement.channels.origins import Origin
from engagement.partitions import first_key
from engagement.realtime import presence
from engagement.sorting import by_localized_name, by_name


def shelf_context(*, user: Any, desk: Desk, worked: list[Queue] | None = None) -> dict[str, Any]:
    """The views on the left, and the topics that change them."""
    queues = queues_of(user) if worked is None else worked
    numbers = counts.for_person(user, worked=queues)
    topics = [*_list_topics(user, queues), *_attention_topic(numbers)]
    count = numbers.get(desk.view)
    return {
        "desk": desk,
        "queues": queues,
        "any_queue": bool(queues),
        "topics": " ".join(topics),
        "shelves": shelves(user=user, queues=queues, counts=numbers, current=desk.view),
        "view_title": title_of(desk.view, queues),
        "view_count": None if desk.view == "resolved" or count is None else min(count, counts.MOST),
        "view_count_is_capped": desk.view in DUE and count is not None and count > counts.MOST,
    }


def _list_topics(user: Any, queues: list[Queue]) -> list[str]:
    return [f"user:{user.pk}", *(f"queue:{queue.pk}" for queue in queues)]


def _attention_topic(numbers: dict[str, int]) -> list[str]:
    return ["attention:all"] if "attention" in numbers else []


def page_context(*, user: Any, desk: Desk, worked: list[Queue]) -> dict[str, Any]:
    """The frame of the whole page: views, order, what an empty list says. ``worked``: the person's queues."""
    return (
        shelf_context(user=user, desk=desk, worked=worked)
        | _empty_words(desk=desk, worked=worked)
        | _orders(desk)
        | _label_filter(desk)
    )


def refresh_context(*, user: Any, desk: Desk, worked: list[Queue]) -> dict[str, Any]:
    """What the list needs when it is drawn again by itself: what it listens to, and what it says when empty."""
    frame = {"topics": " ".join(_list_topics(user, worked)), "any_queue": bool(worked)}
    return frame | _empty_words(desk=desk, worked=worked)


def _empty_words(*, desk: Desk, worked: list[Queue]) -> dict[str, Any]:
    """Made when an empty list asks for them."""
    look = LOOKS.get(desk.view)
    title = str(look.empty) if look else _("Nobody waits in this queue")
    return {"empty_title": title, "empty_text": SimpleLazyObject(lambda: _empty_text(desk, worked))}


def _empty_text(desk: Desk, worked: list[Queue]) -> str:
    address = _address_of(worked) if desk.view == "all" else None
    if address:
        return _("Send a mail to %(address)s to see it here.") % {"address": address}
    return _("Conversations appear here by themselves; there is no need to load the page again.")


def _address_of(worked: list[Queue]) -> str | None:
    """Where a mail can be sent that comes into one of these queues."""
    channels = Channel.objects.filter(queues__in=worked, kind="email")
    return channels.order_by(*by_name()).values_list("address", flat=True).first()


def _orders(desk: Desk) -> dict[str, Any]:
    labels = {"newest": _("Newest first"), "due": _("Due first")}
    usual = "due" if desk.view in ("late", "due") else "newest"
    current = desk.order or usual
    base = reverse("conversations:list", args=[desk.view])
    choices = []
    for name, label in labels.items():
        kept = {key: value for key, value in (("q", desk.search), ("order", name), ("label", desk.label)) if value}
        choices.append({"label": label, "url": f"{base}?{urlencode(kept)}", "is_current": name == current})
    return {"orders": choices, "order_label": labels[current]}


def _label_filter(desk: Desk) -> dict[str, Any]:
    """The labels by which the list can be narrowed, and the one by which it is."""

    def url(label: str) -> str:
        kept = {key: value for key, value in (("q", desk.search), ("order", desk.order), ("label", label)) if value}
        base = reverse("conversations:list", args=[desk.view])
        return f"{base}?{urlencode(kept)}" if kept else base

    labels = list(Label.objects.order_by(*by_localized_name(key="id"))[:MAX_LABELS])
    return {
        "label_choices": [
            {"label": one, "url": url(str(one.pk)), "is_current": str(one.pk) == desk.label}
            for one in labels
            if not one.is_archived or str(one.pk) == desk.label
        ],
        "label_shown": next((one for one in labels if str(one.pk) == desk.label), None),
        "label_none_url": url(""),
    }


def list_context(
    *, desk: Desk, rows: list[inbox_list.Row], cursor: str, cut: bool, is_continued: bool, now: datetime
) -> dict[str, Any]:
    """The rows, and where the next ones are."""
    base = reverse("conversations:list", args=[desk.view])
    asked = (("q", desk.search), ("order", desk.order), ("label", desk.label), ("after", cursor))
    kept = {key: value for key, value in asked if value}
    return {
        "desk": desk,
        "rows": rows,
        "next_url": f"{base}?{urlencode(kept)}" if cursor else "",
        "is_cut": cut,
        "is_continued": is_continued,
        "now": now,
    }


# A conversation


@dataclass(frozen=True)
class Line:
    """One entry with what stands above it."""

    entry: threads.Entry
    day: date | None
    day_words: str
    is_rich: bool
    title_changed: bool


@dataclass
class Composer:
    """What the answer's form shows."""

    kind: str = "reply"
    text: str = ""
    other_text: str = ""
    draft: str = ""  # the token of what is kept of it, and of the other kind's
    other_draft: str = ""
    client_key: str = ""
    seen_seq: int = 0
    to: list[Any] = field(default_factory=list)
    cc: list[Any] = field(default_factory=list)
    files: list[Attachment] = field(default_factory=list)
    is_draft: bool = False
    error: str = ""
    answered_first: list[Message] = field(default_factory=list)
    many_recipients: int = 0  # so many people would get it, and that has to be confirmed
    unknown_mentions: list[UnknownMention] = field(default_factory=list)

    @property
    def to_label(self) -> str:
        return _("To")

    @property
    def cc_label(self) -> str:
        return _("Cc")


@dataclass(frozen=True)
class Undoable:
    """An answer of mine that can still be taken back."""

    message: Message
    until: datetime
    name: str


def name_of(conversation: Conversation) -> str:
    """What the customer is called."""
    return conversation.profile.name or conversation.endpoint.name or conversation.endpoint.address


def thread_context(
    *,
    request: HttpRequest,
    conversation: Conversation,
    desk: Desk,
    before_seq: int | None = None,
    from_seq: int | None = None,
    composer: Composer | None = None,
) -> dict[str, Any]:
    """A conversation with its entries, its composer and its rail, as one person sees it.

    What not every part of the page shows is read when a template asks for it.
    """
    now, user = timezone.now(), request.user
    page = threads.page(conversation=conversation, user=user, before_seq=before_seq, now=now)  # type: ignore[arg-type]
    entries, before = list(page.entries), page.before_seq
    while from_seq is not None and before is not None and entries and entries[0].message.seq > from_seq:
        older = threads.page(conversation=conversation, user=user, before_seq=before, now=now)  # type: ignore[arg-type]
        entries, before = [*older.entries, *entries], older.before_seq
    name = name_of(conversation)
    may_change = user.has_perm("conversations.change_conversation")
    there = there_is(conversation)
    return {
        "conversation": conversation,
        "labels": SimpleLazyObject(lambda: list(labels_on(conversation))),
        "desk": desk,
        "name": name,
        "short_name": name if "@" in name else name.split(" ")[0],
        "thread_url": desk.thread_url(conversation.pk),
        "profile_url": reverse("profiles:profile", args=[conversation.profile.canonical_id or conversation.profile_id]),
        "page": page,
        "before_seq": before,
        "related": SimpleLazyObject(
            lambda: related_conversations(
                conversation=conversation,
                user=user,  # type: ignore[arg-type]
                messages=[entry.message for entry in entries],
            )
        ),
        "may_see_original": user.has_perm("engagement_channels.view_rawevent"),
        "lines": list(lines(entries, title=conversation.title, now=now)),
        "composer": composer or SimpleLazyObject(lambda: composer_of(page)),
        "undoable": SimpleLazyObject(lambda: undoable(user=user, now=now)),
        "undo_seconds": settings.UNDO_SECONDS,
        "facts": SimpleLazyObject(lambda: rail.facts(conversation=conversation, user=user)),  # type: ignore[arg-type]
        "open": SimpleLazyObject(lambda: open_now(conversation, user, there)),  # type: ignore[arg-type]
        "offer": offer_of(user, there),  # type: ignore[arg-type]
        "present": SimpleLazyObject(lambda: _others_at(conversation, user)),
        "snoozes": SimpleLazyObject(lambda: snooze_choices(now=now)),
        "snooze_earliest": timezone.localtime(now).strftime("%Y-%m-%dT%H:%M"),
        "may_change": may_change,
        "carried": capabilities_of(conversation.channel.kind),
        "answers": SimpleLazyObject(lambda: _origin_of(conversation)),
        "may_retry": may_change,
        "now": now,
    }


def _origin_of(conversation: Conversation) -> Origin | None:
    """What the conversation answers; no query where it answers nothing of ours."""
    if conversation.answers is None:
        return None
    return origins.of_transmissions([conversation.answers]).get(conversation.answers)


def _others_at(conversation: Conversation, user: Any) -> list[dict[str, str]]:
    people = presence.people_at(f"conversation:{conversation.pk}")
    return [
        {"initials": person["initials"], "words": present_words(dict(person))}  # type: ignore[arg-type]
        for person in people
        if person["id"] != str(user.pk)
    ]


def lines(entries: Iterable[threads.Entry], *, title: str, now: datetime) -> Iterator[Line]:
    """The entries with their day dividers, and the subject where it changes."""
    day, subject, today = None, bare_title(title), timezone.localtime(now).date()
    for entry in entries:
        message = entry.message
        this = timezone.localtime(message.created_at).date()
        is_theirs = message.kind == Message.Kind.RECEIVED and bool(message.title)
        changed = is_theirs and bare_title(message.title) != subject
        yield Line(
            entry=entry,
            day=this if this != day else None,
            day_words=day_words(this, today) if this != day else "",
            is_rich=is_rich(message),
            title_changed=changed,
        )
        day, subject = this, bare_title(message.title) if is_theirs else subject


def bare_title(title: str) -> str:
    """A subject without its Re: and Fwd:, for comparison."""
    bare = title.strip().lower()
    while bare.startswith(("re:", "fw:", "fwd:", "res:", "enc:", "aw:", "wg:")):
        bare = bare.partition(":")[2].strip()
    return bare


def day_words(day: date, today: date) -> str:
    """The words of a day divider: "today, 23 November"."""
    words = (
        formats.date_format(day, "MONTH_DAY_FORMAT")
        if day.year == today.year
        else formats.date_format(day, "DATE_FORMAT")
    )
    if day == today:
        return _("today, %(day)s") % {"day": words}
    if day == today - timedelta(days=1):
        return _("yesterday, %(day)s") % {"day": words}
    return f"{formats.date_format(day, 'l')}, {words}"


RICH = ("<table", "<img", "<ul", "<ol", "<h1", "<h2", "<h3", "<center", "<pre")


def is_rich(message: Message) -> bool:
    """Its HTML says more than its text: tables, images, lists, headings."""
    if message.detail.get("layout", {}).get("prefers_text"):
        return False
    return message.kind == Message.Kind.RECEIVED and any(tag in message.html for tag in RICH)


def composer_of(page: threads.ThreadPage) -> Composer:
    """The form with what this person was writing, or empty."""
    reply, note = page.my_reply_draft, page.my_note_draft
    kind = "note" if note is not None and reply is None else "reply"
    draft = note if kind == "note" else reply
    other = reply if kind == "note" else note
    people = list((reply.recipients if reply else None) or page.recipients)
    return Composer(
        kind=kind,
        text=draft.text if draft else "",
        other_text=other.text if other else "",
        draft=draft.token if draft else "",
        other_draft=other.token if other else "",
        client_key=uuid.uuid4().hex,
        seen_seq=page.newest_seq,  # everything up to it is shown beside the form
        to=[person for person in people if person.get("role") != "cc"],
        cc=[person for person in people if person.get("role") == "cc"],
        files=files_of(draft),
        is_draft=draft is not None,
    )


def files_of(draft: Draft | None) -> list[Attachment]:
    """The files of a draft, in its order."""
    if draft is None or not draft.attachments:
        return []
    found = {str(file.pk): file for file in Attachment.objects.filter(pk__in=draft.attachments)}
    return [found[key] for key in draft.attachments if key in found]


_WAITING = """
WHERE key >= %(since)s AND requested_by_id = %(me)s AND state = 'queued' AND not_before > %(now)s
AND source = %(source)s ORDER BY not_before, key LIMIT 5
"""


def undoable(*, user: Any, now: datetime) -> list[Undoable]:
    """This person's answers that have not left yet, in whichever conversation, oldest first."""
    since = first_key(now - timedelta(minutes=1))
    waiting = statements.select(Transmission, _WAITING, {"since": since, "me": user.pk, "now": now, "source": SOURCE})
    until = {row.source_id: row.not_before for row in waiting}
    if not until:
        return []
    messages = Message.objects.filter(pk__in=list(until), kind=Message.Kind.REPLY)
    messages = messages.select_related("conversation__profile", "conversation__endpoint").order_by("pk")
    return [Undoable(message, until[message.pk], name_of(message.conversation)) for message in messages]
