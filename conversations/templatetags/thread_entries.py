"""The entries of a thread, put together in Python: fifty of them through the template engine took 45 of 120 ms.

Everything that a stranger wrote goes through ``escape``; what is the same for many entries is made once.
"""

from datetime import datetime
from html import escape
from typing import Any

from django import template
from django.template.defaultfilters import linebreaksbr
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.functional import cached_property
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from conversations.layout import describe_marks, layout_of, nested_files, own_text, sections_of
from conversations.models import Message
from conversations.templatetags.inbox import (
    delivery,
    event_line,
    file_icon,
    file_words,
    shows_as_image,
    words,
)
from engagement.channels.delivery.reasons import PASSING, REPORT_WAITS, sentence
from engagement.channels.models import Attachment
from engagement.channels.notes import read_note
from engagement.ui import durations
from engagement.ui.templatetags.ui import avatar, badge, icon

register = template.Library()


@register.simple_tag(takes_context=True)
def thread_entries(context: template.Context, lines: Any) -> SafeString:
    """All entries, oldest first, each with the dividers above it and the offer to split below it."""
    thread = _Thread(context)
    return mark_safe("\n".join([thread.line(line) for line in lines]))  # noqa: S308 - each part was escaped


class _Thread:
    """One drawing of a thread for one reader. The methods return HTML whose values are escaped."""

    def __init__(self, context: template.Context) -> None:
        self.context = context
        self.me = context["request"].user
        self.my_key = self.me.pk
        self.conversation = context["conversation"]
        self.related = context["related"]
        self.sees_original = context["may_see_original"]
        self.split_at = context["page"].offers_split_at if context["may_change"] else None
        self.avatars: dict[tuple[Any, ...], SafeString] = {}
        self.states: dict[str, SafeString] = {}

    def line(self, line: Any) -> str:
        message, above = line.entry.message, ""
        if line.day:
            above = f'<div class="divider" id="day-{line.day.isoformat()}">{escape(line.day_words)}</div>'
        if line.entry.begins_unread:
            above += f'<div class="divider divider--new" id="new-for-you">{escape(_("new for you"))}</div>'
        below = self._part("split_offer", message) if message.seq == self.split_at else ""
        return f"{above}{self._entry(line, message)}{below}"

    def _entry(self, line: Any, message: Message) -> str:
        if message.kind == Message.Kind.EVENT:
            return f'<p class="event" id="m-{message.pk}" data-seq="{message.seq}">{event_line(message)}</p>'
        if message.kind == Message.Kind.NOTE:
            return self._note(line, message)
        return self._said(line, message)

    def _note(self, line: Any, message: Message) -> str:
        label = escape(_("Note of %(name)s") % {"name": message.sender_name})
        who = escape(message.author.name if message.author and message.author.name else message.sender_name)
        return (
            f'<article class="note" id="m-{message.pk}" data-seq="{message.seq}" data-kind="note" aria-label="{label}">'
            f'<header class="said__head">{self._note_label}<span class="said__who">{who}</span>'
            f"{_clock(message.created_at)}</header>"
            f"{words(message, mentions=True)}{self._files(line)}</article>"
        )

    def _said(self, line: Any, message: Message) -> str:
        mine = ' data-mine="true"' if message.author_id == self.my_key else ""
        failed = self._part("failed", message) if line.entry.can_retry else _passing_report(message)
        return (
            f'<article class="said" id="m-{message.pk}" data-seq="{message.seq}" data-kind="{escape(message.kind)}"'
            f"{mine}>{self._avatar(message)}<div>{self._head(message)}{_subject(line, message)}"
            f"{self._body(line, message)}{self._behind(message)}{self._files(line)}{_marks(message)}{_remarks(message)}"
            f"{self._related(message)}{failed}"
            "</div></article>"
        )

    def _avatar(self, message: Message) -> SafeString:
        key = (message.kind, message.author_id, message.sender_name, message.sender_address)
        if key not in self.avatars:
            self.avatars[key] = self._avatar_of(message)
        return self.avatars[key]

    def _avatar_of(self, message: Message) -> SafeString:
        if message.kind != Message.Kind.REPLY:
            return avatar(self._writer(message), kind="customer")
        if message.author_id == self.my_key:
            return avatar(self.me, kind="me")
        return avatar(message.author or message.sender_name)

    def _head(self, message: Message) -> str:
        automatic = self._automatic if message.auto else ""
        state = self._state(message) if message.kind == Message.Kind.REPLY else ""
        return (
            f'<header class="said__head"><span class="said__who" title="{escape(message.sender_address)}">'
            f"{escape(self._who(message))}</span> {_clock(message.created_at)} {automatic}{state}"
            f"{self._sender(message)}</header>"
        )

    def _sender(self, message: Message) -> str:
        """A mark where the sender failed the check, and the way to the message as it came in."""
        if message.kind != Message.Kind.RECEIVED:
            return ""
        failed = message.detail.get("sender_check", {}).get("verdict") == "failed"
        return (self._not_verified if failed else "") + self._original(message)

    def _original(self, message: Message) -> str:
        if not (self.sees_original and message.raw_event_key):
            return ""
        address = escape(reverse("conversations:original", args=[self.conversation.pk, message.pk]))
        return f'<a class="button button--plain button--icon button--small end" href="{address}"{self._original_label}'

    def _related(self, message: Message) -> str:
        """Which conversation it answers, and which other mailbox of ours got it too."""
        if message.kind != Message.Kind.RECEIVED or not (
            message.pk in self.related.answers or message.pk in self.related.copies
        ):
            return ""
        answers, copies = self.related.answers.get(message.pk), self.related.copies.get(message.pk, ())
        values: dict[Any, Any] = self.context.flatten()
        return render_to_string("conversations/parts/related.html", values | {"answers_to": answers, "copies": copies})

    def _who(self, message: Message) -> str:
        if message.kind == Message.Kind.REPLY:
            return message.author.name if message.author and message.author.name else message.sender_name
        return self._writer(message)

    def _writer(self, message: Message) -> str:
        """The customer's name; where a message brings none (a text), what the owner of its address is called."""
        endpoint = self.conversation.endpoint
        if not message.sender_name and message.sender_address in (endpoint.address, endpoint.address_norm):
            return self.conversation.profile.name or endpoint.name or message.sender_address
        return message.sender_name or message.sender_address

    def _state(self, message: Message) -> SafeString:
        state = message.delivery_state
        if state not in self.states:
            self.states[state] = delivery(message)
        return self.states[state]

    def _body(self, line: Any, message: Message) -> str:
        """What was said, by its better version; the other one folded; then what was forwarded, opened, proposed."""
        layout = layout_of(message)
        own = own_text(message) if layout else message.text
        if line.is_rich:
            own_html = self._frame(message) + self._other(_("Show plain text"), _plain(layout, own or message.text))
        elif not own and (line.entry.files or layout):
            own_html = ""
        else:
            ours = " bubble--ours" if message.kind == Message.Kind.REPLY else ""
            failed = " bubble--failed" if ours and line.entry.can_retry else ""
            own_html = f'<div class="bubble{ours}{failed}">{words(message, text=own)}</div>'
        if layout and not line.is_rich:
            if layout.get("is_formatted") and message.html:
                own_html += self._other(_("Show original formatting"), self._frame(message))
            elif layout.get("plain_text"):
                own_html += self._other(_("Show plain text"), _plain(layout, ""))
        return own_html + (self._sections(line, message) if layout.get("sections") else "")

    def _other(self, label: str, content: str) -> str:
        """The other version of a message, folded."""
        summary = f'<summary class="quiet">{escape(label)}</summary>'
        return f'<details class="other-version">{summary}{content}</details>' if content else ""

    def _sections(self, line: Any, message: Message) -> str:
        sections = sections_of(message, line.entry.files)
        values: dict[Any, Any] = self.context.flatten()
        values |= {"message": message, "sections": sections, "hides_text": line.is_rich}
        return render_to_string("conversations/parts/sections.html", values)

    def _frame(self, message: Message) -> str:
        """A mail as it was sent, in a frame of its own."""
        address = escape(reverse("conversations:html", args=[self.conversation.pk, message.pk]))
        name = message.sender_name or message.sender_address
        title = escape(_("Message of %(name)s as it was sent") % {"name": name})
        return (
            f'<div class="bubble bubble--frame" id="f-{message.pk}" hx-morph-skip>'
            f'<iframe class="frame" title="{title}" src="{address}"'
            ' sandbox="allow-same-origin allow-popups allow-popups-to-escape-sandbox" loading="lazy"'
            f' referrerpolicy="no-referrer" data-frame></iframe>{_images_ask(message, address)}</div>'
        )

    def _behind(self, message: Message) -> str:
        """Signature and quoted text, folded."""
        if not (message.quoted_text or message.signature):
            return ""
        return (
            f'<details class="quoted" id="q-{message.pk}"><summary>{self._quoted_mark}</summary>'
            f"{_quoted('div', message.signature)}{_quoted('blockquote', message.quoted_text)}</details>"
        )

    def _files(self, line: Any) -> str:
        """The files that the frame does not show itself."""
        apart = nested_files(line.entry.message)
        return "".join(
            [
                _file(file)
                for place, file in enumerate(line.entry.files)
                if not (file.inline and line.is_rich) and place not in apart
            ]
        )

    def _part(self, name: str, message: Message) -> str:
        """A rare part of an entry, which has a form, from its template."""
        values: dict[Any, Any] = self.context.flatten()
        return render_to_string(f"conversations/parts/{name}.html", values | {"message": message})

    @cached_property
    def _note_label(self) -> str:
        label = escape(_("Note, only the team reads it"))
        return f'<span class="note__label">{icon("lock", small=True)}{label}</span>'

    @cached_property
    def _not_verified(self) -> str:
        warning = _(
            "The sender could not be verified: this message may not come from the address that it shows. "
            "Confirm by another way before you act on it."
        )
        return f' <span title="{escape(warning)}">{badge(_("Sender not verified"), "tile", "shield-alert")}</span>'

    @cached_property
    def _original_label(self) -> str:
        label = escape(_("Show original"))
        return f' aria-label="{label}" title="{label}">{icon("file-code", small=True)}</a>'

    @cached_property
    def _automatic(self) -> str:
        return f'<span class="badge badge--river">{icon("zap", small=True)}{escape(_("automatic"))}</span>'

    @cached_property
    def _quoted_mark(self) -> str:
        hidden = f'<span class="visually-hidden">{escape(_("Signature and quoted text"))}</span>'
        return f'<span class="quoted__mark" aria-hidden="true">•••</span>{hidden}'


