"""How the departments come to work here: their first steps, what they are told, what they object, what they won."""

from datetime import datetime

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from engagement.keys import new_key
from engagement.operations.models.audience import Audience, AudienceQuerySet
from engagement.village.models import Department, User
from engagement.village.models.people import in_language


class AdoptionCount(models.Model):
    """The figures of a period that ends on ``day``, as counted last on it. ``figures``: see ``actions.adoption``."""

    class Period(models.TextChoices):
        WEEK = "week", _("week")
        MONTH = "month", _("month")

    key = models.UUIDField(primary_key=True, default=new_key, editable=False)
    period = models.CharField(max_length=5, choices=Period)
    day = models.DateField()
    counted_at = models.DateTimeField()
    figures = models.JSONField(default=dict)

    class Meta:
        verbose_name = _("adoption figures")
        verbose_name_plural = _("adoption figures")
        ordering = ["period", "-day"]
        default_permissions = ()
        permissions = [
            ("view_adoption", _("Can read the adoption of the departments")),
            ("change_adoption", _("Can lead the adoption of the departments")),
        ]
        constraints = [models.UniqueConstraint(fields=["period", "day"], name="adoption_counted_once_a_day")]

    def __str__(self) -> str:
        return f"{self.period} {self.day}"


class OnboardingTick(models.Model):
    """A step of a department's onboarding that somebody marked as done; measured steps have no row."""

    key = models.UUIDField(primary_key=True, default=new_key, editable=False)
    department = models.ForeignKey(Department, on_delete=models.CASCADE, related_name="+", db_index=False)
    step = models.CharField(max_length=60)
    person = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", db_index=False)
    at = models.DateTimeField()

    class Meta:
        verbose_name = _("onboarding step")
        verbose_name_plural = _("onboarding steps")
        ordering = ["key"]
        default_permissions = ()
        constraints = [models.UniqueConstraint(fields=["department", "step"], name="onboarding_step_once")]

    def __str__(self) -> str:
        return f"{self.department_id} {self.step}"


class Champion(models.Model):
    """Whom colleagues of a department ask first."""

    key = models.UUIDField(primary_key=True, default=new_key, editable=False)
    department = models.ForeignKey(Department, on_delete=models.CASCADE, related_name="champions", db_index=False)
    person = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", db_index=False)
    since = models.DateTimeField()

    class Meta:
        verbose_name = _("champion")
        verbose_name_plural = _("champions")
        ordering = ["key"]
        default_permissions = ()
        constraints = [models.UniqueConstraint(fields=["department", "person"], name="champion_once")]

    def __str__(self) -> str:
        return f"{self.department_id} {self.person_id}"


class AnnouncementQuerySet(AudienceQuerySet["Announcement"]):
    """Announcements, as their readers ask for them."""

    def current(self, now: datetime) -> "AnnouncementQuerySet":
        """Return those that are shown at ``now``: neither withdrawn nor over."""
        return self.filter(Q(ends_at=None) | Q(ends_at__gt=now), withdrawn_at=None)

    def unread_by(self, user: User) -> "AnnouncementQuerySet":
        """Return those that the person has not marked as read."""
        read = AnnouncementReceipt.objects.filter(announcement=models.OuterRef("pk"), person=user)
        return self.filter(~models.Exists(read))


