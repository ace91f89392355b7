"""Needs attention: answers that did not arrive, and what came in and could not be read. Nothing fails silently."""

from uuid import UUID

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from conversations.actions.undo_reply import retry
from conversations.models import Conversation, Message
from conversations.permissions import sees_attention
from conversations.selectors import attention as selector
from conversations.views.answering import answer, refusal
from conversations.views.context import shelf_context
from conversations.views.desk import Desk, part_of
from engagement.channels.actions import replay as inbound
from engagement.channels.actions import transmit, wishes
from engagement.channels.models import OptOutWish, RawEvent, Transmission
from engagement.village.access import requires

SOURCE_SHOWN = 200_000  # bytes of a raw source that a page shows; all of it can be saved
PAGE = "conversations/attention.html"


@requires()
@require_safe
def attention(request: HttpRequest) -> HttpResponse:
    """Everything that failed, newest first. Raises PermissionDenied for whoever has no use for it."""
    if not sees_attention(request.user):  # type: ignore[arg-type]
        raise PermissionDenied
    desk = Desk(view="attention")
    page = selector.page(user=request.user, cursor=request.GET.get("after", ""))  # type: ignore[arg-type]
    context = shelf_context(user=request.user, desk=desk) | {"page": page, "view_title": _("Needs attention")}
    return render(request, f"{PAGE}#items" if part_of(request) == "attention-items" else PAGE, context)


def _message_of(request: HttpRequest, pk: UUID) -> Message:
    """The answer that a transmission carries, if the person may open its conversation. Raises Http404."""
    visible = Conversation.objects.visible_to(request.user).order_by().values("pk")  # type: ignore[arg-type]
    sent = get_object_or_404(Transmission, pk=pk, source="conversation")
    messages = Message.objects.filter(conversation__in=visible, transmission_id=sent.pk)
    return get_object_or_404(messages.select_related("conversation"), pk=sent.source_id)


@requires("conversations.change_conversation")
@require_POST
def send_again(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Send an answer again that did not arrive. 409 when it has left meanwhile."""
    message = _message_of(request, pk)
    try:
        retry(message=message, actor=request.user, now=timezone.now())  # type: ignore[arg-type]
    except transmit.AlreadySent as error:
        return refusal(request, message.conversation, text=str(error), status=409)
    return _done(request, message, text=_("It is on its way again."))


@requires("conversations.change_conversation")
@require_POST
def settle_send(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Say that nothing more is to be done about an answer that failed."""
    message = _message_of(request, pk)
    sent = Transmission.objects.get(pk=pk)
    transmit.settle(transmission=sent, actor=request.user, now=timezone.now())  # type: ignore[arg-type]
    return _done(request, message, text=_("Settled. It stays in the conversation as it is."))


def _done(request: HttpRequest, message: Message, *, text: str) -> HttpResponse:
    if reverse("conversations:attention") in request.headers.get("HX-Current-URL", ""):
        return HttpResponse(headers={"HX-Refresh": "true"})
    if not request.htmx and "attention" in request.headers.get("Referer", ""):  # type: ignore[attr-defined]
        return redirect("conversations:attention")
    return answer(request, message.conversation, parts=("top", "messages"), toast={"text": text})


@requires("engagement_channels.replay_rawevent")
@require_safe
def raw(request: HttpRequest, pk: UUID) -> HttpResponse:
    """One thing that came in, with what went wrong; as it came in for those who may read what customers write."""
    event = get_object_or_404(RawEvent.objects.select_related("channel", "settled_by"), pk=pk)
    body = bytes(event.body)
    may_read = request.user.has_perm("engagement_channels.view_rawevent")
    context = shelf_context(user=request.user, desk=Desk(view="attention")) | {
        "event": event,
        "may_read": may_read,
        "source": body[:SOURCE_SHOWN].decode("utf-8", "replace") if may_read else "",
        "size": len(body),
        "is_cut": len(body) > SOURCE_SHOWN,
        "is_failed": event.status == RawEvent.Status.FAILED,
    }
    return render(request, "conversations/raw.html", context)


@requires("engagement_channels.replay_rawevent", "engagement_channels.view_rawevent")
@require_safe
def source(request: HttpRequest, pk: UUID) -> HttpResponse:
    """The raw source, byte for byte, to be saved."""
    event = get_object_or_404(RawEvent, pk=pk)
    response = HttpResponse(bytes(event.body), content_type="application/octet-stream")
    response["Content-Disposition"] = f'attachment; filename="{event.pk}.eml"'
    return response


@requires("engagement_channels.replay_rawevent")
@require_POST
def replay(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Read it once more, after what was wrong has been mended."""
    event = get_object_or_404(RawEvent, pk=pk)
    try:
        inbound.replay(raw_event=event, actor=request.user, now=timezone.now())  # type: ignore[arg-type]
    except inbound.NotReplayable as error:
        raise Http404 from error
    return redirect("conversations:attention")


@requires("engagement_channels.replay_rawevent")
@require_POST
def settle_raw(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Take it off the list; the source is kept."""
    event = get_object_or_404(RawEvent, pk=pk)
    try:
        inbound.settle(raw_event=event, actor=request.user, now=timezone.now())  # type: ignore[arg-type]
    except inbound.NotReplayable as error:
        raise Http404 from error
    return redirect("conversations:attention")


@requires("engagement_channels.decide_optoutwish")
@require_POST
def wish(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Judge what sounded like a wish to get no more texts: with ``honour=1`` their consent is withdrawn."""
    found = get_object_or_404(OptOutWish, pk=pk)
    honour = request.POST.get("honour") == "1"
    wishes.decide(wish=found, honour=honour, actor=request.user, now=timezone.now())  # type: ignore[arg-type]
    return redirect("conversations:attention")
