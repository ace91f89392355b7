"""Open a question, an idea, a discussion or a review."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from community.actions import topics
from community.actions.refusals import Refused
from community.forms import KINDS, AskForm
from community.models import Member, Space
from community.models.space import SpaceQuerySet
from community.rates import allows
from community.selectors.search import similar
from community.views.frame import page
from community.views.topic import POSTS_A_MINUTE, too_fast
from community.visitor import for_members, visitor_of
from engagement.keys import new_key
from engagement.village.access import public


@public
@require_http_methods(["GET", "POST"])
@for_members
def ask(request: HttpRequest, member: Member) -> HttpResponse:
    """The form, with what was asked already; ``?title=`` looks without JavaScript. 422 with the form."""
    visitor = visitor_of(request)
    spaces = Space.objects.readable_by(member, visitor.staff)
    if request.method == "GET":
        form = AskForm(initial=_begin(request, spaces), spaces=spaces)
        return _draw(request, form, 200)
    form = AskForm(request.POST, spaces=spaces)
    if not form.is_valid():
        return _draw(request, form, 422)
    if not allows("post", str(member.pk), at_most=POSTS_A_MINUTE, seconds=60):
        form.add_error("text", too_fast())
        return _draw(request, form, 429)
    facts = dict(form.cleaned_data)
    try:
        made = topics.open_topic(member=member, source=facts.pop("text"), now=timezone.now(), **facts)
    except Refused as error:
        form.add_error(None, str(error))
        return _draw(request, form, 422)
    return redirect(made.get_absolute_url())


def _begin(request: HttpRequest, spaces: SpaceQuerySet) -> dict[str, object]:
    kind = request.GET.get("kind", "")
    chosen = spaces.filter(slug=request.GET.get("space", "")).first()
    kinds = [name for name, _label in KINDS]
    usual = chosen.kinds[0] if chosen and chosen.kinds else kinds[0]
    kind = kind if kind in kinds else usual
    if chosen is None:
        chosen = spaces.filter(kinds__contains=[kind]).first()
    title = request.GET.get("title", "")[:160]
    return {"kind": kind, "space": chosen.pk if chosen else None, "title": title, "client_key": new_key()}


def _draw(request: HttpRequest, form: AskForm, status: int) -> HttpResponse:
    words = str(form["title"].value() or "")
    found = similar(words=words, visitor=visitor_of(request)) if len(words) > 5 else []
    return page(request, "community/ask.html", {"form": form, "similar": found, "words": words}, status=status)
