"""Versions of the rules of a place, as a kind of thing that is approved (``engagement.channels.jurisdictions``)."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from collaboration.approvals import asking, kinds
from collaboration.models import ApprovalRequest
from engagement.channels.jurisdictions import changing
from engagement.channels.jurisdictions.wording import describe_rules
from engagement.channels.models import RuleSheet
from engagement.channels.selectors.jurisdictions import compare_with_previous
from engagement.village.models import User

KIND = "channels.rule_sheet"
APPROVE = "engagement_channels.approve_rulesheet"
REVIEW_HOURS = 72


def register() -> None:
    """Called once, when the app is ready."""
    changing.register_approvals_of_rules(request_approval, withdraw_request)
    kinds.register(
        kinds.SubjectKind(
            kind=KIND,
            label=gettext_lazy("Rules of a place"),
            describe=describe,
            steps=(kinds.Step(permission=APPROVE, hours=REVIEW_HOURS),),
            panel_template="channels/jurisdictions/review_panel.html",
            panel_context=show_panel,
            current_hash=current_hash,
            on_decided=follow_decision,
            on_withdrawn=follow_withdrawal,
        )
    )


def request_approval(sheet: RuleSheet, content_hash: str, requester: User, comment: str, now: datetime) -> None:
    """Bring a proposed version before whoever approves."""
    asking.request(
        kind=KIND, subject_id=sheet.pk, content_hash=content_hash, requester=requester, comment=comment, now=now
    )


def withdraw_request(sheet: RuleSheet, actor: User, now: datetime) -> None:
    """Take the request for a version back, if it is still open and theirs."""
    mine = ApprovalRequest.objects.open().filter(kind=KIND, subject_id=sheet.pk, requester=actor)
    for pk in mine.order_by("key").values_list("pk", flat=True):
        asking.withdraw(request_id=pk, actor=actor, now=now)


def describe(ids: Sequence[UUID]) -> Mapping[UUID, kinds.Described]:
    """Return place and version of each. One query."""
    return {
        sheet.pk: kinds.Described(
            title=_("Rules of %(place)s") % {"place": sheet.jurisdiction},
            url=reverse("channels:jurisdiction", args=[sheet.jurisdiction.code]),
            icon="scale",
            summary=_("version %(number)d") % {"number": sheet.number},
        )
        for sheet in RuleSheet.objects.filter(pk__in=ids).select_related("jurisdiction")
    }


def show_panel(request: ApprovalRequest, reviewer: User) -> Mapping[str, Any]:
    """Return what the panel is drawn with: the version, what it changes, everything that it says."""
    sheet = RuleSheet.objects.select_related("jurisdiction", "author").filter(pk=request.subject_id).first()
    if sheet is None:
        return {"sheet": None}
    before, changes = compare_with_previous(sheet)
    return {"sheet": sheet, "before": before, "changes": changes, "lines": describe_rules(sheet.rules)}


def current_hash(sheet_id: UUID) -> str | None:
    """Return the hash of a version while it waits for its decision."""
    sheet = RuleSheet.objects.filter(pk=sheet_id, status=RuleSheet.Status.PROPOSED).first()
    return changing.hash_content(sheet) if sheet is not None else None


def follow_decision(request: ApprovalRequest, now: datetime) -> None:
    """Let an approved version hold; end a refused one."""
    if request.closed_by is not None and request.state in (
        ApprovalRequest.State.APPROVED,
        ApprovalRequest.State.REFUSED,
    ):
        is_approved = request.state == ApprovalRequest.State.APPROVED
        changing.decide_rule_sheet(
            sheet_id=request.subject_id, is_approved=is_approved, actor=request.closed_by, now=now
        )


def follow_withdrawal(request: ApprovalRequest, now: datetime) -> None:
    """End the version whose proposal its author took back."""
    if request.closed_by is not None:
        changing.withdraw_rule_sheet(sheet_id=request.subject_id, actor=request.closed_by, now=now)
