"""Lists that everybody may read: the latest, by kind, by space, search, a member, the rules."""

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.views.decorators.http import require_safe

from community.models import Member, Post, Space, Topic
from community.selectors import listing, search, topic_page
from community.selectors.cursors import BadCursor
from community.views.frame import KIND_TITLES, KIND_WORDS, page
from community.visitor import visitor_of
from engagement.village.access import public

ORDERS = (listing.LATEST, listing.UNANSWERED, listing.WANTED)


@public
@require_safe
def home(request: HttpRequest) -> HttpResponse:
    """What was said last, and the spaces."""
    return _list(request, "community/list.html", path=reverse("community:home"))


@public
@require_safe
def kind(request: HttpRequest, kind: str) -> HttpResponse:
    """Topics of one kind; ideas are ordered by how many want them unless asked otherwise."""
    path = reverse(f"community:{KIND_WORDS[kind]}")
    return _list(request, "community/list.html", kind=kind, title=KIND_TITLES[kind], path=path, section=kind)


@public
@require_safe
def space(request: HttpRequest, slug: str) -> HttpResponse:
    """Topics of one space, its rules, who looks after it."""
    visitor = visitor_of(request)
    spaces = Space.objects.readable_by(visitor.member, visitor.staff).select_related("moderator", "deputy")
    found = get_object_or_404(spaces, slug=slug)
    path = reverse("community:space", args=[slug])
    return _list(request, "community/list.html", space=found, title=found, path=path, carers=topic_page.carers(found))


def _list(
    request: HttpRequest,
    template: str,
    *,
    path: str,
    kind: str = "",
    space: Space | None = None,
    title: object = "",
    section: str = "",
    carers: list[dict[str, str]] | None = None,
) -> HttpResponse:
    visitor = visitor_of(request)
    usual = listing.WANTED if kind == Topic.Kind.IDEA else listing.LATEST
    order = request.GET.get("order") if request.GET.get("order") in ORDERS else usual
    after = request.GET.get("after", "")
    try:
        found = listing.topics(visitor=visitor, kind=kind, space=space, order=order or usual, cursor=after)
    except BadCursor as error:
        raise Http404 from error
    context = {
        "found": found,
        "kind": kind,
        "space": space,
        "title": title,
        "order": order,
        "spaces": Space.objects.readable_by(visitor.member, visitor.staff),
        "carers": carers,
    }
    return page(request, template, context, path="" if after else path, section=section)


@public
@require_safe
def find(request: HttpRequest) -> HttpResponse:
    """Search by words."""
    words = request.GET.get("q", "")[:200]
    results = search.find(words=words, visitor=visitor_of(request))
    return page(request, "community/search.html", {"words": words, "results": results})


@public
@require_safe
def similar(request: HttpRequest) -> HttpResponse:
    """What was asked already, while somebody writes: a fragment."""
    words = request.GET.get("title", "")[:200]
    topics = search.similar(words=words, visitor=visitor_of(request)) if len(words) > 5 else []
    return page(request, "community/ask.html#similar", {"similar": topics, "words": words})


@public
@require_safe
def member(request: HttpRequest, handle: str) -> HttpResponse:
    """One member: how far they are trusted, what they opened, their newest answers."""
    visitor = visitor_of(request)
    found = get_object_or_404(Member, handle=handle.lower())
    readable = Topic.objects.shown().filter(space__in=Space.objects.readable_by(visitor.member, visitor.staff))
    answers = Post.objects.published().filter(member=found, kind=Post.Kind.ANSWER, topic__in=readable)
    context = {
        "person": found,
        "found": listing.topics(visitor=visitor, author=found),
        "answers": answers.select_related("topic__space").defer("search").order_by("-key")[:10],
        "answer_total": answers.count(),
        "solved": Topic.objects.shown().filter(accepted__member=found).count(),
    }
    return page(request, "community/member.html", context, path=reverse("community:member", args=[found.handle]))


@public
@require_safe
def rules(request: HttpRequest) -> HttpResponse:
    """The rules of each space, and how moderation decides."""
    visitor = visitor_of(request)
    spaces = Space.objects.readable_by(visitor.member, visitor.staff)
    return page(request, "community/rules.html", {"spaces": spaces}, path=reverse("community:rules"))


@public
@require_safe
def privacy(request: HttpRequest) -> HttpResponse:
    """What we keep of a member, and what others see."""
    return page(request, "community/privacy.html", {}, path=reverse("community:privacy"))
