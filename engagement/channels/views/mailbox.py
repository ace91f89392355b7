"""The test mailbox: what customers got while mail is caught, and answering as one of them."""

from collections.abc import Callable
from functools import wraps
from io import BytesIO
from typing import Any, TypeVar, cast
from urllib.parse import urlencode
from uuid import UUID

from csp.constants import NONE, SELF
from csp.decorators import csp_replace, csp_update
from django.contrib import messages
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import formats, timezone
from django.utils.translation import gettext as _
from django.views.decorators.clickjacking import xframe_options_sameorigin
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from engagement.channels.catcher.keeping import (
    STAFF_TOPIC,
    TOPIC,
    CustomerLetter,
    NotTaken,
    mark_open,
    write_as_customer,
)
from engagement.channels.email.addresses import Mailbox
from engagement.channels.email.smtp_server import catches
from engagement.channels.forms import AnswerForm, LetterForm
from engagement.channels.models import CaughtMail
from engagement.channels.models.caught import SEES_STAFF_MAIL
from engagement.channels.selectors import mailbox as selector
from engagement.village.access import person_of, requires

V = TypeVar("V", bound=Callable[..., HttpResponseBase])
_with_frames: Callable[[V], V] = cast(Any, csp_update({"frame-src": [SELF]}))

_in_frame: Callable[[V], V] = cast(
    Any,
    csp_replace(
        {
            "default-src": [NONE],
            "script-src": [NONE],
            "style-src": [SELF],
            "font-src": [SELF],
            "img-src": ["data:"],
            "connect-src": [NONE],
            "form-action": [NONE],
            "frame-ancestors": [SELF],
            "base-uri": [NONE],
            "manifest-src": [NONE],
            "sandbox": ["allow-same-origin", "allow-popups", "allow-popups-to-escape-sandbox"],
        }
    ),
)
_as_file: Callable[[V], V] = cast(Any, csp_replace({"default-src": [NONE], "sandbox": True}))


def while_catching(view: V) -> V:
    """Answer 404 where mail really leaves: there are no customers' mailboxes then."""

    @wraps(view)
    def guarded(request: HttpRequest, *args: Any, **options: Any) -> HttpResponseBase:
        if not catches():
            raise Http404
        return view(request, *args, **options)

    return cast(V, guarded)


@requires()
@require_GET
@while_catching
@_with_frames
def mailbox(request: HttpRequest) -> HttpResponse:
    """The list of customers, and the messages of one of them (``?customer=``)."""
    return render(request, f"channels/mailbox.html{_part(request)}", _context(request, request.GET.get("customer", "")))


@requires()
@require_POST
@while_catching
@_with_frames
def answer(request: HttpRequest, key: UUID) -> HttpResponse:
    """Answer a message as the customer who got it: a real e-mail to our own listener."""
    mail = _mail(request, key)
    form = AnswerForm(request.POST)
    if form.is_valid():
        try:
            write_as_customer(letter=_answer_to(mail, form.cleaned_data["text"]), now=timezone.now())
        except (NotTaken, ValueError) as error:
            form.add_error("text", _("It was not taken: %(reason)s") % {"reason": error})
        else:
            return redirect(_address_of(mail.customer))
    context = {**_context(request, mail.customer), "form": form}
    return render(request, "channels/mailbox.html", context, status=422)


