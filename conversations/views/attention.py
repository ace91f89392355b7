"""Delivery problems: replies that did not arrive, and what came in and was not understood. Nothing fails silently."""

from contextlib import suppress
from datetime import datetime, timedelta
from urllib.parse import urlencode
from uuid import UUID

from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from conversations.actions.undo_reply import retry, undo_retry
from conversations.models import Conversation, Message
from conversations.permissions import sees_attention
from conversations.selectors import attention as selector
from conversations.views.answering import answer, refusal
from conversations.views.context import shelf_context
from conversations.views.desk import Desk, part_of
from engagement.channels.actions import replay as inbound
from engagement.channels.actions import transmit, wishes
from engagement.channels.inbound.put_into_inbox import may_be_put, put_into_inbox
from engagement.channels.models import Channel, RawEvent, RawEventKey, Transmission
from engagement.sorting import by_name
from engagement.village.access import AccessDenied, requires
from engagement.village.models import User

MAX_BULK = 1_000
RETRY_HOLD = timedelta(seconds=30)  # a retry of many can be undone so long
UNDO_WITHIN = timedelta(minutes=15)
SOURCE_SHOWN = 200_000  # bytes of a raw source that a page shows; all of it can be saved
PAGE = "conversations/attention.html"


@requires()
@require_safe
def attention(request: HttpRequest) -> HttpResponse:
    """Everything that failed, newest first. Raises PermissionDenied for whoever has no use for it."""
    if not sees_attention(request.user):  # type: ignore[arg-type]
        raise AccessDenied("engagement_channels.settle_transmission")
    desk = Desk(view="attention")
    narrowed = selector.filter_of(request.GET)
    page = selector.page(user=request.user, cursor=request.GET.get("after", ""), narrowed=narrowed)  # type: ignore[arg-type]
    context = shelf_context(user=request.user, desk=desk) | {
        "page": page,
        "view_title": _("Delivery problems"),
        "narrowed": narrowed,
        "kinds": selector.KINDS.items(),
        "periods": selector.PERIODS.items(),
        "channels": Channel.objects.only("key", "name", "address").order_by(*by_name()),
        "done": _done_before(request),
        "max_bulk": MAX_BULK,
        "storage": selector.storage(),
        "retry_hold": int(RETRY_HOLD.total_seconds()),
    }
    return render(request, f"{PAGE}#items" if part_of(request) == "attention-items" else PAGE, context)


def _done_before(request: HttpRequest) -> dict[str, str]:
    """What the bulk action before did, as its redirect says: how many, and until when it can be undone."""
    given = {name: request.GET.get(name, "") for name in ("done", "count", "at", "left")}
    return given if given["done"] in ("dismiss", "retry", "inbox", "undo") and given["count"].isdigit() else {}


@requires()
@require_POST
def bulk(request: HttpRequest) -> HttpResponse:
    """Retry, dismiss or put into the inbox what is chosen, or the first MAX_BULK of all that the filter shows."""
    if not sees_attention(request.user):  # type: ignore[arg-type]
        raise AccessDenied("engagement_channels.settle_transmission")
    user: User = request.user  # type: ignore[assignment]
    narrowed = selector.filter_of(request.POST)
    action = request.POST.get("action", "")
    everything = request.POST.get("all") == "1"
    only = None if everything else _chosen(request.POST.getlist("items"))
    if action not in ("dismiss", "retry", "inbox") or only == []:
        text = _("Choose at least one problem, then press a button.")
        return render(request, "conversations/attention_nothing.html", {"text": text, "narrowed": narrowed}, status=422)
    found = selector.keys_of(user=user, narrowed=narrowed, only=only, limit=MAX_BULK + 1)
    keys, now = found[:MAX_BULK], timezone.now()
    sends = [key for kind, key in keys if kind == "send"]
    raws = [key for kind, key in keys if kind == "inbound"]
    count = _ACTIONS[action](user, sends, raws, now)
    left = {"left": "1"} if len(found) > MAX_BULK else {}
    done = urlencode({"done": action, "count": count, "at": now.isoformat(), **left})
    query = "&".join(filter(None, [narrowed.query, done]))
    return redirect(f"{reverse('conversations:attention')}?{query}")


def _chosen(items: list[str]) -> list[UUID]:
    found = []
    for item in items[:MAX_BULK]:
        try:
            found.append(UUID(item.partition(":")[2]))
        except ValueError:
            continue
    return found


def _may_send(user: User) -> bool:
    return user.has_perm("conversations.change_conversation")


def _may_replay(user: User) -> bool:
    return user.has_perm("engagement_channels.replay_rawevent")


def _dismiss(user: User, sends: list[UUID], raws: list[UUID], now: datetime) -> int:
    with transaction.atomic():
        count = transmit.settle_many(keys=sends, actor=user, now=now) if _may_send(user) else 0
        return count + (inbound.settle_many(keys=raws, actor=user, now=now) if _may_replay(user) else 0)


