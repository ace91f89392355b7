"""How far a template has come: being written, put before a reviewer, approved, refused."""

from typing import Any

from django.db.models import Case, CharField, OuterRef, QuerySet, Subquery, Value, When
from django.utils.translation import gettext_lazy as _

from collaboration.models import ApprovalRequest
from content.approval import KIND
from content.models import Revision, Template

DRAFT, AWAITS, APPROVED, REFUSED = "draft", "awaits", "approved", "refused"
NAMES = {
    DRAFT: _("draft"),
    AWAITS: _("awaits a decision"),
    APPROVED: _("approved"),
    REFUSED: _("refused"),
}
TONES = {DRAFT: "ochre", AWAITS: "ochre", APPROVED: "moss", REFUSED: "tile"}
GLYPHS = {DRAFT: "pencil", AWAITS: "hourglass", APPROVED: "check", REFUSED: "x"}
_State = ApprovalRequest.State


def with_state(templates: QuerySet[Template]) -> Any:
    """Annotate ``newest_number``, ``newest_hash`` and ``state``: what was decided about the newest revision."""
    newest = Revision.objects.filter(template=OuterRef("pk")).order_by("-number")
    asked = ApprovalRequest.objects.filter(
        kind=KIND, subject_id=OuterRef("pk"), content_hash=OuterRef("newest_hash")
    ).order_by("-key")
    state = Case(
        When(asked_state=_State.OPEN, then=Value(AWAITS)),
        When(asked_state=_State.APPROVED, then=Value(APPROVED)),
        When(asked_state=_State.REFUSED, then=Value(REFUSED)),
        default=Value(DRAFT),
        output_field=CharField(),
    )
    return templates.annotate(
        newest_number=Subquery(newest.values("number")[:1]),
        newest_hash=Subquery(newest.values("content_hash")[:1]),
        asked_state=Subquery(asked.values("state")[:1]),
    ).annotate(state=state)


def state_of(template: Template) -> str:
    """Return the state of one template. One query."""
    found = with_state(Template.objects.filter(pk=template.pk)).values_list("state", flat=True).first()
    return str(found or DRAFT)
