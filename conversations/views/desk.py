"""The desk: which list, which conversation, which words a request is about, and which part of the page it wants."""

from dataclasses import dataclass
from urllib.parse import urlencode, urlsplit
from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.urls import Resolver404, resolve, reverse
from django_htmx.http import HttpResponseClientRedirect

from conversations.models import Conversation, Endpoint, Queue
from conversations.selectors.queues import VISIBLE, reader
from engagement import statements
from engagement.channels.models import Channel
from engagement.profiles.models import Profile
from engagement.village.models import User

ORDERS = ("newest", "due")
FRONT = "all"
# What every page of a conversation shows, and whether this person may open it.
_ONE = f"""
FROM conversations_conversation
JOIN conversations_queue ON conversations_queue.key = conversations_conversation.queue_id
JOIN conversations_endpoint ON conversations_endpoint.key = conversations_conversation.endpoint_id
JOIN engagement_channels_channel ON engagement_channels_channel.key = conversations_conversation.channel_id
JOIN profiles_profile ON profiles_profile.key = conversations_conversation.profile_id
LEFT JOIN village_user ON village_user.key = conversations_conversation.assignee_id
WHERE conversations_conversation.key = %(key)s AND {VISIBLE}
"""


@dataclass(frozen=True)
class Desk:
    """Where one person stands in the inbox: what the page's address says."""

    view: str = FRONT
    search: str = ""
    order: str = ""
    conversation: str = ""
    label: str = ""

    @property
    def query(self) -> str:
        """The part of the address that stays from click to click, with its question mark."""
        kept = {
            name: value for name, value in (("q", self.search), ("order", self.order), ("label", self.label)) if value
        }
        return f"?{urlencode(kept)}" if kept else ""

    @property
    def list_url(self) -> str:
        return reverse("conversations:list", args=[self.view]) + self.query

    def thread_url(self, pk: object) -> str:
        """The conversation beside this list."""
        return reverse("conversations:thread", args=[self.view, pk]) + self.query


def desk_of(request: HttpRequest, *, view: str = "", pk: object = "") -> Desk:
    """Read the desk from the request's own address; a fragment's from the page that asks for it."""
    match_view, match_pk, query = _page_of(request)
    is_own = any(name in request.GET for name in ("q", "order", "label")) or (view and not _is_fragment(request))
    asked = request.GET if is_own else query
    order = asked.get("order", "")
    return Desk(
        view=view or match_view,
        search=asked.get("q", "").replace("\x00", "").strip()[:200],
        order=order if order in ORDERS else "",
        conversation=str(pk or match_pk),
        label=_id_in(asked.get("label", "")),
    )


def _id_in(text: str) -> str:
    """Return an id as text; empty for what is none."""
    try:
        return str(UUID(text))
    except ValueError:
        return ""


def _is_fragment(request: HttpRequest) -> bool:
    return bool(getattr(request, "htmx", False))


def _page_of(request: HttpRequest) -> tuple[str, str, QueryDict]:
    """View, conversation and query of the page in front of the person."""
    address = request.headers.get("HX-Current-URL") or request.headers.get("Referer") or ""
    parts = urlsplit(address)
    try:
        match = resolve(parts.path)
    except Resolver404:
        return FRONT, "", QueryDict()
    if match.namespace != "conversations":
        return FRONT, "", QueryDict()
    view = "attention" if match.url_name == "attention" else match.kwargs.get("view", FRONT)
    return view, str(match.kwargs.get("pk", "")), QueryDict(parts.query)


def part_of(request: HttpRequest) -> str:
    """The id of the element that htmx wants to fill; empty when the whole page is asked for."""
    if not _is_fragment(request) or request.headers.get("HX-History-Restore-Request") == "true":
        return ""
    return request.headers.get("HX-Target", "").partition("#")[2]


def method_of(request: HttpRequest) -> str:
    """The method that is meant: a form, and the Undo of a toast, say DELETE as a POST with ``_method=delete``."""
    said = request.POST.get("_method") or request.GET.get("_method") or ""
    return "DELETE" if request.method == "POST" and said.lower() == "delete" else request.method or "GET"


def conversation_of(request: HttpRequest, pk: object) -> Conversation:
    """The conversation, if the person may open it. Raises Http404 otherwise, as for one that does not exist."""
    values = reader(request.user) | {"key": pk}  # type: ignore[arg-type]
    found = statements.joined((Conversation, Queue, Endpoint, Channel, Profile, User), _ONE, values)
    if not found:
        raise Http404(f"no conversation {pk}")
    conversation: Conversation = found[0][0]
    _conversation, conversation.queue, conversation.endpoint, conversation.channel, *others = found[0]
    conversation.profile, conversation.assignee = others
    return conversation


def back_to_list(request: HttpRequest, *, view: str = "") -> HttpResponse:
    """Send a page whose conversation is not there for this person any more back to its list.

    The answer does not say whether there is one.
    """
    view = view or desk_of(request).view
    return HttpResponseClientRedirect(reverse("conversations:list", args=[view]))


def number_of(request: HttpRequest, name: str, *, most: int = 2_147_483_647) -> int | None:
    """A whole number out of the address or the form; None when there is none. Raises Http404 for anything else."""
    value = request.GET.get(name) or request.POST.get(name)
    if not value:
        return None
    if not value.isascii() or not value.isdigit() or len(value) > 10 or int(value) > most:
        raise Http404(f"{name} is not a number")
    return int(value)
