"""Words and marks of the inbox: why a row is here, what an event line says, how far an answer has come."""

import re
from datetime import datetime
from typing import Any

from django import template
from django.utils import formats, timezone
from django.utils.dateparse import parse_datetime
from django.utils.html import conditional_escape, escape, format_html, linebreaks, urlize
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import get_language, gettext_lazy, gettext_noop, ngettext
from django.utils.translation import gettext as _

from conversations.handoff_words import handoff_words
from conversations.models import Conversation, Message
from conversations.views.files import is_safe_raster
from engagement.channels.delivery.reasons import sentence
from engagement.channels.models import Attachment, Transmission
from engagement.ui import durations
from engagement.ui.templatetags.ui import avatar, due, icon

register = template.Library()
BLANK = SafeString("")
WHY_WORDS = {
    "failed": gettext_noop("an answer did not arrive"),
    "mention": gettext_noop("you are mentioned"),
    "late": gettext_noop("the answer is late"),
    "due": gettext_noop("the answer is due"),
    "snoozed": gettext_noop("snoozed"),
    "resolved": gettext_noop("resolved"),
    "reopened": gettext_noop("wrote again after we closed it"),
    "robot": gettext_noop("an automatic message"),
    "waiting": gettext_noop("waits"),
    "answered": gettext_noop("waits for the customer"),
}
LONGEST_LINKED = 20_000  # characters; longer texts are shown without links
# What urlize could make a link of has one of these; looking at each word of every other text takes long.
_LINKABLE = re.compile(r"://|www\.|@|\.(com|edu|gov|int|mil|net|org)", re.IGNORECASE)


# Why a conversation is in the list


@register.simple_tag
def why(row: Any, now: datetime) -> SafeString:
    """The second line of a row: when an answer is due, then the reason in words."""
    clock = due(row.due_at, now=now) if row.status == "open" else BLANK
    words = row.title if clock and row.why.kind in ("late", "due") else why_words(row.why, now)
    return SafeString(f'{clock or _why_mark(row.why)}<span class="clip">{escape(words)}</span>')


def _why_mark(reason: Any) -> SafeString:
    marks = {
        "failed": ("due due--soon", "circle-x"),
        "snoozed": ("due due--paused", "moon"),
        "answered": ("due due--paused", "pause"),
        "mention": ("due", "at-sign"),
        "resolved": ("due", "check"),
        "reopened": ("due", "rotate-ccw"),
        "robot": ("due", "zap"),
    }
    css, glyph = marks.get(reason.kind, ("due", "clock"))
    return SafeString(f'<span class="{css}">{icon(glyph, small=True)}</span>')


def why_words(reason: Any, now: datetime) -> str:
    """The reason in a few words, with how long."""
    if reason.kind == "snoozed" and reason.at:
        return _("snoozed until %(when)s") % {"when": moment_words(reason.at, now)}
    if reason.kind == "waiting" and reason.at:
        return _("waits for %(time)s") % {"time": durations.short(now - reason.at)}
    return _(WHY_WORDS[reason.kind]) if reason.kind in WHY_WORDS else ""


def moment_words(moment: datetime, now: datetime) -> str:
    """A moment to come, as short as it is clear: "15:00", "Tue. 9:00", "4 Dec"."""
    here, there = timezone.localtime(now), timezone.localtime(moment)
    time = formats.date_format(there, "TIME_FORMAT")
    days = (there.date() - here.date()).days
    if days == 0:
        return time
    if days == 1:
        return _("tomorrow, %(time)s") % {"time": time}
    if days < 7:
        return f"{formats.date_format(there, 'l')}, {time}"
    return durations.short_day(day=there, today=here)


@register.simple_tag
def assignee(row: Any, me: Any) -> SafeString:
    """The small avatar of who has it, at the end of a row."""
    if row.assignee is None:
        return avatar("", kind="none", size="small")
    here = any(person["id"] == str(row.assignee.pk) for person in row.looking)
    kind = "me" if row.assignee.pk == me.pk else "colleague"
    words = _("%(name)s has it and is looking") if here else _("%(name)s has it")
    return avatar(row.assignee, kind=kind, size="small", here=here, label=words % {"name": row.assignee.name})