class Announcement(Audience):
    """What everybody, or some departments and roles, should know; in either language, shown until ``ends_at``."""

    key = models.UUIDField(primary_key=True, default=new_key, editable=False)
    title = models.CharField(_("title in English"), max_length=150, blank=True, default="")
    title_pt = models.CharField(_("title in Portuguese"), max_length=150, blank=True, default="")
    text = models.TextField(_("text in English"), max_length=4000, blank=True, default="")
    text_pt = models.TextField(_("text in Portuguese"), max_length=4000, blank=True, default="")
    author = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", db_index=False)
    published_at = models.DateTimeField()
    ends_at = models.DateTimeField(_("shown until"), null=True, blank=True)
    withdrawn_at = models.DateTimeField(null=True, blank=True, editable=False)

    objects = AnnouncementQuerySet.as_manager()

    class Meta:
        verbose_name = _("announcement")
        verbose_name_plural = _("announcements")
        ordering = ["-published_at", "-key"]
        default_permissions = ()
        constraints = [
            models.CheckConstraint(condition=~Q(title="", title_pt=""), name="announcement_has_a_title"),
            models.CheckConstraint(
                condition=Q(ends_at=None) | Q(ends_at__gt=models.F("published_at")), name="announcement_ends_later"
            ),
        ]
        indexes = [models.Index(fields=["-published_at", "-key"], name="announcement_newest")]

    def __str__(self) -> str:
        return in_language(self.title or self.title_pt, self.title_pt or self.title)

    @property
    def body(self) -> str:
        """The text in the reader's language; in the other one while there is no translation."""
        return in_language(self.text or self.text_pt, self.text_pt or self.text)

    def is_current(self, now: datetime) -> bool:
        """It is shown to its readers."""
        return self.withdrawn_at is None and (self.ends_at is None or self.ends_at > now)


class AnnouncementReceipt(models.Model):
    """That a person has read an announcement, once."""

    key = models.UUIDField(primary_key=True, default=new_key, editable=False)
    announcement = models.ForeignKey(Announcement, on_delete=models.CASCADE, related_name="receipts", db_index=False)
    person = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    read_at = models.DateTimeField()

    class Meta:
        verbose_name = _("read receipt")
        verbose_name_plural = _("read receipts")
        ordering = ["key"]
        default_permissions = ()
        constraints = [models.UniqueConstraint(fields=["announcement", "person"], name="announcement_read_once")]

    def __str__(self) -> str:
        return f"{self.announcement_id} {self.person_id}"


class Objection(models.Model):
    """What a department says against working this way, with what is measured of it, and what was answered.

    ``metric``, ``figure`` and ``figure_at``: a registered figure as it was when the objection was written down.
    """

    class State(models.TextChoices):
        OPEN = "open", _("open")
        ANSWERED = "answered", _("answered")
        RESOLVED = "resolved", _("resolved")

    key = models.UUIDField(primary_key=True, default=new_key, editable=False)
    department = models.ForeignKey(Department, verbose_name=_("department"), on_delete=models.PROTECT, related_name="+")
    text = models.CharField(_("what they say"), max_length=500)
    evidence = models.CharField(_("what is so"), max_length=500, blank=True, default="")
    metric = models.CharField(_("figure"), max_length=100, blank=True, default="")
    figure = models.FloatField(null=True, blank=True, editable=False)
    figure_at = models.DateTimeField(null=True, blank=True, editable=False)
    state = models.CharField(_("state"), max_length=10, choices=State, default=State.OPEN)
    answer = models.TextField(_("answer"), max_length=2000, blank=True, default="")
    author = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", db_index=False)
    raised_at = models.DateTimeField()
    answered_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+", db_index=False
    )
    answered_at = models.DateTimeField(null=True, blank=True)
    resolved_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+", db_index=False
    )
    resolved_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = _("objection")
        verbose_name_plural = _("objections")
        ordering = ["-raised_at", "-key"]
        default_permissions = ()
        constraints = [
            models.CheckConstraint(condition=~Q(text=""), name="objection_says_something"),
            models.CheckConstraint(
                condition=Q(state="open") | (~Q(answer="") & Q(answered_at__isnull=False)),
                name="objection_answered_has_its_answer",
            ),
            models.CheckConstraint(
                condition=Q(state="resolved", resolved_at__isnull=False) | (~Q(state="resolved") & Q(resolved_at=None)),
                name="objection_resolved_has_its_time",
            ),
        ]
        indexes = [
            models.Index(fields=["state", "-raised_at", "-key"], name="objection_state"),
        ]

    def __str__(self) -> str:
        return self.text[:80]


