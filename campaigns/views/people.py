"""The people behind each figure, as a page and as a file; and one person's message, as it was sent."""

from collections.abc import Iterator
from datetime import datetime
from itertools import chain
from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from campaigns.models import Campaign, Recipient
from campaigns.reasons import REASONS, reason
from campaigns.selectors import message
from campaigns.selectors import people as selector
from engagement.profiles import spreadsheet_cells
from engagement.village.access import person_of, requires
from engagement.village.audit import origin_of, record
from engagement.village.views.cursors import key_of

READ = ("campaigns.view_campaign", "campaigns.view_recipient")


@requires(*READ)
@require_GET
def people(request: HttpRequest, pk: UUID, which: str) -> HttpResponse:
    """One of the lists, a page at a time."""
    shown, code = _find(request, pk, which)
    page = selector.people(campaign=shown, which=which, code=code, after=key_of(request.GET.get("after", "")))
    title = reason(code).says if code else selector.LISTS[which]
    context = {"campaign": shown, "page": page, "which": which, "code": code, "title": title, "now": timezone.now()}
    return render(request, "campaigns/people.html", context)


@requires(*READ)
@require_GET
def export(request: HttpRequest, pk: UUID, which: str) -> StreamingHttpResponse:
    """The whole list as CSV (RFC 4180, UTF-8); the audit trail says who took it."""
    shown, code = _find(request, pk, which)
    record(
        actor=person_of(request),
        action="campaign.exported",
        subject=shown,
        now=timezone.now(),
        detail={"list": which, "code": code},
        origin=origin_of(request),
    )
    answer = StreamingHttpResponse(_lines(shown, which, code), content_type="text/csv; charset=utf-8")
    answer["Content-Disposition"] = f'attachment; filename="{which}.csv"'
    return answer


@requires("campaigns.view_recipient")
@require_GET
def recipient(request: HttpRequest, pk: UUID) -> HttpResponse:
    """What one person got, or why they did not."""
    related = ("campaign__email_revision", "campaign__sms_revision")
    found = get_object_or_404(Recipient.objects.select_related(*related), pk=pk)
    return render(request, "campaigns/recipient.html", {**message.of(recipient=found), "now": timezone.now()})


def _find(request: HttpRequest, pk: UUID, which: str) -> tuple[Campaign, str]:
    code = request.GET.get("code", "")
    if which not in selector.LISTS or (code and (which != "skipped" or code not in REASONS)):
        raise Http404
    found: Campaign = get_object_or_404(Campaign.objects.visible_to(person_of(request)), pk=pk)
    return found, code


def _lines(shown: Campaign, which: str, code: str) -> Iterator[str]:
    heads = [
        *(_("name"), _("channel"), _("address"), _("status"), _("reason code"), _("detail"), _("since")),
        *(_("replied"), _("unsubscribed")),
    ]
    return spreadsheet_cells.lines(chain([heads], _rows(shown, which, code)))


def _rows(shown: Campaign, which: str, code: str) -> Iterator[list[str]]:
    for person in selector.everyone(campaign=shown, which=which, code=code):
        row = person.recipient
        times = [selector.last_change(person), row.answered_at, row.unsubscribed_at]
        said = [person.status, person.reason_code, str(person.why)]
        yield [person.name, row.channel, row.readable_address, *said, *map(_time, times)]


def _time(at: datetime | None) -> str:
    return timezone.localtime(at).isoformat(timespec="seconds") if at else ""
