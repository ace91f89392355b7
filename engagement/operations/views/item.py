"""One item: what it found, the rows behind it, its history, its threshold, its waivers."""

from collections.abc import Callable

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from engagement.operations.actions.steer import SteeringRefused, end_waiver, item_named, set_target, waive
from engagement.operations.checklist import Item
from engagement.operations.forms import TargetForm, WaiverForm
from engagement.operations.history import drawn
from engagement.operations.models import Target
from engagement.operations.prerequisites import describe_missing
from engagement.operations.selectors.item import item_page
from engagement.operations.selectors.rows import failing_rows, fix_of
from engagement.operations.views.model import READ
from engagement.ui.stale_forms import setting_to_edit
from engagement.village.access import person_of, requires
from engagement.village.audit import origin_of


@requires(READ)
@require_safe
def item(request: HttpRequest, name: str) -> HttpResponse:
    """One item. Raises Http404."""
    return _page(request, _named(name))


def _named(name: str) -> Item:
    try:
        return item_named(name)
    except LookupError as error:
        raise Http404(name) from error


def _target_of(shown: Item) -> Target | None:
    return Target.objects.filter(item=shown.name).first()


def _page(
    request: HttpRequest, shown: Item, *, target: TargetForm | None = None, waiver: WaiverForm | None = None
) -> HttpResponse:
    now = timezone.now()
    page, person = item_page(item=shown, now=now), person_of(request)
    context = {
        "page": page,
        "item": shown,
        "rows": failing_rows(item=shown, evidence=page.answer.evidence if page.answer else [], user=person),
        "missing": describe_missing(shown, page.answer),
        "fix": fix_of(item=shown, user=person),
        "chart": drawn(page.history, shown),
        "target_form": target or TargetForm(threshold=page.threshold, target=page.target),
        "waiver_form": waiver or WaiverForm(now=now),
        "now": now,
    }
    return render(request, "operations/item.html", context, status=422 if target or waiver else 200)


@requires("operations.set_target")
@require_POST
def target(request: HttpRequest, name: str) -> HttpResponse:
    """Give the item another threshold."""
    shown = _named(name)

    def act() -> None:
        set_target(
            item=shown,
            threshold=form.cleaned_data["threshold"],
            actor=person_of(request),
            now=timezone.now(),
            origin=origin_of(request),
        )

    with setting_to_edit(request, f"operations.target:{name}"):
        standing = _target_of(shown)
        threshold = standing.threshold if standing else shown.threshold
        form = TargetForm(request.POST, threshold=threshold, target=standing)
        if not form.is_valid() or not _attempt(form, act):
            return _page(request, shown, target=form)
    messages.success(request, _("Saved, and counted again."))
    return redirect("operations:item", name)


@requires("operations.waive_item")
@require_POST
def waiver(request: HttpRequest, name: str) -> HttpResponse:
    """Let the item not hold for a while."""
    shown, now = _named(name), timezone.now()
    form = WaiverForm(request.POST, now=now)

    def act() -> None:
        waive(
            item=shown,
            reason=form.cleaned_data["reason"],
            until=form.until_moment(),
            actor=person_of(request),
            now=now,
            origin=origin_of(request),
        )

    if not form.is_valid() or not _attempt(form, act):
        return _page(request, shown, waiver=form)
    messages.success(request, _("Waived. It counts again by itself when the time is over."))
    return redirect("operations:item", name)


@requires("operations.waive_item")
@require_POST
def waiver_end(request: HttpRequest, name: str) -> HttpResponse:
    """Let the item hold again."""
    shown = _named(name)
    end_waiver(item=shown, actor=person_of(request), now=timezone.now(), origin=origin_of(request))
    messages.success(request, _("The waiver has ended."))
    return redirect("operations:item", name)


def _attempt(form: TargetForm | WaiverForm, act: Callable[[], None]) -> bool:
    """Act; a refusal becomes an error of the form."""
    try:
        act()
    except SteeringRefused as refusal:
        form.add_error(None, str(refusal))
        return False
    return True
