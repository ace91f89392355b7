"""Announcements and training: what everybody reads, and what the adoption lead writes."""

from collections.abc import Callable
from uuid import UUID

from django.contrib import messages
from django.db.models import Prefetch
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from engagement.operations.actions.adoption import (
    AdoptionRefused,
    archive_training,
    change_announcement,
    change_training,
    complete_training,
    create_training,
    mark_announcement_read,
    publish_announcement,
    undo_training,
    withdraw_announcement,
)
from engagement.operations.adoption_forms import AnnouncementForm, TrainingForm
from engagement.operations.models import Announcement, AnnouncementReceipt, Training, TrainingCompletion
from engagement.operations.selectors.adoption import announcement_lines, frozen_figures, staff
from engagement.operations.views.adoption import LEAD, READ
from engagement.ui.stale_forms import rows_to_edit
from engagement.village.access import person_of, requires
from engagement.village.audit import origin_of
from engagement.village.models import User

_LISTED = 100


@requires()
@require_safe
def mine(request: HttpRequest) -> HttpResponse:
    """What is announced to the person who asks, and what they have to learn."""
    person, now = person_of(request), timezone.now()
    receipts = Prefetch("receipts", AnnouncementReceipt.objects.filter(person=person), to_attr="mine")
    completions = Prefetch("completions", TrainingCompletion.objects.filter(person=person), to_attr="mine")
    announcements = Announcement.objects.addressed_to(person).current(now).select_related("author")
    context = {
        "announcements": announcements.prefetch_related(receipts)[:_LISTED],
        "trainings": Training.objects.addressed_to(person).current().prefetch_related(completions)[:_LISTED],
        "now": now,
    }
    return render(request, "operations/adoption/mine.html", context)


@requires(READ)
@require_safe
def announcements(request: HttpRequest) -> HttpResponse:
    """Every announcement, newest first, with how many have read it."""
    lines = announcement_lines(Announcement.objects.all()[:_LISTED], staff())
    return render(request, "operations/adoption/announcements.html", {"lines": lines, "now": timezone.now()})


@requires()
@require_safe
def announcement(request: HttpRequest, pk: UUID) -> HttpResponse:
    """One announcement; who may read adoption sees who has read it."""
    person, now = person_of(request), timezone.now()
    shown = _readable(request, pk)
    receipts = {one.person_id: one for one in shown.receipts.all()}
    readers = staff().audience(shown) if person.has_perm(READ) else []
    context = {
        "announcement": shown,
        "receipt": receipts.get(person.pk),
        "is_reader": Announcement.objects.addressed_to(person).filter(pk=pk).exists(),
        "is_current": shown.is_current(now),
        "have_read": [(reader, receipts[reader.pk]) for reader in readers if reader.pk in receipts],
        "have_not": [reader for reader in readers if reader.pk not in receipts],
        "readers": len(readers),
        "frozen": frozen_figures([shown.win]) if hasattr(shown, "win") else {},
        "now": now,
    }
    return render(request, "operations/adoption/announcement.html", context)


def _readable(request: HttpRequest, pk: UUID) -> Announcement:
    person = person_of(request)
    found = Announcement.objects.select_related("author", "win").prefetch_related("receipts", "departments", "roles")
    if not person.has_perm(READ):
        found = found.filter(
            pk__in=Announcement.objects.addressed_to(person).filter(withdrawn_at=None).order_by().values("pk")
        )
    return get_object_or_404(found, pk=pk)


@requires()
@require_POST
def receipt(request: HttpRequest, pk: UUID) -> HttpResponse:
    """The person has read it."""
    person = person_of(request)
    shown = get_object_or_404(Announcement.objects.addressed_to(person), pk=pk)
    mark_announcement_read(announcement=shown, person=person, now=timezone.now())
    messages.success(request, _("Marked as read."))
    return redirect("home" if request.POST.get("back") == "home" else "operations:adoption-mine")


@requires(LEAD)
@require_http_methods(["GET", "POST"])
def announcement_new(request: HttpRequest) -> HttpResponse:
    """Announce something."""
    now = timezone.now()
    form = AnnouncementForm(request.POST or None, now=now)

    def act() -> None:
        made = publish_announcement(
            values=form.values(),
            departments=form.cleaned_data["departments"],
            roles=form.cleaned_data["roles"],
            actor=person_of(request),
            now=now,
            origin=origin_of(request),
        )
        messages.success(request, _("“%(title)s” is announced.") % {"title": made})

    if _posted(request, form, act):
        return redirect("operations:adoption")
    context = {"form": form, "announcement": None}
    return render(request, "operations/adoption/announcement_form.html", context, status=422 if form.errors else 200)