@register.simple_tag
def looking(person: dict[str, str], row: Any = None) -> SafeString:
    """The small avatar of a colleague who looks at a conversation now; not twice for who has it."""
    if row is not None and row.assignee is not None and person["id"] == str(row.assignee.pk):
        return BLANK
    words = present_words(person)
    return format_html(
        '<span class="avatar avatar--small avatar--here" role="img" aria-label="{}" title="{}">{}</span>',
        words,
        words,
        person["initials"],
    )


def present_words(person: dict[str, str]) -> str:
    """What a colleague does at a conversation."""
    words = _("%(name)s is writing") if person["state"] == "typing" else _("%(name)s is looking")
    return words % {"name": person["name"]}


# Above and in the thread


@register.simple_tag
def standing(conversation: Conversation, now: datetime) -> SafeString:
    """Where a conversation stands: when the answer is due, or asleep, waiting, resolved."""
    if conversation.status == Conversation.Status.SNOOZED and conversation.snoozed_until:
        words = _("Snoozed until %(when)s") % {"when": moment_words(conversation.snoozed_until, now)}
        return format_html('<span class="due due--paused">{}{}</span>', icon("moon", small=True), words)
    if conversation.status == Conversation.Status.PENDING:
        return format_html(
            '<span class="due due--paused">{}{}</span>', icon("hourglass", small=True), _("Waits for the customer")
        )
    if conversation.status == Conversation.Status.RESOLVED:
        return format_html('<span class="badge badge--moss">{}{}</span>', icon("check", small=True), _("resolved"))
    return due(conversation.next_due_at, now=now)


@register.simple_tag
def event_line(message: Message) -> SafeString:
    """One quiet line that tells what happened, with its glyph and its time."""
    detail, who = message.detail, str(message.author or _("The house"))
    glyph, words = _event_words(detail.get("event", ""), detail, who)
    time = durations.time_of_day(message.created_at)
    return format_html("{}<span>{}</span> <time>{}</time>", icon(glyph, small=True), words, time)


# What an undo took back, by the event of the change.
_UNDONE = {
    "": gettext_noop("%(who)s undid the change"),
    "resolved": gettext_noop("%(who)s undid the resolution"),
    "reopened": gettext_noop("%(who)s undid the reopening"),
    "pended": gettext_noop("%(who)s undid “waiting on customer”"),
    "snoozed": gettext_noop("%(who)s undid the snooze"),
    "assigned": gettext_noop("%(who)s undid the assignment"),
    "moved": gettext_noop("%(who)s undid the move to another queue"),
    "complaint": gettext_noop("%(who)s undid the mark as a complaint"),
    "no_complaint": gettext_noop("%(who)s marked it as a complaint again"),
    "labeled": gettext_noop("%(who)s removed the label again"),
    "unlabeled": gettext_noop("%(who)s added the label again"),
}


