"""What every public page has: who looks at it, the head with its search, the canonical address."""

from typing import Any

from django.core.exceptions import BadRequest
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from community.models import Post, Space, Topic
from community.site import absolute, site_name
from community.visitor import visitor_of
from engagement.organization.current import current_organization

KIND_WORDS = {"question": "questions", "idea": "ideas", "discussion": "discussions", "review": "reviews"}
KIND_TITLES = {
    "question": _("Questions"),
    "idea": _("Ideas"),
    "discussion": _("Discussions"),
    "review": _("Reviews"),
}


def page(
    request: HttpRequest,
    template: str,
    context: dict[str, Any],
    *,
    status: int = 200,
    path: str = "",
    section: str = "",
) -> HttpResponse:
    """Draw a public page. ``path`` is its canonical address, ``section`` the entry of the head that it belongs to.

    A page without a canonical address is not for search engines.
    """
    visitor = visitor_of(request)
    kinds = {kind for kinds in Space.objects.order_by().values_list("kinds", flat=True) for kind in kinds}
    facts = {
        "visitor": visitor,
        "site": site_name(),
        "house": current_organization().display_name,
        "canonical": absolute(path) if path else "",
        "nav": [
            {"label": KIND_TITLES[kind], "url": reverse(f"community:{word}"), "is_current": kind == section}
            for kind, word in KIND_WORDS.items()
            if kind in kinds
        ],
        "topic_total": Topic.objects.shown().count(),
        "now": timezone.now(),
    }
    return render(request, template, facts | context, status=status)


def back_to(post: Post) -> HttpResponse:
    """Lead to a post in its topic."""
    return redirect(post.topic.permalink_of(post))


def wanted(request: HttpRequest) -> bool:
    """Return what a button that can be on or off asks for. Raises BadRequest for another word."""
    value = request.POST.get("wanted")
    if value not in ("yes", "no"):
        raise BadRequest
    return value == "yes"


def given(request: HttpRequest) -> QueryDict | None:
    """Return what a form was sent with; None while it is only shown."""
    return request.POST if request.method == "POST" else None
