"""A campaign: what we want, who gets which approved words when, and what was frozen at its launch."""

from datetime import datetime

from django.conf import settings
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from campaigns.models.segment import Segment
from content.models import Revision, Template
from engagement.channels.models import Channel
from engagement.keys import new_key
from engagement.organization.current import current_organization
from engagement.village.models import User

PURPOSE = "marketing"
CURRENCIES = ("BRL", "USD", "EUR", "GBP")


def organization_zone() -> str:
    """Return the organization's time zone."""
    return current_organization().time_zone


class CampaignQuerySet(models.QuerySet["Campaign"]):
    """Campaigns, as their readers ask for them."""

    def visible_to(self, user: User) -> "CampaignQuerySet":
        """Return what the person may read: everything, or nothing without the permission."""
        return self if user.has_perm("campaigns.view_campaign") else self.none()

    def at_work(self, now: datetime) -> "CampaignQuerySet":
        """Return those that have something to do by themselves; a paused one only ends."""
        return self.filter(Campaign.AT_WORK | Q(status=Campaign.Status.PAUSED, ends_at__lte=now))

    def newest_first(self) -> "CampaignQuerySet":
        """Order by what was made last."""
        return self.order_by("-key")

    def lock(self, pk: object) -> "Campaign":
        """Return one campaign, locked until the transaction ends; its recipients can still be written meanwhile.

        Raises DoesNotExist.
        """
        return self.select_for_update(of=("self",), no_key=True).get(pk=pk)


