"""Change the rules of a place: a new version is proposed, and holds once another person has approved it."""

import hashlib
import json
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from engagement.channels.jurisdictions.in_force import announce_rule_sheets
from engagement.channels.jurisdictions.rules import InvalidRules, read_rules
from engagement.channels.models import Jurisdiction, RuleSheet
from engagement.village.audit import NOWHERE, Origin, record
from engagement.village.models import User

Status = RuleSheet.Status
# Asks for an approval of a version: (version, hash of its content, who proposes it, why, now).
ApprovalRequester = Callable[[RuleSheet, str, User, str, datetime], None]
# Takes that question back: (version, who withdraws, now).
ApprovalWithdrawer = Callable[[RuleSheet, User, datetime], None]
_approvals: list[tuple[ApprovalRequester, ApprovalWithdrawer]] = []


class ChangeOfRulesRefused(Exception):
    """The version cannot be proposed; the sentence says what to do."""


def register_approvals_of_rules(requester: ApprovalRequester, withdrawer: ApprovalWithdrawer) -> None:
    """Say how a proposed version is brought before whoever approves; called in ``apps.py``. Safe to repeat."""
    if (requester, withdrawer) not in _approvals:
        _approvals.append((requester, withdrawer))


def hash_content(sheet: RuleSheet) -> str:
    """Return the SHA-256 (hex) of what an approval of a version is bound to."""
    return hashlib.sha256(json.dumps(sheet.content(), sort_keys=True, default=str).encode()).hexdigest()


def propose_rule_sheet(
    *,
    place: Jurisdiction,
    rules: Mapping[str, Any],
    sources: Sequence[Mapping[str, str]],
    valid_from: datetime,
    reason: str,
    author: User,
    now: datetime,
    origin: Origin = NOWHERE,
) -> RuleSheet:
    """Write the next version of a place's rules and ask for its approval. Raises ChangeOfRulesRefused."""
    with transaction.atomic():
        locked = Jurisdiction.objects.select_for_update(of=("self",), no_key=True).get(pk=place.pk)
        newest = locked.sheets.order_by("-number").first()
        if locked.sheets.filter(status=Status.PROPOSED).exists():
            raise ChangeOfRulesRefused(
                _("A version of these rules waits for approval already. Withdraw it, or wait for the decision.")
            )
        try:
            read_rules(rules)
        except InvalidRules as error:
            raise ChangeOfRulesRefused(str(error)) from error
        made = RuleSheet.objects.create(
            jurisdiction=locked,
            number=(newest.number if newest else 0) + 1,
            rules=dict(rules),
            sources=[dict(source) for source in sources],
            valid_from=valid_from,
            reason=reason.strip(),
            author=author,
            created_at=now,
        )
        _audit(made, "proposed", actor=author, now=now, origin=origin)
        for ask, _withdraw in _approvals:
            ask(made, hash_content(made), author, made.reason, now)
    return made


def decide_rule_sheet(
    *, sheet_id: UUID, is_approved: bool, actor: User, now: datetime, origin: Origin = NOWHERE
) -> RuleSheet:
    """Let a version hold from its day on, or not at all. Safe to repeat. Raises ChangeOfRulesRefused for one's own."""
    with transaction.atomic():
        sheet = RuleSheet.objects.select_related("jurisdiction").lock(sheet_id)
        if not sheet.is_proposed:
            return sheet
        if sheet.author_id == actor.pk:
            raise ChangeOfRulesRefused(_("Whoever proposes rules does not approve them. Ask another person."))
        sheet.status = Status.APPROVED if is_approved else Status.REJECTED
        _close(sheet, actor=actor, now=now)
        _audit(sheet, "approved" if is_approved else "rejected", actor=actor, now=now, origin=origin)
        if is_approved:
            announce_rule_sheets()
    return sheet


def withdraw_rule_sheet(*, sheet_id: UUID, actor: User, now: datetime, origin: Origin = NOWHERE) -> RuleSheet:
    """Take a proposal back. Safe to repeat."""
    with transaction.atomic():
        sheet = RuleSheet.objects.select_related("jurisdiction").lock(sheet_id)
        if sheet.is_proposed:
            sheet.status = Status.WITHDRAWN
            _close(sheet, actor=actor, now=now)
            _audit(sheet, "withdrawn", actor=actor, now=now, origin=origin)
            for _ask, withdraw in _approvals:
                withdraw(sheet, actor, now)
    return sheet


def _close(sheet: RuleSheet, *, actor: User, now: datetime) -> None:
    sheet.decided_by, sheet.decided_at = actor, now
    sheet.save(update_fields=["status", "decided_by", "decided_at"])


def _audit(sheet: RuleSheet, change: str, *, actor: User, now: datetime, origin: Origin) -> None:
    detail = {"place": sheet.jurisdiction.code, "version": sheet.number, "valid_from": sheet.valid_from.isoformat()}
    record(
        actor=actor,
        action=f"rule_sheet.{change}",
        subject=sheet.jurisdiction,
        now=now,
        detail=detail | ({"reason": sheet.reason} if sheet.reason else {}),
        origin=origin,
    )
