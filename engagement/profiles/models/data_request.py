"""What a person asked of us about their data, what forbids to erase it, and what became of it."""

from datetime import datetime

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from engagement.keys import new_key
from engagement.profiles.models.profile import Profile

WAITING = ("open", "verifying", "held")


class DataRequestQuerySet(models.QuerySet["DataRequest"]):
    """Requests, as their readers ask for them."""

    def waiting(self) -> "DataRequestQuerySet":
        """Return those that nobody has answered."""
        return self.filter(state__in=WAITING)

    def due_first(self) -> "DataRequestQuerySet":
        """Order as the queue is worked off."""
        return self.order_by("due_at", "key")

    def lock(self, pk: object) -> "DataRequest":
        """Return one request, locked until the transaction ends. Raises DoesNotExist."""
        return self.select_for_update(of=("self",)).get(pk=pk)


class DataRequest(models.Model):
    """One request. ``words`` are the person's own, ``via`` how they came in; ``due_at`` follows from ``law`` and
    ``received_at``, and from the one extension (``extended_at``) that GDPR article 12(3) permits.

    ``first_confirmed_by`` confirmed an erasure where two have to (``ERASURE_FOUR_EYES``).
    ``answer`` is what they were told, or the reason of a refusal. ``reminded_at`` and ``overdue_told_at`` are set once
    for each due time.
    """

    class Kind(models.TextChoices):
        ACCESS = "access", _("access and portability")
        CORRECTION = "correction", _("correction")
        OBJECTION = "objection", _("objection to marketing")
        ERASURE = "erasure", _("erasure")

    class Law(models.TextChoices):
        LGPD = "lgpd", _("LGPD, 15 days")
        GDPR = "gdpr", _("GDPR, one month")

    class Via(models.TextChoices):
        EMAIL = "email", _("e-mail")
        PHONE = "phone", _("telephone")
        MESSAGE = "message", _("text or chat")
        LETTER = "letter", _("letter")
        IN_PERSON = "in_person", _("in person")
        AUTHORITY = "authority", _("through the authority")

    class State(models.TextChoices):
        OPEN = "open", pgettext_lazy("request", "open")
        VERIFYING = "verifying", _("identity is being checked")
        HELD = "held", _("held: a legal hold stands")
        ANSWERED = "answered", _("answered")
        REFUSED = "refused", pgettext_lazy("request", "refused")
        CANCELLED = "cancelled", pgettext_lazy("request", "cancelled")

    key = models.UUIDField(primary_key=True, default=new_key, editable=False)
    profile = models.ForeignKey(Profile, on_delete=models.PROTECT, related_name="data_requests", db_index=False)
    kind = models.CharField(_("what they ask for"), max_length=12, choices=Kind)
    law = models.CharField(_("by which law"), max_length=8, choices=Law)
    law_reason = models.CharField(_("why this law"), max_length=300, blank=True)
    via = models.CharField(_("how it came in"), max_length=12, choices=Via)
    words = models.TextField(_("in their words"), blank=True)
    received_at = models.DateTimeField(_("received"))
    due_at = models.DateTimeField(_("due"))
    extended_at = models.DateTimeField(_("extended"), null=True, blank=True)
    extension_reason = models.CharField(max_length=500, blank=True)
    state = models.CharField(_("state"), max_length=10, choices=State, default=State.OPEN)
    verified_how = models.CharField(_("how we know that it is them"), max_length=300, blank=True)
    verified_at = models.DateTimeField(null=True, blank=True)
    answer = models.TextField(_("what they were told"), blank=True)
    first_confirmed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+", db_index=False
    )
    first_confirmed_at = models.DateTimeField(_("confirmed by the first"), null=True, blank=True)
    closed_at = models.DateTimeField(_("closed"), null=True, blank=True)
    closed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+", db_index=False
    )
    filed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+", db_index=False
    )
    filed_at = models.DateTimeField(_("written down"))
    reminded_at = models.DateTimeField(null=True, blank=True)
    overdue_told_at = models.DateTimeField(null=True, blank=True)

    objects = DataRequestQuerySet.as_manager()

    class Meta:
        verbose_name = _("data request")
        verbose_name_plural = _("data requests")
        ordering = ["-key"]
        default_permissions = ("view", "add")
        permissions = [("answer_datarequest", _("Can answer data requests: export, erase, refuse"))]
        indexes = [
            models.Index(fields=["due_at", "key"], name="data_request_due", condition=Q(state__in=WAITING)),
            models.Index(fields=["-closed_at", "-key"], name="data_request_closed", condition=~Q(state__in=WAITING)),
            models.Index(fields=["profile", "-key"], name="data_request_profile"),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(state__in=WAITING, closed_at=None)
                | Q(state__in=["answered", "refused", "cancelled"], closed_at__isnull=False),
                name="data_request_closed_has_its_time",
            ),
            models.CheckConstraint(
                condition=Q(extended_at=None) | Q(law="gdpr"), name="data_request_extended_by_gdpr_only"
            ),
            models.CheckConstraint(condition=Q(due_at__gt=F("received_at")), name="data_request_due_later"),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} ({self.law.upper()})"

    @property
    def is_waiting(self) -> bool:
        """Nobody has answered it."""
        return self.state in WAITING

    def is_late(self, now: datetime) -> bool:
        """Its time has passed without an answer."""
        return self.is_waiting and self.due_at <= now


class LegalHoldQuerySet(models.QuerySet["LegalHold"]):
    """Holds, as their readers ask for them."""

    def standing(self, now: datetime) -> "LegalHoldQuerySet":
        """Return those that forbid an erasure at ``now``."""
        return self.filter(Q(ends_at=None) | Q(ends_at__gt=now), starts_at__lte=now, lifted_at=None)