class Campaign(models.Model):
    """draft → launching (its people are being frozen) → sending ⇄ paused → finished, or stopped.

    What a launch binds: ``email_revision``, ``sms_revision`` (the approved ones, exactly), ``rules``, ``segment_size``.
    ``begins_at`` empty: at the launch. ``in_local_time``: at that time of day where each person lives, as it was
    entered in ``begins_zone``, the organization's zone of then.
    ``cap_count`` messages of marketing in ``cap_days`` days at most, over all channels; 0: no cap.
    """

    class Status(models.TextChoices):
        DRAFT = "draft", _("draft")
        LAUNCHING = "launching", _("is being launched")
        SENDING = "sending", _("sending")
        PAUSED = "paused", _("paused")
        STOPPED = "stopped", _("stopped")
        FINISHED = "finished", _("finished")

    class Plan(models.TextChoices):
        SMS_ELSE_EMAIL = "sms_else_email", _("SMS, else e-mail")
        EMAIL = "email", _("e-mail")
        SMS = "sms", _("SMS")

    class Attribution(models.TextChoices):
        LAST_TOUCH = "last_touch", _("the last message counts")
        FIRST_TOUCH = "first_touch", _("the first message counts")
        EVERY_TOUCH = "every_touch", _("every message counts")

    AT_WORK = Q(status__in=[Status.LAUNCHING, Status.SENDING]) | Q(status=Status.STOPPED, over_at=None)
    OVER = (Status.STOPPED, Status.FINISHED)

    key = models.UUIDField(primary_key=True, default=new_key, editable=False)
    name = models.CharField(_("name"), max_length=200)
    objective = models.TextField(_("objective"), blank=True, help_text=_("What is different when it worked."))
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="campaigns",
        verbose_name=_("owner"),
    )
    budget = models.DecimalField(_("budget"), max_digits=14, decimal_places=2, null=True, blank=True)
    currency = models.CharField(_("currency"), max_length=3, default="BRL")
    ends_at = models.DateTimeField(
        _("ends"), null=True, blank=True, help_text=_("After this nothing more leaves, whoever still waits.")
    )
    segment = models.ForeignKey(
        Segment, null=True, blank=True, on_delete=models.PROTECT, related_name="campaigns", verbose_name=_("segment")
    )
    plan = models.CharField(_("by which channel"), max_length=20, choices=Plan, default=Plan.EMAIL)
    email_template = models.ForeignKey(
        Template,
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
        verbose_name=_("e-mail template"),
    )
    sms_template = models.ForeignKey(
        Template, null=True, blank=True, on_delete=models.PROTECT, related_name="+", verbose_name=_("SMS template")
    )
    email_channel = models.ForeignKey(
        Channel, null=True, blank=True, on_delete=models.PROTECT, related_name="+", verbose_name=_("e-mail sender")
    )
    sms_channel = models.ForeignKey(
        Channel, null=True, blank=True, on_delete=models.PROTECT, related_name="+", verbose_name=_("SMS sender")
    )
    holdout_percent = models.PositiveSmallIntegerField(
        _("left alone on purpose, %"),
        default=10,
        validators=[MinValueValidator(0), MaxValueValidator(50)],
        help_text=_("Drawn by lot. Without them nobody can tell whether the campaign changed anything."),
    )
    holdout_exception = models.CharField(
        _("why nobody is left alone"), max_length=300, blank=True, help_text=_("Needed when the share is 0.")
    )
    begins_at = models.DateTimeField(_("begins"), null=True, blank=True, help_text=_("Empty: at the launch."))
    begins_zone = models.CharField(max_length=64, blank=True, default=organization_zone, db_default="", editable=False)
    in_local_time = models.BooleanField(_("at that time of day where each person lives"), default=False)
    cap_count = models.PositiveSmallIntegerField(_("messages to one person, at most"), default=4)
    cap_days = models.PositiveSmallIntegerField(_("in so many days"), default=30, validators=[MinValueValidator(1)])
    attribution = models.CharField(
        _("what counts as its effect"), max_length=20, choices=Attribution, default=Attribution.LAST_TOUCH
    )
    attribution_days = models.PositiveSmallIntegerField(
        _("within so many days"), default=10, validators=[MinValueValidator(1), MaxValueValidator(365)]
    )

    status = models.CharField(_("state"), max_length=12, choices=Status, default=Status.DRAFT, editable=False)
    pause_reason = models.CharField(max_length=50, blank=True, default="", editable=False)
    stop_code = models.CharField(max_length=30, blank=True, default="", editable=False)
    email_revision = models.ForeignKey(
        Revision, null=True, blank=True, on_delete=models.PROTECT, related_name="+", editable=False
    )
    sms_revision = models.ForeignKey(
        Revision, null=True, blank=True, on_delete=models.PROTECT, related_name="+", editable=False
    )
    rules = models.JSONField(null=True, blank=True, editable=False)
    segment_size = models.PositiveIntegerField(null=True, blank=True, editable=False)
    launched_at = models.DateTimeField(null=True, blank=True, editable=False)
    launched_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+", editable=False
    )
    frozen_at = models.DateTimeField(null=True, blank=True, editable=False)
    over_at = models.DateTimeField(null=True, blank=True, editable=False)
    created_at = models.DateTimeField(_("made"), default=timezone.now, editable=False)
    changed_at = models.DateTimeField(_("changed"), default=timezone.now, editable=False)

    objects = CampaignQuerySet.as_manager()

    class Meta:
        verbose_name = _("campaign")
        verbose_name_plural = _("campaigns")
        ordering = ["-key"]
        default_permissions = ("view", "add", "change")
        permissions = [("launch_campaign", _("Can launch, pause, resume and stop campaigns"))]
        indexes = [
            models.Index(
                fields=["key"],
                name="campaign_at_work",
                condition=Q(status__in=["launching", "sending"]) | Q(status="stopped", over_at=None),
            )
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(status__in=["draft", "launching", "sending", "paused", "stopped", "finished"]),
                name="campaign_status_known",
            ),
            models.CheckConstraint(
                condition=Q(plan__in=["sms_else_email", "email", "sms"]), name="campaign_plan_known"
            ),
            models.CheckConstraint(condition=Q(holdout_percent__lte=50), name="campaign_holdout_at_most_half"),
            models.CheckConstraint(condition=Q(budget=None) | Q(budget__gte=0), name="campaign_budget_not_negative"),
            models.CheckConstraint(condition=Q(cap_days__gte=1), name="campaign_cap_over_a_day"),
            models.CheckConstraint(
                condition=Q(status="draft") | Q(launched_at__isnull=False, launched_by__isnull=False),
                name="campaign_launched_by_somebody",
            ),
            models.CheckConstraint(
                condition=Q(status="draft") | Q(email_revision__isnull=False) | Q(sms_revision__isnull=False),
                name="campaign_launched_with_a_revision",
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def is_draft(self) -> bool:
        """It was never launched."""
        return self.status == self.Status.DRAFT

    @property
    def is_over(self) -> bool:
        """Nothing more leaves."""
        return self.status in self.OVER

    @property
    def kinds(self) -> tuple[str, ...]:
        """The kinds of channel of its plan, the first choice first."""
        return {"email": ("email",), "sms": ("sms",)}.get(self.plan, ("sms", "email"))

    def template_of(self, kind: str) -> Template | None:
        """Return the template for a kind of channel."""
        return self.sms_template if kind == "sms" else self.email_template

    @property
    def tested_texts(self) -> list[tuple[Template, int | None]]:
        """Return the templates of its plan, each with the number of the revision that a launch has bound."""
        pairs = [(self.template_of(kind), self.revision_of(kind)) for kind in self.kinds]
        return [(template, bound.number if bound else None) for template, bound in pairs if template is not None]

    def channel_of(self, kind: str) -> Channel | None:
        """Return the sender for a kind of channel."""
        return self.sms_channel if kind == "sms" else self.email_channel

    def revision_of(self, kind: str) -> Revision | None:
        """Return the revision that the launch bound for a kind of channel."""
        return self.sms_revision if kind == "sms" else self.email_revision
