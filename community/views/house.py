"""What colleagues do on public pages and about spaces: answer for the house, make spaces and change them."""

from uuid import UUID

from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from community.actions import topics
from community.actions.spaces import save_space
from community.forms import SpaceForm, TextForm
from community.models import Space
from community.views.frame import back_to, given
from community.views.posts import readable_post
from community.views.topic import draw, readable_topic
from community.visitor import ANSWER, visitor_of
from engagement.sorting import by_localized_name
from engagement.village.access import person_of, requires


@requires(ANSWER)
@require_POST
def answers(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Answer in a topic for the house. 422 with the form."""
    found = readable_topic(request, pk)
    form = TextForm(request.POST)
    if not form.is_valid():
        return draw(request, visitor_of(request), found, form, status=422)
    text = form.cleaned_data["text"]
    return back_to(topics.answer(topic=found, staff=person_of(request), source=text, now=timezone.now()))


@requires(ANSWER)
@require_POST
def remarks(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Add a remark of the house beneath a post. 422 with the form."""
    found = readable_post(request, pk)
    form = TextForm(request.POST)
    if not form.is_valid():
        return draw(request, visitor_of(request), found.topic, form, status=422)
    topics.answer(
        topic=found.topic,
        parent=found,
        staff=person_of(request),
        source=form.cleaned_data["text"],
        now=timezone.now(),
    )
    return back_to(found)


@requires("community.view_space")
@require_safe
def spaces(request: HttpRequest) -> HttpResponse:
    """All spaces, and who looks after each."""
    rows = Space.objects.select_related("moderator", "deputy", "department").order_by("position", *by_localized_name())
    return render(request, "community/desk/spaces.html", {"spaces": rows})


@requires("community.add_space")
@require_http_methods(["GET", "POST"])
def new_space(request: HttpRequest) -> HttpResponse:
    """Make a space. 422 with the form."""
    return _form(request, Space())


@requires("community.change_space")
@require_http_methods(["GET", "POST"])
def space(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Change a space. 422 with the form."""
    if request.method != "POST":
        return _form(request, get_object_or_404(Space, pk=pk))
    with transaction.atomic():  # locked, so that no save writes over what its form did not show
        return _form(request, get_object_or_404(Space.objects.select_for_update(no_key=True), pk=pk))


def _form(request: HttpRequest, edited: Space) -> HttpResponse:
    is_new = edited._state.adding
    form = SpaceForm(given(request), instance=edited)
    if form.is_valid():
        save_space(form=form, actor=person_of(request), now=timezone.now())
        return redirect("community:spaces")
    context = {"form": form, "edited": None if is_new else edited}
    return render(request, "community/desk/space.html", context, status=422 if form.is_bound else 200)