class Win(models.Model):
    """What a department achieved, with its figure as it was that day; shared as an announcement."""

    key = models.UUIDField(primary_key=True, default=new_key, editable=False)
    department = models.ForeignKey(
        Department, verbose_name=_("department"), null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    title = models.CharField(_("title in English"), max_length=150, blank=True, default="")
    title_pt = models.CharField(_("title in Portuguese"), max_length=150, blank=True, default="")
    story = models.TextField(_("story in English"), max_length=2000, blank=True, default="")
    story_pt = models.TextField(_("story in Portuguese"), max_length=2000, blank=True, default="")
    metric = models.CharField(_("figure"), max_length=100, blank=True, default="")
    figure = models.FloatField(null=True, blank=True, editable=False)
    figure_at = models.DateTimeField(null=True, blank=True, editable=False)
    author = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", db_index=False)
    written_at = models.DateTimeField()
    announcement = models.OneToOneField(
        Announcement, null=True, blank=True, on_delete=models.SET_NULL, related_name="win", editable=False
    )

    class Meta:
        verbose_name = _("win")
        verbose_name_plural = _("wins")
        ordering = ["-written_at", "-key"]
        default_permissions = ()
        constraints = [models.CheckConstraint(condition=~Q(title="", title_pt=""), name="win_has_a_title")]

    def __str__(self) -> str:
        return in_language(self.title or self.title_pt, self.title_pt or self.title)

    @property
    def body(self) -> str:
        """The story in the reader's language; in the other one while there is no translation."""
        return in_language(self.story or self.story_pt, self.story_pt or self.story)


class TrainingQuerySet(AudienceQuerySet["Training"]):
    """Training, as its readers ask for it."""

    def current(self) -> "TrainingQuerySet":
        """Return what is to be done."""
        return self.filter(archived_at=None)

    def not_done_by(self, user: User) -> "TrainingQuerySet":
        """Return what the person has still to do."""
        done = TrainingCompletion.objects.filter(training=models.OuterRef("pk"), person=user)
        return self.filter(~models.Exists(done))


class Training(Audience):
    """Something that people read or try once, so that they can work here."""

    key = models.UUIDField(primary_key=True, default=new_key, editable=False)
    title = models.CharField(_("title in English"), max_length=150, blank=True, default="")
    title_pt = models.CharField(_("title in Portuguese"), max_length=150, blank=True, default="")
    text = models.TextField(_("text in English"), max_length=8000, blank=True, default="")
    text_pt = models.TextField(_("text in Portuguese"), max_length=8000, blank=True, default="")
    author = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", db_index=False)
    created_at = models.DateTimeField()
    archived_at = models.DateTimeField(null=True, blank=True, editable=False)

    objects = TrainingQuerySet.as_manager()

    class Meta:
        verbose_name = _("training")
        verbose_name_plural = _("training")
        ordering = ["-created_at", "-key"]
        default_permissions = ()
        constraints = [models.CheckConstraint(condition=~Q(title="", title_pt=""), name="training_has_a_title")]

    def __str__(self) -> str:
        return in_language(self.title or self.title_pt, self.title_pt or self.title)

    @property
    def body(self) -> str:
        """The text in the reader's language; in the other one while there is no translation."""
        return in_language(self.text or self.text_pt, self.text_pt or self.text)


class TrainingCompletion(models.Model):
    """That a person has done a training, once."""

    key = models.UUIDField(primary_key=True, default=new_key, editable=False)
    training = models.ForeignKey(Training, on_delete=models.CASCADE, related_name="completions", db_index=False)
    person = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    done_at = models.DateTimeField()

    class Meta:
        verbose_name = _("completed training")
        verbose_name_plural = _("completed training")
        ordering = ["key"]
        default_permissions = ()
        constraints = [models.UniqueConstraint(fields=["training", "person"], name="training_done_once")]

    def __str__(self) -> str:
        return f"{self.training_id} {self.person_id}"
