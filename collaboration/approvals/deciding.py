"""A reviewer decides: once, on what they have read, never on their own."""

from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from collaboration.approvals.asking import close
from collaboration.approvals.errors import (
    AlreadyDecided,
    Contributed,
    MissingReason,
    NotAReviewer,
    RuleStandsAgainst,
    SelfApproval,
    SubjectChanged,
)
from collaboration.approvals.kinds import contributors_of, kind_of, rules_of
from collaboration.approvals.locking import lock_subject
from collaboration.approvals.telling import keep, poke_request, tell_decided, tell_requested
from collaboration.models import ApprovalDecision, ApprovalRequest, ApprovalWaiver
from engagement.village.models import User

State, Verdict = ApprovalRequest.State, ApprovalDecision.Verdict


@transaction.atomic
def decide(
    *, request_id: UUID, reviewer: User, verdict: str, reason: str, seen_hash: str, now: datetime
) -> ApprovalRequest:
    """Approve or refuse (``verdict``) what ``seen_hash`` tells; return the request as it stands then.

    One refusal ends the request; the last approval of a step's quorum begins the next step or approves. Of two
    reviewers at once, the second is told who decided. Raises SelfApproval, NotAReviewer, Contributed,
    AlreadyDecided, SubjectChanged, MissingReason, RuleStandsAgainst.
    """
    reason = reason.replace("\x00", "").strip()
    current = _checked(request_id, reviewer, seen_hash)
    if verdict == Verdict.REFUSED and not reason:
        raise MissingReason
    if verdict == Verdict.APPROVED:
        _check_rules(current)
    ApprovalDecision.objects.create(
        request=current,
        requester_id=current.requester_id,
        step=current.step,
        reviewer=reviewer,
        verdict=Verdict(verdict),
        reason=reason,
        seen_hash=seen_hash,
        decided_at=now,
    )
    began = _follow(current, verdict=verdict, reviewer=reviewer, now=now)
    tell_decided(current, reviewer=reviewer, verdict=verdict, reason=reason, now=now)
    if began:
        tell_requested(current, now=now)
    kind = kind_of(current.kind)
    if not current.is_open and kind.on_decided is not None:
        kind.on_decided(current, now)
    return current


@transaction.atomic
def waive(*, request_id: UUID, rule: str, reviewer: User, reason: str, now: datetime) -> ApprovalWaiver:
    """Set a blocking rule aside for one request. The same rule again returns the first waiver.

    Raises SelfApproval, NotAReviewer, AlreadyDecided, MissingReason; RuleStandsAgainst for a rule that is not
    blocking here.
    """
    reason = reason.replace("\x00", "").strip()
    current = _checked(request_id, reviewer, seen_hash=None)
    if not reason:
        raise MissingReason
    if rule not in {each.code for each in rules_of(current) if each.state == "stop" and each.can_be_waived}:
        raise RuleStandsAgainst(rule, rule)
    waiver, made = ApprovalWaiver.objects.get_or_create(
        request=current, rule=rule, defaults={"reason": reason, "waived_by": reviewer, "waived_at": now}
    )
    if made:
        keep(current, action="approval.rule_waived", actor=reviewer, now=now, rule=rule, reason=reason)
        poke_request(current)
    return waiver


def _checked(request_id: UUID, reviewer: User, seen_hash: str | None) -> ApprovalRequest:
    """Return the request, locked, when the reviewer may decide on it."""
    place = ApprovalRequest.objects.only("kind", "subject_id").get(pk=request_id)
    lock_subject(place.kind, place.subject_id)
    current = ApprovalRequest.objects.lock(request_id)
    if current.requester_id == reviewer.pk:
        raise SelfApproval
    if current.state == State.VOID:
        raise SubjectChanged
    if not current.is_open:
        raise _already(current)
    if not (reviewer.has_perm("collaboration.decide_approval") and reviewer.has_perm(current.permission)):
        raise NotAReviewer
    if reviewer in contributors_of(current):
        raise Contributed(str(reviewer))
    if current.decisions.filter(step=current.step, reviewer=reviewer).exists():
        raise AlreadyDecided(_("You have approved it already. It waits for others."), reviewer)
    if seen_hash is not None:
        _check_unchanged(current, seen_hash)
    return current


def _check_unchanged(current: ApprovalRequest, seen_hash: str) -> None:
    if seen_hash != current.content_hash:
        raise SubjectChanged
    hash_now = kind_of(current.kind).current_hash
    if hash_now is not None and hash_now(current.subject_id) != current.content_hash:
        raise SubjectChanged


def _already(current: ApprovalRequest) -> AlreadyDecided:
    who = current.closed_by
    if current.state == State.WITHDRAWN:
        return AlreadyDecided(_("%(name)s has withdrawn it.") % {"name": who}, who)
    if current.state == State.REFUSED:
        return AlreadyDecided(_("%(name)s has refused it already.") % {"name": who}, who)
    return AlreadyDecided(_("%(name)s has approved it already.") % {"name": who}, who)


def _check_rules(current: ApprovalRequest) -> None:
    waived = set(current.waivers.values_list("rule", flat=True))
    for rule in rules_of(current):
        if rule.state == "stop" and not (rule.can_be_waived and rule.code in waived):
            raise RuleStandsAgainst(rule.code, rule.title)


def _follow(current: ApprovalRequest, *, verdict: str, reviewer: User, now: datetime) -> bool:
    """Bring the request where the decision leads; say whether a next step began."""
    if verdict == Verdict.REFUSED:
        close(current, state=State.REFUSED, by=reviewer, now=now)
        return False
    agreed = current.decisions.filter(step=current.step, verdict=Verdict.APPROVED).count()
    if agreed < current.current["quorum"]:
        return False
    if current.step + 1 < len(current.steps):
        current.step += 1
        current.permission = current.current["permission"]
        current.due_at, current.escalated_at = now + timedelta(hours=current.current["hours"]), None
        current.save(update_fields=["step", "permission", "due_at", "escalated_at"])
        return True
    days = kind_of(current.kind).valid_days
    current.expires_at = now + timedelta(days=days) if days else None
    current.save(update_fields=["expires_at"])
    close(current, state=State.APPROVED, by=reviewer, now=now)
    return False
