"""What an item of the operating model answered, one row for each day."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from engagement.keys import new_key


class Outcome(models.TextChoices):
    """What an answer says."""

    PASS = "pass", _("passes")
    FAIL = "fail", _("fails")
    INSUFFICIENT = "insufficient", _("not enough data")
    WAIVED = "waived", _("waived")


class Answer(models.Model):
    """The last answer of a day. ``figure`` is None when there was too little to judge; ``evidence`` holds the rows
    that fail, as [what, why, url], at most 50, words as codes and values (``operations.phrases``); ``error`` says why
    nothing could be measured.
    """

    key = models.UUIDField(primary_key=True, default=new_key, editable=False)
    item = models.CharField(max_length=100)
    day = models.DateField()
    at = models.DateTimeField()
    outcome = models.CharField(max_length=12, choices=Outcome)
    figure = models.FloatField(null=True)
    threshold = models.FloatField()
    rows = models.PositiveIntegerField()
    evidence = models.JSONField(default=list)
    error = models.TextField(blank=True, default="")

    class Meta:
        verbose_name = _("answer")
        verbose_name_plural = _("answers")
        ordering = ["item", "-day"]
        constraints = [models.UniqueConstraint(fields=["item", "day"], name="item_answers_once_a_day")]
        permissions = [
            ("view_checklist", _("Can read the operating model")),
            ("waive_item", _("Can waive an item of the operating model")),
            ("set_target", _("Can change thresholds and owners of the operating model")),
        ]

    def __str__(self) -> str:
        return f"{self.item} {self.day} {self.outcome}"
