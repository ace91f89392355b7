"""Tasks: what somebody here has to do, until when."""

from datetime import datetime

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from engagement.keys import new_key
from engagement.profiles.models import Profile
from engagement.village.models import Department, User


class TaskQuerySet(models.QuerySet["Task"]):
    """Tasks, as their readers ask for them."""

    def visible_to(self, user: User) -> "TaskQuerySet":
        """Return what the person may read: what concerns them, and what is done for customers if they see those."""
        if user.is_active and user.has_perm("profiles.view_profile"):
            theirs = Task.objects.concerning(user).order_by().values("pk")
            return self.filter(Q(profile__isnull=False) | Q(pk__in=theirs))
        return self.concerning(user)

    def concerning(self, user: User) -> "TaskQuerySet":
        """Return what the person may change: what they do, asked for, or what their departments have to do."""
        if not user.is_active:
            return self.none()
        if user.is_superuser:
            return self
        mine = Department.objects.filter(people=user).order_by().values("pk")
        return self.filter(Q(assignee=user) | Q(created_by=user) | Q(department__in=mine) | Q(escalated_to=user))

    def waiting_for(self, user: User) -> "TaskQuerySet":
        """Return the open ones that this person has to do: theirs, and those of their departments that nobody took."""
        mine = Department.objects.filter(people=user).order_by().values("pk")
        return self.open().filter(Q(assignee=user) | Q(assignee=None, department__in=mine) | Q(escalated_to=user))

    def open(self) -> "TaskQuerySet":
        """Return those that are not done."""
        return self.filter(state=Task.State.OPEN)

    def due_first(self) -> "TaskQuerySet":
        """Order by what is due first; what has no end comes last."""
        return self.order_by(models.F("due_at").asc(nulls_last=True), "key")

    def lock(self, pk: object) -> "Task":
        """Return one task, locked until the transaction ends. Raises DoesNotExist."""
        return self.select_for_update(of=("self",)).get(pk=pk)


class Task(models.Model):
    """Something to do for a person or, until one takes it, for a department.

    ``subject_type`` and ``subject_id`` say what it belongs to (a conversation), ``profile`` whose customer page shows
    it. ``reminded_at`` and ``escalated_at`` are set once for each due time; a new due time clears both.
    """

    class State(models.TextChoices):
        OPEN = "open", _("open")
        DONE = "done", _("done")
        CANCELLED = "cancelled", _("cancelled")

    key = models.UUIDField(primary_key=True, default=new_key, editable=False)
    title = models.CharField(_("what"), max_length=200)
    text = models.TextField(_("details"), blank=True)
    assignee = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+", db_index=False
    )
    department = models.ForeignKey(
        Department, null=True, blank=True, on_delete=models.PROTECT, related_name="+", db_index=False
    )
    due_at = models.DateTimeField(_("due"), null=True, blank=True)
    subject_type = models.CharField(max_length=50, blank=True)
    subject_id = models.UUIDField(null=True, blank=True)
    profile = models.ForeignKey(
        Profile, null=True, blank=True, on_delete=models.PROTECT, related_name="+", db_index=False
    )
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", db_index=False)
    created_at = models.DateTimeField()
    client_key = models.CharField(max_length=100, null=True, blank=True)  # noqa: DJ001 - NULLs are not unique
    state = models.CharField(_("state"), max_length=10, choices=State, default=State.OPEN)
    done_at = models.DateTimeField(null=True, blank=True)
    done_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+", db_index=False
    )
    reminded_at = models.DateTimeField(null=True, blank=True)
    escalated_at = models.DateTimeField(null=True, blank=True)
    escalated_to = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+", db_index=False
    )

    objects = TaskQuerySet.as_manager()

    class Meta:
        verbose_name = _("task")
        verbose_name_plural = _("tasks")
        ordering = ["-key"]
        default_permissions = ("view", "add", "change")
        constraints = [
            models.CheckConstraint(
                condition=Q(assignee__isnull=False) | Q(department__isnull=False), name="task_belongs_to_somebody"
            ),
            models.CheckConstraint(
                condition=Q(state="open", done_at=None) | (~Q(state="open") & Q(done_at__isnull=False)),
                name="task_done_has_its_time",
            ),
            models.UniqueConstraint(fields=["created_by", "client_key"], name="task_submitted_once"),
        ]
        indexes = [
            models.Index(fields=["assignee", "due_at", "key"], name="task_assignee", condition=Q(state="open")),
            models.Index(fields=["department", "due_at", "key"], name="task_department", condition=Q(state="open")),
            models.Index(fields=["escalated_to"], name="task_escalated", condition=Q(state="open")),
            models.Index(fields=["due_at"], name="task_due", condition=Q(state="open")),
            models.Index(fields=["created_by", "-key"], name="task_creator"),
            models.Index(fields=["subject_type", "subject_id"], name="task_subject"),
            models.Index(fields=["profile", "-created_at", "-key"], name="task_profile"),
            models.Index(fields=["assignee", "-done_at"], name="task_done"),
        ]

    def __str__(self) -> str:
        return self.title

    @property
    def is_open(self) -> bool:
        """It is still to do."""
        return self.state == self.State.OPEN

    def is_late(self, now: datetime) -> bool:
        """It is open and its time has passed."""
        return self.is_open and self.due_at is not None and self.due_at <= now