class LegalHold(models.Model):
    """While one stands, nothing of the person is erased: a lawsuit or an authority needs it."""

    key = models.UUIDField(primary_key=True, default=new_key, editable=False)
    profile = models.ForeignKey(Profile, on_delete=models.PROTECT, related_name="legal_holds", db_index=False)
    reason = models.CharField(_("why"), max_length=500)
    starts_at = models.DateTimeField(_("from"))
    ends_at = models.DateTimeField(_("until"), null=True, blank=True)
    set_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", db_index=False)
    set_at = models.DateTimeField()
    lifted_at = models.DateTimeField(_("lifted"), null=True, blank=True)
    lifted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+", db_index=False
    )
    lift_reason = models.CharField(max_length=500, blank=True)

    objects = LegalHoldQuerySet.as_manager()

    class Meta:
        verbose_name = _("legal hold")
        verbose_name_plural = _("legal holds")
        ordering = ["-key"]
        default_permissions = ("view", "add", "change")
        indexes = [
            models.Index(fields=["profile", "-key"], name="legal_hold_profile"),
            models.Index(fields=["ends_at"], name="legal_hold_ends", condition=Q(lifted_at=None)),
        ]
        constraints = [
            models.CheckConstraint(condition=~Q(reason=""), name="legal_hold_has_a_reason"),
            models.CheckConstraint(
                condition=Q(ends_at=None) | Q(ends_at__gt=F("starts_at")), name="legal_hold_ends_later"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.starts_at:%Y-%m-%d}"


class Disclosure(models.Model):
    """The file that answers a request for access: being made, ready for some days, or thrown away.

    ``lease_until``: a worker makes it; when that has passed another one begins again.
    """

    class State(models.TextChoices):
        WAITING = "waiting", _("waits to be made")
        MAKING = "making", _("is being made")
        READY = "ready", _("ready")
        FAILED = "failed", _("could not be made")
        DELETED = "deleted", _("thrown away")

    key = models.UUIDField(primary_key=True, default=new_key, editable=False)
    request = models.ForeignKey(DataRequest, on_delete=models.PROTECT, related_name="disclosures")
    state = models.CharField(max_length=10, choices=State, default=State.WAITING)
    language = models.CharField(max_length=10)
    done = models.PositiveIntegerField(default=0)
    total = models.PositiveIntegerField(default=0)
    size = models.PositiveBigIntegerField(default=0)
    sha256 = models.CharField(max_length=64, blank=True)
    error = models.TextField(blank=True)
    attempts = models.PositiveSmallIntegerField(default=0)
    lease_until = models.DateTimeField(null=True, blank=True)
    asked_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", db_index=False)
    asked_at = models.DateTimeField()
    made_at = models.DateTimeField(null=True, blank=True)
    expires_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = _("disclosure")
        verbose_name_plural = _("disclosures")
        ordering = ["-key"]
        default_permissions = ()
        constraints = [
            models.UniqueConstraint(
                fields=["request"], condition=Q(state__in=["waiting", "making"]), name="disclosure_made_once_at_a_time"
            )
        ]

    def __str__(self) -> str:
        return f"{self.request_id} {self.state}"

    @property
    def path(self) -> str:
        """Where the storage keeps it: by key, never by a name."""
        return f"disclosures/{self.key.hex}.zip"


class Erasure(models.Model):
    """That a person is being erased, or was. ``subject`` holds whom, only until it is done.

    ``steps`` are those that are committed; ``counts`` how many rows each changed. ``removed_xid``: the transaction
    after which nobody finds the person by an address any more; when every transaction that began before it is over,
    what came in at the same time is swept.
    """

    class State(models.TextChoices):
        RUNNING = "running", _("is running")
        DONE = "done", _("done")

    key = models.UUIDField(primary_key=True, default=new_key, editable=False)
    request = models.OneToOneField(DataRequest, on_delete=models.PROTECT, related_name="erasure")
    profile = models.ForeignKey(Profile, on_delete=models.PROTECT, related_name="+", db_index=False)
    state = models.CharField(max_length=8, choices=State, default=State.RUNNING)
    subject = models.JSONField(default=dict)
    steps = ArrayField(models.CharField(max_length=100), default=list)
    counts = models.JSONField(default=dict)
    total = models.PositiveSmallIntegerField(default=0)
    removed_xid = models.BigIntegerField(null=True)
    attempts = models.PositiveSmallIntegerField(default=0)
    error = models.TextField(blank=True)
    lease_until = models.DateTimeField(null=True, blank=True)
    confirmed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", db_index=False
    )
    confirmed_at = models.DateTimeField()
    first_confirmed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+", db_index=False
    )
    done_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = _("erasure")
        verbose_name_plural = _("erasures")
        ordering = ["-key"]
        default_permissions = ()
        constraints = [
            models.UniqueConstraint(fields=["profile"], condition=~Q(state="done"), name="erasure_one_at_a_time"),
            models.CheckConstraint(
                condition=~Q(state="done") | Q(subject={}, done_at__isnull=False), name="erasure_done_keeps_nobody"
            ),
            models.CheckConstraint(
                condition=Q(first_confirmed_by=None) | ~Q(first_confirmed_by=F("confirmed_by")),
                name="erasure_confirmed_by_two",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.request_id} {self.state}"

    @property
    def left(self) -> int:
        """How many approved texts of ours still name an address of theirs."""
        return sum(number for name, number in self.counts.items() if name.startswith("left:"))