def _clock(moment: datetime) -> str:
    """What the tag ``clock`` draws."""
    return (
        f'<time class="" datetime="{moment.isoformat()}" title="{escape(durations.exact(moment))}">'
        f"{escape(durations.time_of_day(moment))}</time>"
    )


def _quoted(element: str, text: str) -> str:
    return f'<{element} class="quoted__text">{linebreaksbr(text, autoescape=True)}</{element}>' if text else ""


def _subject(line: Any, message: Message) -> str:
    return f'<p class="said__title">{escape(message.title)}</p>' if line.title_changed else ""


def _plain(layout: Any, text: str) -> str:
    """What the plain part of a mail said, or the text that is read of it."""
    shown = layout.get("plain_text") or text
    return f'<div class="bubble">{_paragraphs(shown)}</div>' if shown.strip() else ""


def _paragraphs(text: str) -> SafeString:
    return words(Message(), text=text)


def _marks(message: Message) -> str:
    """How a mail came: signed, encrypted."""
    found = describe_marks(layout_of(message).get("marks", ()))
    return "".join([f'<p class="failed">{icon(glyph, small=True)} {escape(label)}</p>' for glyph, label in found])


@register.simple_tag
def plain_words(text: str) -> SafeString:
    """A text of a stranger as paragraphs with links."""
    return _paragraphs(text)


