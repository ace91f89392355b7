"""The inbox: views, list, thread, profile. One address is the page, and each of its parts for htmx."""

from typing import Any
from uuid import UUID

from csp.constants import SELF
from csp.decorators import csp_update
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_safe
from django.views.decorators.vary import vary_on_headers

from conversations.models import Queue
from conversations.selectors import inbox_list
from conversations.selectors.queues import queues_of
from conversations.views import desk as desks
from conversations.views.context import list_context, page_context, refresh_context, shelf_context, thread_context
from conversations.views.shelves import DUE
from engagement.village.access import requires

MOST_PAGES = 5  # that a live refresh of the list draws again
LAST_VIEW = "inbox_view"
varies = vary_on_headers("HX-Request", "HX-Target")
with_frames = csp_update({"frame-src": [SELF]})


@requires("conversations.view_conversation")
@require_safe
def front(request: HttpRequest) -> HttpResponse:
    """To the list where this person was last."""
    view = request.session.get(LAST_VIEW, desks.FRONT)
    return redirect("conversations:list", view=view)


@requires("conversations.view_conversation")
@require_safe
@varies
def views(request: HttpRequest) -> HttpResponse:
    """The views with their counts again."""
    context = shelf_context(user=request.user, desk=desks.desk_of(request))
    return render(request, "conversations/shelves.html", context)


@requires("conversations.view_conversation")
@require_safe
@varies
@with_frames  # type: ignore[arg-type]
def listing(request: HttpRequest, view: str) -> HttpResponse:
    """A list; with nothing open beside it. Raises Http404 for a queue that the person does not work in."""
    desk = desks.desk_of(request, view=view)
    part, worked = desks.part_of(request), queues_of(request.user)  # type: ignore[arg-type]
    if part == "rows" or request.GET.get("after"):
        context = _rows(request, desk, worked)
        if part and request.GET.get("after"):
            return render(request, "conversations/parts/rows.html", context)
        if part:
            context |= refresh_context(user=request.user, desk=desk, worked=worked)
            return render(request, "conversations/inbox.html#rows", context)
        frame = page_context(user=request.user, desk=desk, worked=worked)
        return render(request, "conversations/inbox.html", frame | context)
    request.session[LAST_VIEW] = view
    context = page_context(user=request.user, desk=desk, worked=worked) | _rows(request, desk, worked)
    return render(request, "conversations/inbox.html", context)


def _rows(request: HttpRequest, desk: desks.Desk, worked: list[Queue]) -> dict[str, Any]:
    """The page of the list that is asked for; a refresh draws as many rows as are shown."""
    now = timezone.now()
    shown = desks.number_of(request, "shown") or 0
    cursor = request.GET.get("after", "")
    rows: list[inbox_list.Row] = []
    try:
        for _page in range(MOST_PAGES):
            found = inbox_list.page(
                user=request.user,  # type: ignore[arg-type]
                view=desk.view,
                cursor=cursor,
                search=desk.search,
                order=desk.order or ("due" if desk.view in DUE else "newest"),
                now=now,
                worked=worked,
                label=UUID(desk.label) if desk.label else None,
            )
            rows += found.rows
            cursor = found.next_cursor
            if not cursor or len(rows) >= shown:
                break
    except (inbox_list.UnknownView, inbox_list.BadCursor) as error:
        raise Http404(str(error)) from error
    is_continued = bool(request.GET.get("after"))
    return list_context(desk=desk, rows=rows, cursor=cursor, cut=found.cut, is_continued=is_continued, now=now)


@requires("conversations.view_conversation")
@require_safe
@varies
@with_frames  # type: ignore[arg-type]
def thread(request: HttpRequest, view: str, pk: UUID) -> HttpResponse:
    """A conversation beside its list, or the part of it that htmx asks for.

    A page whose conversation is not there for this person any more is sent back to its list.
    """
    try:
        conversation = desks.conversation_of(request, pk)
    except Http404:
        if desks.part_of(request):
            return desks.back_to_list(request, view=view)
        raise
    desk = desks.desk_of(request, view=view, pk=pk)
    part = desks.part_of(request)
    before = desks.number_of(request, "before")
    oldest = desks.number_of(request, "from")
    context = thread_context(request=request, conversation=conversation, desk=desk, before_seq=before, from_seq=oldest)
    templates = {
        "thread": "conversations/opened.html",
        "thread-top": "conversations/parts/top.html",
        "messages": "conversations/parts/messages.html",
        "drafts": "conversations/parts/drafts.html",
        "rail-standing": "conversations/parts/rail_standing.html",
        "older": "conversations/parts/older.html",
        "rail": "conversations/inbox.html#rail",
    }
    if part in templates:
        return render(request, templates[part], context)
    request.session[LAST_VIEW] = view
    worked = queues_of(request.user)  # type: ignore[arg-type]
    whole = page_context(user=request.user, desk=desk, worked=worked) | _rows(request, desk, worked) | context
    return render(request, "conversations/inbox.html", whole)


@requires("conversations.view_conversation")
@require_safe
def anywhere(request: HttpRequest, pk: UUID) -> HttpResponseRedirect:
    """A conversation by its key alone (links in notes, mentions, profiles): beside the list of its queue."""
    conversation = desks.conversation_of(request, pk)
    view = "resolved" if conversation.status == "resolved" else f"queue:{conversation.queue.slug}"
    return redirect("conversations:thread", view=view, pk=pk)
