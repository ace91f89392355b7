"""What a Troubadour finds on their home page: what reviewers said, what is being written, what waits to be used."""

from collections.abc import Iterator
from datetime import datetime

from django.urls import reverse
from django.utils.translation import gettext as _

from collaboration.models import ApprovalDecision
from content.approval import KIND
from content.models import Template
from content.selectors.states import APPROVED, AWAITS, DRAFT, REFUSED, with_state
from engagement.ui.home import Item, Section
from engagement.village.models import User

_SHOWN = 6


def sections(user: User, now: datetime) -> Iterator[Section]:
    """Yield the sections of somebody who writes. Two queries."""
    mine = list(with_state(Template.objects.in_use().filter(owner=user)).newest_first()[:200])
    by_state: dict[str, list[Template]] = {}
    for template in mine:
        by_state.setdefault(template.state, []).append(template)  # type: ignore[attr-defined]
    yield _refused(by_state.get(REFUSED, []))
    yield _drafts(by_state.get(DRAFT, []))
    yield _waiting(by_state.get(AWAITS, []))
    yield _ready(by_state.get(APPROVED, []))


def _refused(templates: list[Template]) -> Section:
    reasons = _reasons(templates)
    return Section(
        title=_("What reviewers said"),
        note=str(len(templates)) if templates else "",
        empty=_("No reviewer sent anything back."),
        order=10,
        items=[
            Item(
                what=template.name,
                why=f"{decision.reviewer.name}: “{decision.reason}”" if decision else "",
                url=reverse("content:template", args=[template.pk]),
                channel=template.kind,
                at=decision.decided_at if decision else template.edited_at,
            )
            for template in templates[:_SHOWN]
            for decision in [reasons.get(template.pk)]
        ],
    )


def _reasons(templates: list[Template]) -> dict[object, ApprovalDecision]:
    """The last decision about each template."""
    made = ApprovalDecision.objects.filter(
        request__kind=KIND, request__subject_id__in=[template.pk for template in templates]
    )
    return {
        decision.request.subject_id: decision for decision in made.select_related("request", "reviewer").order_by("key")
    }


def _drafts(templates: list[Template]) -> Section:
    return Section(
        title=_("You are writing"),
        note=str(len(templates)) if templates else "",
        empty=_("No draft of yours is open. Begin a new text in the studio."),
        url=reverse("content:studio") + "?mine=1&state=draft",
        order=20,
        items=[_item(template, "content:template") for template in templates[:_SHOWN]],
    )


def _waiting(templates: list[Template]) -> Section:
    return Section(
        title=_("Awaits a decision"),
        empty=_("Nothing of yours is with a reviewer."),
        order=30,
        items=[_item(template, "content:revisions") for template in templates[:_SHOWN]],
    )


def _ready(approved: list[Template]) -> Section:
    return Section(
        title=_("Approved, ready to send"),
        empty=_("Nothing of yours is approved as it stands."),
        order=40,
        items=[_item(template, "content:revisions") for template in approved[:_SHOWN]],
    )


def _item(template: Template, url_name: str) -> Item:
    return Item(
        what=template.name,
        why=str(template.get_purpose_display()).capitalize(),
        url=reverse(url_name, args=[template.pk]),
        channel=template.kind,
        at=template.edited_at,
    )
