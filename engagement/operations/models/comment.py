"""Comments on the blueprint, on requirements and on the plan."""

from django.conf import settings
from django.db import models
from django.db.models import Func
from django.db.models.lookups import Exact
from django.utils.translation import gettext_lazy as _

from engagement.keys import new_key
from engagement.operations.models.blueprint import Component
from engagement.operations.models.plan import Milestone, WorkItem
from engagement.operations.models.requirement import Requirement


class Comment(models.Model):
    """What somebody said about exactly one component, requirement, milestone or work item."""

    id = models.UUIDField(primary_key=True, default=new_key, editable=False)
    component = models.ForeignKey(Component, null=True, on_delete=models.PROTECT, related_name="comments")
    requirement = models.ForeignKey(Requirement, null=True, on_delete=models.PROTECT, related_name="comments")
    milestone = models.ForeignKey(Milestone, null=True, on_delete=models.PROTECT, related_name="comments")
    work_item = models.ForeignKey(WorkItem, null=True, on_delete=models.PROTECT, related_name="comments")
    author = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    text = models.TextField(_("Comment"), max_length=2000)
    created_at = models.DateTimeField()

    class Meta:
        verbose_name = _("comment")
        verbose_name_plural = _("comments")
        ordering = ["id"]
        default_permissions = ("view", "add")
        constraints = [
            models.CheckConstraint(
                condition=Exact(
                    Func(
                        "component",
                        "requirement",
                        "milestone",
                        "work_item",
                        function="num_nonnulls",
                        output_field=models.IntegerField(),
                    ),
                    1,
                ),
                name="comment_is_about_one_thing",
            )
        ]

    def __str__(self) -> str:
        return self.text[:60]