@requires(LEAD)
@require_http_methods(["GET", "POST"])
def announcement_edit(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Correct an announcement."""
    now = timezone.now()
    with rows_to_edit(request, Announcement.objects.all()) as rows:
        shown = get_object_or_404(rows, pk=pk)
        form = AnnouncementForm(request.POST or None, instance=shown, now=now)

        def act() -> None:
            change_announcement(
                announcement=shown,
                values=form.values(),
                actor=person_of(request),
                now=now,
                origin=origin_of(request),
            )
            messages.success(request, _("Saved."))

        if _posted(request, form, act):
            return redirect("operations:announcement", pk)
    context = {"form": form, "announcement": shown}
    return render(request, "operations/adoption/announcement_form.html", context, status=422 if form.errors else 200)


@requires(LEAD)
@require_POST
def announcement_withdrawal(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Show it no longer."""
    shown = get_object_or_404(Announcement, pk=pk)
    withdraw_announcement(announcement=shown, actor=person_of(request), now=timezone.now(), origin=origin_of(request))
    messages.success(request, _("The announcement was withdrawn."))
    return redirect("operations:announcement", pk)


@requires()
@require_safe
def training(request: HttpRequest, pk: UUID) -> HttpResponse:
    """One training; who may read adoption sees who has done it."""
    person = person_of(request)
    found = Training.objects.prefetch_related("completions", "departments", "roles")
    shown = get_object_or_404(found, pk=pk)
    is_theirs = Training.objects.addressed_to(person).filter(pk=pk).exists()
    if not is_theirs and not person.has_perm(READ):
        raise Http404(pk)
    done = {one.person_id: one for one in shown.completions.all()}
    people: list[User] = staff().audience(shown) if person.has_perm(READ) else []
    context = {
        "training": shown,
        "is_theirs": is_theirs,
        "completion": done.get(person.pk),
        "have_done": [(one, done[one.pk]) for one in people if one.pk in done],
        "have_not": [one for one in people if one.pk not in done],
        "people": len(people),
    }
    return render(request, "operations/adoption/training.html", context)


@requires()
@require_POST
def completion(request: HttpRequest, pk: UUID) -> HttpResponse:
    """The person has done it (``done`` 1), or has not after all (0)."""
    person = person_of(request)
    shown = get_object_or_404(Training.objects.addressed_to(person).current(), pk=pk)
    if request.POST.get("done", "1") == "0":
        undo_training(training=shown, person=person)
    else:
        complete_training(training=shown, person=person, now=timezone.now())
        messages.success(request, _("Training done."))
    return redirect("operations:training", pk)


@requires(LEAD)
@require_http_methods(["GET", "POST"])
def training_new(request: HttpRequest) -> HttpResponse:
    """Give people something to learn."""
    form = TrainingForm(request.POST or None)

    def act() -> None:
        create_training(
            values=form.values(),
            departments=form.cleaned_data["departments"],
            roles=form.cleaned_data["roles"],
            actor=person_of(request),
            now=timezone.now(),
            origin=origin_of(request),
        )
        messages.success(request, _("The training was created."))

    if _posted(request, form, act):
        return redirect("operations:adoption")
    context = {"form": form, "training": None}
    return render(request, "operations/adoption/training_form.html", context, status=422 if form.errors else 200)


@requires(LEAD)
@require_http_methods(["GET", "POST"])
def training_edit(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Change a training."""
    with rows_to_edit(request, Training.objects.all()) as rows:
        shown = get_object_or_404(rows, pk=pk)
        form = TrainingForm(request.POST or None, instance=shown)

        def act() -> None:
            change_training(
                training=shown,
                values=form.values(),
                departments=form.cleaned_data["departments"],
                roles=form.cleaned_data["roles"],
                actor=person_of(request),
                now=timezone.now(),
                origin=origin_of(request),
            )
            messages.success(request, _("Saved."))

        if _posted(request, form, act):
            return redirect("operations:training", pk)
    context = {"form": form, "training": shown}
    return render(request, "operations/adoption/training_form.html", context, status=422 if form.errors else 200)


@requires(LEAD)
@require_POST
def training_archive(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Ask for it no longer (``archived`` 1), or again (0)."""
    shown = get_object_or_404(Training, pk=pk)
    archive_training(
        training=shown,
        is_archived=request.POST.get("archived", "1") != "0",
        actor=person_of(request),
        now=timezone.now(),
        origin=origin_of(request),
    )
    messages.success(request, _("Saved."))
    return redirect("operations:training", pk)


def _posted(request: HttpRequest, form: AnnouncementForm | TrainingForm, act: Callable[[], None]) -> bool:
    """Act on a valid form; a refusal becomes its error. Say whether it was done."""
    if request.method != "POST" or not form.is_valid():
        return False
    try:
        act()
    except AdoptionRefused as refusal:
        form.add_error(None, str(refusal))
        return False
    return True
