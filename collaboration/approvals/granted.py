"""What is approved now: asked for every message that leaves."""

from collections.abc import Sequence
from datetime import datetime

from django.db.models import Q

from collaboration.models import ApprovalDecision, ApprovalRequest


def revoked(hashes: Sequence[str]) -> set[str]:
    """Return those of ``hashes`` whose approval was withdrawn and not given again since. One query."""
    wanted = {value for value in hashes if value}
    if not wanted:
        return set()
    approvals = ApprovalDecision.objects.filter(verdict=ApprovalDecision.Verdict.APPROVED).values("request")
    rows = ApprovalRequest.objects.filter(content_hash__in=wanted).filter(
        Q(state=ApprovalRequest.State.REVOKED) | Q(key__in=approvals)
    )
    newest = dict(rows.order_by("key").values_list("content_hash", "state"))
    return {value for value, state in newest.items() if state == ApprovalRequest.State.REVOKED}


def approved(hashes: Sequence[str], now: datetime) -> set[str]:
    """Return those of ``hashes`` whose approval holds at ``now``. One query over an index, however many there are."""
    wanted = {value for value in hashes if value}
    if not wanted:
        return set()
    holding = ApprovalRequest.objects.filter(state=ApprovalRequest.State.APPROVED, content_hash__in=wanted)
    return set(holding.filter(Q(expires_at=None) | Q(expires_at__gt=now)).values_list("content_hash", flat=True))
