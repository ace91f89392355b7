"""Deals: open and change them, hold the customer's marketing because of one, release it, win or lose."""

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from engagement.events.catalogue import DealChanged
from engagement.events.outbox import publish
from engagement.profiles.companies.changes import company_named
from engagement.profiles.family import lock_family
from engagement.profiles.models import Deal
from engagement.realtime.topics import poke
from engagement.village.audit import NOWHERE, Origin, record
from engagement.village.models import User

Stage = Deal.Stage


class DealRefused(ValueError):
    """What cannot be done to a deal; the message says why, to whoever asked for it."""


class DealIsOver(DealRefused):
    """The deal was won or lost already."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms:
    """What a deal is about. ``company`` is its name; one that nobody knows yet is written down. ``currency`` is an
    ISO 4217 code.
    """

    title: str
    company: str = ""
    amount: Decimal | None = None
    currency: str = "BRL"
    stage: str = Stage.LEAD
    closes_on: date | None = None


def open_deal(*, profile_id: UUID, owner: User, terms: Terms, actor: User, now: datetime) -> Deal:
    """Open a deal with the person of a profile. Raises DealRefused, Profile.DoesNotExist."""
    _refuse(terms)
    with transaction.atomic():
        deal = Deal(profile_id=lock_family(profile_id)[0], owner=owner, created_at=now, changed_at=now)
        _write(deal, terms, actor, now)
        deal.save(force_insert=True)
        _tell(deal, "opened", actor, now, NOWHERE, {})
    return deal


def change_deal(*, deal_id: UUID, owner: User, terms: Terms, actor: User, now: datetime) -> Deal:
    """Change what a deal is about, or whose it is. Safe to repeat. Raises DealIsOver, DealRefused."""
    _refuse(terms)
    with transaction.atomic():
        deal = _locked(deal_id)
        before = _facts(deal)
        _write(deal, terms, actor, now)
        deal.owner = owner
        if (deal.closes_on, deal.owner_id) != (before["closes_on"], before["owner_id"]):
            deal.asked_at = None
        changed = sorted(name.removesuffix("_id") for name, value in _facts(deal).items() if value != before[name])
        if changed:
            deal.changed_at = now
            deal.save()
            _tell(deal, "changed", actor, now, NOWHERE, {"fields": changed})
    return deal


def change_owner(*, deal_id: UUID, owner: User, actor: User, now: datetime) -> Deal:
    """Give a deal to somebody else. Safe to repeat. Raises DealIsOver."""
    with transaction.atomic():
        deal = _locked(deal_id)
        if deal.owner_id != owner.pk:
            deal.owner, deal.changed_at, deal.asked_at = owner, now, None
            deal.save(update_fields=["owner", "changed_at", "asked_at"])
            _tell(deal, "changed", actor, now, NOWHERE, {"fields": ["owner"]})
    return deal


def hold(*, deal_id: UUID, reason: str, actor: User, now: datetime, origin: Origin = NOWHERE) -> Deal:
    """Hold back the customer's marketing because of this deal, until it is released or over.

    What waits to leave asks the gate when it is claimed, and is refused there. Safe to repeat. Raises DealIsOver,
    and DealRefused without a reason.
    """
    if not reason.strip():
        raise DealRefused(_("Say why their marketing is held."))
    with transaction.atomic():
        deal = _locked(deal_id)
        if deal.held:
            return deal
        deal.held, deal.released_until = True, None
        deal.reason, deal.changed_at = reason.strip()[:300], now
        deal.save(update_fields=["held", "released_until", "reason", "changed_at"])
        _tell(deal, "held", actor, now, origin, {"reason": deal.reason})
    return deal


def release(
    *, deal_id: UUID, until: datetime, reason: str = "", actor: User, now: datetime, origin: Origin = NOWHERE
) -> Deal:
    """Let marketing go on until ``until``, whatever the deal's stage says. Safe to repeat.

    Raises DealIsOver, and DealRefused for a time that is past.
    """
    if until <= now:
        raise DealRefused(_("Choose a time that is still to come."))
    with transaction.atomic():
        deal = _locked(deal_id)
        if not deal.held and deal.released_until == until:
            return deal
        deal.held, deal.released_until = False, until
        deal.reason, deal.changed_at = reason.strip()[:300], now
        deal.save(update_fields=["held", "released_until", "reason", "changed_at"])
        _tell(deal, "released", actor, now, origin, {"until": until.isoformat(), "reason": deal.reason})
    return deal


def win(*, deal_id: UUID, actor: User, now: datetime) -> Deal:
    """The customer bought. Safe to repeat. Raises DealIsOver when the deal was lost."""
    return _end(deal_id, Stage.WON, actor, now)


def lose(*, deal_id: UUID, actor: User, now: datetime) -> Deal:
    """The customer did not buy. Safe to repeat. Raises DealIsOver when the deal was won."""
    return _end(deal_id, Stage.LOST, actor, now)


def _end(deal_id: UUID, stage: Stage, actor: User, now: datetime) -> Deal:
    with transaction.atomic():
        deal = Deal.objects.lock(deal_id)
        if deal.stage == stage:
            return deal
        if not deal.is_open:
            raise DealIsOver(_("This deal is over already."))
        deal.stage, deal.closed_at, deal.changed_at = stage, now, now
        deal.held, deal.released_until = False, None
        deal.save(update_fields=["stage", "closed_at", "changed_at", "held", "released_until"])
        _tell(deal, stage.value, actor, now, NOWHERE, {})
    return deal


def _locked(deal_id: UUID) -> Deal:
    deal = Deal.objects.lock(deal_id)
    if not deal.is_open:
        raise DealIsOver(_("This deal is over already."))
    return deal


def _refuse(terms: Terms) -> None:
    if not terms.title.strip():
        raise DealRefused(_("Say what the deal is about."))
    if terms.stage not in (Stage.LEAD, Stage.NEGOTIATION, Stage.CLOSING):
        raise DealRefused(_("A deal is won or lost by its own button."))
    if terms.amount is not None and terms.amount < 0:
        raise DealRefused(_("An amount is not negative."))


def _write(deal: Deal, terms: Terms, actor: User, now: datetime) -> None:
    deal.title, deal.company_text = terms.title.strip()[:200], ""
    deal.company = company_named(name=terms.company, actor=actor, now=now) if terms.company.strip() else None
    deal.amount, deal.currency = terms.amount, terms.currency
    deal.stage, deal.closes_on = terms.stage, terms.closes_on


def _facts(deal: Deal) -> dict[str, Any]:
    names = ("title", "company_id", "amount", "currency", "stage", "closes_on", "owner_id")
    return {name: getattr(deal, name) for name in names}


def _tell(deal: Deal, change: str, actor: User, now: datetime, origin: Origin, detail: dict[str, Any]) -> None:
    publish(
        DealChanged(
            deal_id=deal.key,
            profile_id=deal.profile_id,
            owner_id=deal.owner_id,
            change=change,
            stage=deal.stage,
            held=deal.held,
            released_until=deal.released_until,
            at=now,
        ),
        now=now,
    )
    record(actor=actor, action=f"deal.{change}", subject=deal, now=now, detail=detail, origin=origin)
    poke(f"profile:{deal.profile_id}", f"deals:{deal.owner_id}")
