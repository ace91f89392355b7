"""What launches have bound: the approved content of what is under way, whatever happened to its template since."""

from collections.abc import Sequence
from datetime import datetime

from django.db.models import Q, QuerySet

from campaigns.models import Campaign
from collaboration.approvals import approved, revoked

Status = Campaign.Status
UNDER_WAY = (Status.LAUNCHING, Status.SENDING, Status.PAUSED)


def bound_to(hashes: Sequence[str]) -> QuerySet[Campaign]:
    """Return the campaigns whose launch bound one of these contents."""
    found = Q(email_revision__content_hash__in=hashes) | Q(sms_revision__content_hash__in=hashes)
    return Campaign.objects.filter(found)


def approvals_bound(hashes: Sequence[str], now: datetime) -> set[str]:
    """Return those of ``hashes`` that a launch has bound and nobody has withdrawn: for the policy, beside what is
    approved now. An edit of the template, or the expiry of its approval, stops nothing that is under way. Two queries.
    """
    wanted = {value for value in hashes if value}
    if not wanted:
        return set()
    going = Q(status__in=UNDER_WAY) | Q(status=Status.FINISHED)  # the e-mail may still follow an SMS
    rows = bound_to(sorted(wanted)).filter(going).filter(Q(ends_at=None) | Q(ends_at__gt=now))
    pairs = rows.order_by().values_list("email_revision__content_hash", "sms_revision__content_hash").distinct()
    bound = {value for pair in pairs for value in pair if value in wanted}
    return bound - revoked(sorted(bound))


def withdrawn_from(campaign: Campaign, now: datetime) -> set[str]:
    """Return the contents of a campaign whose approval was withdrawn and not given again. Two queries."""
    hashes = [revision.content_hash for kind in campaign.kinds if (revision := campaign.revision_of(kind))]
    return revoked(hashes) - approved(hashes, now)