@requires()
@require_http_methods(["GET", "POST"])
@while_catching
def letter(request: HttpRequest) -> HttpResponse:
    """Write a new message as a customer."""
    form = LetterForm(request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        try:
            sent = write_as_customer(letter=_letter_of(form), now=timezone.now())
        except (NotTaken, ValueError) as error:
            form.add_error(None, _("It was not taken: %(reason)s") % {"reason": error})
        else:
            messages.success(request, _("Sent. It appears in the inbox in a moment."))
            return redirect(_address_of(sent.customer))
    return render(request, "channels/mailbox_letter.html", {"form": form}, status=422 if form.errors else 200)


@requires()
@require_GET
@while_catching
@xframe_options_sameorigin
@_in_frame
def words(request: HttpRequest, key: UUID) -> HttpResponse:
    """The HTML of a message, sanitised, in a frame that can run nothing and load nothing."""
    shown = selector.show(_mail(request, key))
    if shown.parsed is None or not shown.parsed.html:
        raise Http404
    return render(request, "channels/mailbox_words.html", {"content": shown.parsed.html})


@requires()
@require_GET
@while_catching
@_as_file
def file(request: HttpRequest, key: UUID, number: int) -> FileResponse:
    """One attachment, to be saved and never shown in the page."""
    shown = selector.show(_mail(request, key))
    files = dict(shown.files)
    if number not in files:
        raise Http404
    found = files[number]
    return FileResponse(
        BytesIO(found.content),
        as_attachment=True,
        filename=found.filename,
        content_type="application/octet-stream",
    )


def _mail(request: HttpRequest, key: UUID) -> CaughtMail:
    """One message that the person may read. Raises Http404."""
    return get_object_or_404(CaughtMail.objects.visible_to(person_of(request)), pk=key)


def _part(request: HttpRequest) -> str:
    """Which fragment htmx asks for: the list, or the messages."""
    wanted = request.GET.get("part", "")
    return f"#{wanted}" if request.headers.get("HX-Request") and wanted in ("list", "messages") else ""


def _context(request: HttpRequest, customer: str) -> dict[str, Any]:
    user = person_of(request)
    shown = selector.messages_of(customer, user) if customer else []
    if shown:
        mark_open(customer=customer)
    received = [one for one in shown if one.mail.direction == CaughtMail.Direction.IN and one.parsed]
    return {
        "rows": selector.customers(user),
        "customer": customer,
        "shown": shown,
        "last": received[-1] if received else None,
        "form": AnswerForm(),
        "topic": STAFF_TOPIC if user.has_perm(SEES_STAFF_MAIL) else TOPIC,
        "now": timezone.now(),
    }


def _address_of(customer: str) -> str:
    return f"{reverse('channels:mailbox')}?{urlencode({'customer': customer})}#thread"


def _answer_to(mail: CaughtMail, text: str) -> CustomerLetter:
    """An answer as a mail program makes it (RFC 5322 section 3.6.4), the original quoted below it.

    Raises NotTaken when the message names nobody to answer to.
    """
    parsed = selector.show(mail).parsed
    if parsed is None or parsed.sender is None:
        raise NotTaken(_("the message has no sender"))
    to = parsed.reply_to[0] if parsed.reply_to else parsed.sender
    names = [one.name for one in (*parsed.to, *parsed.cc) if one.address.lower() == mail.customer]
    quoted = "\n".join(f"> {line}".rstrip() for line in parsed.text.splitlines())
    said = _("On %(date)s, %(name)s wrote:") % {
        "date": formats.date_format(timezone.localtime(mail.at), "SHORT_DATETIME_FORMAT"),
        "name": parsed.sender.name or parsed.sender.address,
    }
    title = parsed.subject if parsed.subject.lower().startswith("re:") else f"Re: {parsed.subject}"
    return CustomerLetter(
        customer=Mailbox(names[0] if names else "", mail.customer),
        to=to,
        title=title,
        text=f"{text.rstrip()}\n\n{said}\n{quoted}\n",
        in_reply_to=parsed.message_id,
        references=(*parsed.references, parsed.message_id),
    )


def _letter_of(form: LetterForm) -> CustomerLetter:
    given = form.cleaned_data
    return CustomerLetter(
        customer=Mailbox(given["name"], given["address"]),
        to=Mailbox(given["to"].sender_name, given["to"].address),
        title=given["title"],
        text=given["text"],
        files=form.files_to_send,
    )
