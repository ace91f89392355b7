"""Deals: what is being sold to a customer. While one closes, marketing keeps quiet."""

from datetime import UTC, datetime, timedelta

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from engagement.keys import new_key
from engagement.organization.current import current_organization
from engagement.profiles.models.company import Company
from engagement.profiles.models.profile import Profile

OVER = ("won", "lost")


class DealQuerySet(models.QuerySet["Deal"]):
    """Deals, as their readers ask for them."""

    def open(self) -> "DealQuerySet":
        """Return those that are neither won nor lost."""
        return self.exclude(stage__in=OVER)

    def lock(self, pk: object) -> "Deal":
        """Return one deal, locked until the transaction ends. Raises DoesNotExist."""
        return self.select_for_update(of=("self",)).select_related("profile", "owner", "company").get(pk=pk)


class Deal(models.Model):
    """``held``: its owner holds back this profile's marketing. ``released_until``: marketing may go on until then,
    whatever the stage says. The rule itself: ``engagement.profiles.deal_rule``.
    """

    class Stage(models.TextChoices):
        LEAD = "lead", _("lead")
        NEGOTIATION = "negotiation", _("negotiation")
        CLOSING = "closing", _("closing")
        WON = "won", _("won")
        LOST = "lost", _("lost")

    key = models.UUIDField(primary_key=True, default=new_key, editable=False)
    profile = models.ForeignKey(Profile, on_delete=models.PROTECT, related_name="deals", db_index=False)
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="deals", verbose_name=_("owner")
    )
    title = models.CharField(_("what it is about"), max_length=200)
    company = models.ForeignKey(
        Company,
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="deals",
        verbose_name=_("company"),
        db_index=False,
    )
    # What was typed before there were companies; shown where no company was found for it.
    company_text = models.CharField(
        _("company as written"), max_length=200, blank=True, default="", db_default="", db_column="company"
    )
    amount = models.DecimalField(_("amount"), max_digits=14, decimal_places=2, null=True, blank=True)
    currency = models.CharField(_("currency"), max_length=3, default="BRL", db_default="BRL")
    stage = models.CharField(_("stage"), max_length=12, choices=Stage, default=Stage.LEAD)
    closes_on = models.DateField(_("expected to close on"), null=True, blank=True)
    held = models.BooleanField(_("marketing is held"), default=False, db_default=False)
    reason = models.CharField(_("reason"), max_length=300, blank=True, default="", db_default="")
    released_until = models.DateTimeField(_("marketing released until"), null=True, blank=True)
    created_at = models.DateTimeField(_("opened"))
    changed_at = models.DateTimeField(_("changed"))
    closed_at = models.DateTimeField(_("closed"), null=True, blank=True)
    asked_at = models.DateTimeField(null=True, blank=True, editable=False)  # when somebody was asked about a stale one

    objects = DealQuerySet.as_manager()

    class Meta:
        verbose_name = _("deal")
        verbose_name_plural = _("deals")
        ordering = ["-key"]
        permissions = [("hold_marketing", _("Can hold and release a profile's marketing because of a deal"))]
        indexes = [
            models.Index(fields=["profile", "-key"], name="deal_profile"),
            models.Index(fields=["profile"], name="deal_open", condition=~Q(stage__in=OVER)),
            models.Index(fields=["company", "-key"], name="deal_company", condition=Q(company__isnull=False)),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(stage__in=["lead", "negotiation", "closing", "won", "lost"]), name="deal_stage_known"
            ),
            models.CheckConstraint(
                condition=Q(stage__in=OVER, closed_at__isnull=False) | (~Q(stage__in=OVER) & Q(closed_at=None)),
                name="deal_over_is_closed",
            ),
            models.CheckConstraint(condition=Q(held=False) | ~Q(stage__in=OVER), name="deal_over_holds_nothing"),
            models.CheckConstraint(condition=Q(held=False) | Q(released_until=None), name="deal_is_held_or_released"),
            models.CheckConstraint(condition=Q(amount=None) | Q(amount__gte=0), name="deal_amount_is_not_negative"),
            models.CheckConstraint(condition=Q(currency__regex="^[A-Z]{3}$"), name="deal_currency_is_a_code"),
        ]

    def __str__(self) -> str:
        return self.title

    @property
    def company_name(self) -> str:
        """What the company is called, or what was typed before there were companies."""
        return self.company.name if self.company else self.company_text

    @property
    def is_open(self) -> bool:
        """Neither won nor lost."""
        return self.stage not in OVER

    def is_stale(self, now: datetime) -> bool:
        """It should have closed long ago, or its owner has left and nobody goes on with it."""
        today, days = now.astimezone(UTC).date(), timedelta(days=current_organization().deal_stale_days)
        if not self.is_open:
            return False
        if not self.held and self.closes_on is not None and self.closes_on < today - days:
            return True
        is_past = self.closes_on is None or self.closes_on < today
        return not self.owner.is_active and self.changed_at < now - days and is_past

    def keeps_quiet(self, now: datetime) -> str:
        """Return why this deal keeps marketing back at ``now``: "deal_held", "deal_closing" or ""."""
        if not self.is_open or (self.released_until is not None and self.released_until > now):
            return ""
        if self.is_stale(now):
            return ""
        if self.held:
            return "deal_held"
        last = now.astimezone(UTC).date() + timedelta(days=current_organization().deal_quiet_days)
        is_near = self.closes_on is not None and self.closes_on <= last
        return "deal_closing" if self.stage == self.Stage.CLOSING or is_near else ""