def _event_words(event: str, detail: dict[str, Any], who: str) -> tuple[str, SafeString]:
    name = format_html("<b>{}</b>", who)
    to = format_html("<b>{}</b>", _in_language(detail.get("to", "")))
    if event == "assigned":
        if not detail.get("to"):
            return "circle-dashed", _say(_("%(who)s left it to nobody"), who=name)
        if detail["to"] == who:
            return "user-plus", _say(_("%(who)s took it"), who=name)
        return "user-plus", _say(_("%(who)s gave it to %(to)s"), who=name, to=to)
    if event == "moved":
        return "folder-open", _say(_("%(who)s moved it to %(to)s"), who=name, to=to)
    if event == "snoozed":
        until = parse_datetime(detail.get("until", ""))
        when = formats.date_format(timezone.localtime(until), "SHORT_DATETIME_FORMAT") if until else ""
        return "moon", _say(_("%(who)s snoozed it until %(when)s"), who=name, when=when)
    if told := handoff_words(event, detail):
        glyph, sentence, values = told
        return glyph, _say(sentence, who=name, to=to, **values)
    if event == "taken_back":
        return "undo-2", _say(
            _("%(who)s took an answer back before it left"), who=format_html("<b>{}</b>", detail.get("by", who))
        )
    undone = of if (of := detail.get("of", "")) in _UNDONE else ""
    plain = {
        "resolved": ("check", _("%(who)s resolved it")),
        "reopened": ("rotate-ccw", _("%(who)s opened it again")),
        "pended": ("hourglass", _("%(who)s waits for the customer")),
        "undone": ("undo-2", _(_UNDONE[undone])),
        "released": ("circle-dashed", _("It is unassigned: %(name)s does not work on it any more")),
        "woken": ("alarm-clock", _("It woke up")),
        "passed_on": (
            "arrow-left-right",
            _("It ended: somebody else has the address now, and wrote"),
        ),
        "split": ("split", _("%(who)s made part of it a conversation of its own")),
        "split_from": ("split", _("%(who)s made this a conversation of its own")),
        "retitled": ("pencil", _("%(who)s changed the subject")),
        "joined": ("user-plus", _("Somebody joined")),
        "customer_changed": ("user-plus", _("%(who)s made %(to)s the customer, in place of %(from)s")),
        "customer_restored": ("undo-2", _("%(who)s made %(to)s the customer again")),
        "complaint": ("flag", _("%(who)s marked it as a complaint: no marketing reaches them until it is resolved")),
        "no_complaint": ("flag", _("%(who)s says that it is no complaint")),
        "labeled": ("tag", _("%(who)s added the label %(to)s")),
        "unlabeled": ("tag", _("%(who)s removed the label %(to)s")),
    }
    glyph, words = plain.get(event, ("history", _("%(who)s changed something")))
    before = format_html("<b>{}</b>", str(detail.get("from", "")))
    return glyph, _say(words, who=name, name=detail.get("name", ""), to=to, **{"from": before})


def _say(words: str, **parts: Any) -> SafeString:
    escaped = {key: conditional_escape(value) for key, value in parts.items()}
    return mark_safe(escape(words) % escaped)  # noqa: S308  words are ours and escaped, so are the parts


def _in_language(name: Any) -> str:
    """Queues are kept under both of their names."""
    if isinstance(name, list) and len(name) == 2:
        return str(name[1] if (get_language() or "en").startswith("pt") else name[0])
    return str(name)


@register.simple_tag
def words(message: Message, *, mentions: bool = False, text: str | None = None) -> SafeString:
    """A text as paragraphs; addresses become links that open elsewhere, mentions stand out.

    ``text`` stands for the message's own where only a part of it is shown.
    """
    text = message.text if text is None else text
    may_link = len(text) <= LONGEST_LINKED and _LINKABLE.search(text)
    linked = urlize(text, nofollow=True, autoescape=True) if may_link else escape(text)
    linked = linked.replace('<a href="', '<a target="_blank" rel="noopener noreferrer nofollow" href="')
    linked = linked.replace(' rel="nofollow">', ">")
    if mentions:
        linked = _marked(linked, [person.get("name", "") for person in message.detail.get("mentions", [])])
    return mark_safe(linebreaks(mark_safe(linked)))  # noqa: S308  escaped by urlize and escape


def _marked(text: str, names: list[str]) -> str:
    """Set off the names of those who were mentioned, and of first names among them."""
    for name in sorted(
        {escape(part) for full in names for part in (full, full.split(" ")[0]) if part}, key=len, reverse=True
    ):
        text = re.sub(rf"@{re.escape(name)}(?![\w<])", f'<span class="mention">@{name}</span>', text)
    return text


STATES = {
    Transmission.State.QUEUED: ("clock", ""),
    Transmission.State.CLAIMED: ("clock", ""),
    Transmission.State.HANDING: ("send", ""),
    Transmission.State.ACCEPTED: ("check", ""),
    Transmission.State.DELIVERED: ("check-check", ""),
    Transmission.State.READ: ("check-check", ""),
    Transmission.State.BOUNCED: ("circle-x", "failed"),
    Transmission.State.COMPLAINED: ("circle-alert", "failed"),
    Transmission.State.FAILED: ("circle-x", "failed"),
    Transmission.State.UNKNOWN: ("circle-help", "failed"),
    Transmission.State.REFUSED: ("circle-slash", "failed"),
    Transmission.State.CANCELLED: ("undo-2", ""),
}