def _retry(user: User, sends: list[UUID], raws: list[UUID], now: datetime) -> int:
    count = 0
    messages = Message.objects.filter(transmission_id__in=sends) if _may_send(user) else Message.objects.none()
    for message in messages.defer("search").order_by("pk"):
        with suppress(transmit.AlreadySent):
            retry(message=message, actor=user, now=now, hold=RETRY_HOLD)
            count += 1
    for event in RawEvent.objects.filter(pk__in=raws).defer("body") if _may_replay(user) else ():
        with suppress(inbound.NotReplayable):
            inbound.replay(raw_event=event, actor=user, now=now)
            count += 1
    return count


def _put_all(user: User, _sends: list[UUID], raws: list[UUID], now: datetime) -> int:
    count = 0
    for event in RawEvent.objects.filter(pk__in=raws).defer("body").order_by("pk") if _may_replay(user) else ():
        with suppress(inbound.NotReplayable):
            put_into_inbox(raw_event=event, actor=user, now=now)
            count += 1
    return count


_ACTIONS = {"dismiss": _dismiss, "retry": _retry, "inbox": _put_all}


@requires()
@require_POST
def undo(request: HttpRequest) -> HttpResponse:
    """Put back what the same person dismissed or sent again in one act, while it can be undone."""
    if not sees_attention(request.user):  # type: ignore[arg-type]
        raise AccessDenied("engagement_channels.settle_transmission")
    now = timezone.now()
    at = parse_datetime(request.POST.get("at", ""))
    narrowed = selector.filter_of(request.POST)
    count = 0
    if at is not None and timezone.is_aware(at) and request.POST.get("act") == "retry":
        count = undo_retry(actor=request.user, retried_at=at, now=now)  # type: ignore[arg-type]
    elif at is not None and timezone.is_aware(at) and now - at <= UNDO_WITHIN:
        with transaction.atomic():
            count = transmit.undo_settle(actor=request.user, settled_at=at, now=now)  # type: ignore[arg-type]
            count += inbound.undo_settle(actor=request.user, settled_at=at, now=now)  # type: ignore[arg-type]
    query = "&".join(filter(None, [narrowed.query, urlencode({"done": "undo", "count": count})]))
    return redirect(f"{reverse('conversations:attention')}?{query}")


@requires("engagement_channels.replay_rawevent")
@require_POST
def put(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Make a conversation of what was not understood, or was taken for a robot's."""
    event = _raw_of(request, pk)
    try:
        put_into_inbox(raw_event=event, actor=request.user, now=timezone.now())  # type: ignore[arg-type]
    except inbound.NotReplayable as error:
        raise Http404 from error
    return redirect(f"{reverse('conversations:attention')}?done=inbox&count=1")


def _raw_of(request: HttpRequest, pk: UUID) -> RawEvent:
    """What came in, if the person may see it: by its conversation, else by its channel. Raises Http404."""
    found = selector.visible_raw_events(request.user, pk=pk)  # type: ignore[arg-type]
    return get_object_or_404(found.select_related("channel", "settled_by"))


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
    event = _raw_of(request, pk)
    body = bytes(event.body)
    may_read = request.user.has_perm("engagement_channels.view_rawevent")
    context = shelf_context(user=request.user, desk=Desk(view="attention")) | {
        "event": event,
        "may_read": may_read,
        "source": body[:SOURCE_SHOWN].decode("utf-8", "replace") if may_read else "",
        "size": len(body),
        "is_cut": len(body) > SOURCE_SHOWN,
        "is_failed": event.status == RawEvent.Status.FAILED,
        "can_put": may_be_put(event) and bool(body.strip()),
        "deliveries": RawEventKey.objects.filter(raw_event_key=event.pk).values_list("deliveries", flat=True).first(),
    }
    return render(request, "conversations/raw.html", context)


@requires("engagement_channels.replay_rawevent", "engagement_channels.view_rawevent")
@require_safe
def source(request: HttpRequest, pk: UUID) -> HttpResponse:
    """The raw source, byte for byte, to be saved."""
    event = _raw_of(request, pk)
    response = HttpResponse(bytes(event.body), content_type="application/octet-stream")
    response["Content-Disposition"] = f'attachment; filename="{event.pk}.eml"'
    return response


@requires("engagement_channels.replay_rawevent")
@require_POST
def replay(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Read it once more, after what was wrong has been mended."""
    event = _raw_of(request, pk)
    try:
        inbound.replay(raw_event=event, actor=request.user, now=timezone.now())  # type: ignore[arg-type]
    except inbound.NotReplayable as error:
        raise Http404 from error
    return redirect("conversations:attention")


@requires("engagement_channels.replay_rawevent")
@require_POST
def settle_raw(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Take it off the list; the source is kept."""
    event = _raw_of(request, pk)
    try:
        inbound.settle(raw_event=event, actor=request.user, now=timezone.now())  # type: ignore[arg-type]
    except inbound.NotReplayable as error:
        raise Http404 from error
    return redirect("conversations:attention")


@requires("engagement_channels.decide_optoutwish")
@require_POST
def wish(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Judge what sounded like a wish to get no more texts: with ``honour=1`` their consent is withdrawn."""
    found = get_object_or_404(selector.visible_wishes(request.user, pk=pk))  # type: ignore[arg-type]
    honour = request.POST.get("honour") == "1"
    wishes.decide(wish=found, honour=honour, actor=request.user, now=timezone.now())  # type: ignore[arg-type]
    return redirect("conversations:attention")