@register.simple_tag
def attached_file(file: Attachment) -> SafeString:
    """A file as the thread shows it."""
    return mark_safe(_file(file))  # noqa: S308 - escaped there


def _passing_report(message: Message) -> str:
    """What a mail server wrote about an answer that settles nothing, with the way to its report."""
    if message.delivery_detail not in PASSING:
        return ""
    link = ""
    if message.delivery_detail == REPORT_WAITS:
        link = format_html(' <a href="{}">{}</a>', reverse("conversations:attention"), _("Delivery problems"))
    glyph, words = icon("circle-alert", small=True), sentence(message.delivery_detail)
    return format_html('<p class="failed">{} {}{}</p>', glyph, words, link)


def _remarks(message: Message) -> str:
    """What the parser noticed about a mail."""
    mark = icon("info", small=True)
    return "".join(
        [f'<p class="failed">{mark} {escape(read_note(note))}</p>' for note in message.detail.get("notes") or ()]
    )


def _images_ask(message: Message, address: str) -> str:
    """The question whether to load what a mail shows from elsewhere."""
    if not message.remote_images:
        return ""
    text = ngettext(
        "%(n)s image from elsewhere is not shown: loading it tells the sender that you read this.",
        "%(n)s images from elsewhere are not shown: loading them tells the sender that you read this.",
        message.remote_images,
    ) % {"n": message.remote_images}
    return (
        f'<p class="frame__ask"><span>{icon("image-off", small=True)} {escape(text)}</span> '
        f'<a class="button button--small" href="{address}?images=1" target="_blank" rel="noopener" data-show-images>'
        f"{escape(_('Show images'))}</a></p>"
    )


def _file(file: Attachment) -> str:
    address, name = escape(reverse("conversations:attachment", args=[file.pk])), escape(file.filename)
    thumb: str = icon(file_icon(file))
    if shows_as_image(file):
        thumb = f'<img class="attachment__image" src="{address}?inline=1" alt="" loading="lazy">'
    return (
        f'<a class="attachment" href="{address}" download="{name}"><span class="attachment__thumb">{thumb}</span>'
        f'<span class="clip" title="{name}">{name}<br><span class="attachment__meta">{escape(file_words(file))}</span>'
        '</span><span class="button button--plain button--icon button--small" aria-hidden="true">'
        f"{icon('download', small=True)}</span></a>"
    )