@register.simple_tag
def delivery(message: Message) -> SafeString:
    """How far an answer has come, in a word with its glyph."""
    if message.delivery_state not in STATES:
        return BLANK
    state = Transmission.State(message.delivery_state)
    glyph, variant = STATES[state]
    css = f"said__state said__state--{variant}" if variant else "said__state"
    return format_html('<span class="{}">{}{}</span>', css, icon(glyph, small=True), state.label)


@register.simple_tag
def failure(message: Message) -> str:
    """What went wrong with an answer, and what can be done."""
    reason = sentence(message.delivery_detail) or message.delivery_detail
    if message.delivery_state == Transmission.State.UNKNOWN:
        return _(
            "The server never said whether it took this answer. Sending it again may send it twice. %(reason)s"
        ) % {"reason": reason}
    if message.delivery_state == Transmission.State.BOUNCED:
        return _("It came back: %(reason)s") % {"reason": reason or _("no reason was given")}
    return _("It did not leave: %(reason)s") % {"reason": reason or _("no reason was given")}


# Files

KINDS = (
    ("image/", "image"),
    ("video/", "play"),
    ("audio/", "play"),
    ("message/", "mail"),
    ("text/calendar", "calendar"),
)


@register.filter
def file_icon(file: Attachment) -> str:
    """The glyph of a kind of file."""
    return next((glyph for start, glyph in KINDS if file.content_type.startswith(start)), "file-text")


@register.filter
def shows_as_image(file: Attachment) -> bool:
    """A raster image that every browser draws without running anything."""
    return is_safe_raster(file.content_type)


@register.filter
def file_words(file: Attachment) -> str:
    """Kind and size: "PDF, 1.2 MB"."""
    kind = file.filename.rpartition(".")[2].upper() if "." in file.filename else file.content_type
    return f"{kind[:12]}, {size_words(file.size)}"


def size_words(size: int) -> str:
    """Bytes in the unit that people read: "640 bytes", "12 kB", "4.2 MB"."""
    if size < 1000:
        return ngettext("%(n)d byte", "%(n)d bytes", size) % {"n": size}
    if size < 1_000_000:
        return f"{formats.number_format(size / 1000, 0)} kB"
    return f"{formats.number_format(size / 1_000_000, 1)} MB"


# Delivery problems

_RAW_KINDS = {
    "bounce": ("tile", "circle-x", gettext_lazy("Bounce")),
    "delivery-delay": ("ochre", "clock", gettext_lazy("Delivery delay")),
    "feedback-report": ("tile", "circle-x", gettext_lazy("Complaint")),
    "unclear": ("tile", "circle-help", gettext_lazy("Not understood")),
    "auto-reply": ("river", "zap", gettext_lazy("Automatic reply")),
    "auto-generated": ("river", "zap", gettext_lazy("Automatic message")),
    "bulk": ("river", "zap", gettext_lazy("Bulk mail")),
    "disposition-notification": ("river", "check", gettext_lazy("Read receipt")),
    "unsubscribe": ("river", "zap", gettext_lazy("Unsubscribe by email")),
    "loop": ("river", "zap", gettext_lazy("Our own message")),
}


@register.simple_tag
def fault_badge(item: Any) -> SafeString:
    """What went wrong, in a word with its glyph."""
    if item.kind == "inbound":
        tone, glyph, label = _RAW_KINDS.get(item.raw_kind, ("tile", "circle-help", gettext_lazy("Could not be read")))
        if item.state == "duplicate":
            tone, glyph, label = "river", "copy", gettext_lazy("Duplicate delivery")
        elif item.state == "robot" and item.raw_kind not in _RAW_KINDS:
            tone, glyph, label = "river", "zap", gettext_lazy("Recognized automatically")
        return format_html('<span class="badge badge--{}">{}{}</span>', tone, icon(glyph, small=True), label)
    if item.kind == "wish":
        return format_html(
            '<span class="badge badge--ochre">{}{}</span>', icon("circle-help", small=True), _("Opt-out request")
        )
    state = Transmission.State(item.state)
    return format_html('<span class="badge badge--tile">{}{}</span>', icon(STATES[state][0], small=True), state.label)
