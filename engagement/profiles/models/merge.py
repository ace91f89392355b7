"""Two profiles that are one person: what was put together and how it is taken apart, and pairs to be looked at."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from engagement.keys import new_key
from engagement.profiles.models.profile import Profile


class MergeQuerySet(models.QuerySet["Merge"]):
    """Merges, as their readers ask for them."""

    def standing(self) -> "MergeQuerySet":
        """Return those that were not undone."""
        return self.filter(undone_at=None)


class Merge(models.Model):
    """``merged`` was put into ``kept``, both canonical at that time. The standing merges are a forest: each profile
    has at most one that leads away from it, and its root is the canonical profile (``Profile.canonical``).

    ``offered``: what ``merged`` knew, by name: fields of Profile, "attributes.<slug>", "consent.<channel>.<purpose>";
    ``tags``: its tags. ``chosen``: the names of which its value was preferred although both knew one. ``facts``: what
    that changed on ``kept``, as {name: [before, after]}; ``tags_added``: the tags that were new there. ``unpreferred``:
    the keys of identities that were preferred before. Undoing sets ``undone_at``.
    """

    key = models.UUIDField(primary_key=True, default=new_key, editable=False)
    kept = models.ForeignKey(Profile, on_delete=models.PROTECT, related_name="merges_into", verbose_name=_("kept"))
    merged = models.ForeignKey(
        Profile, on_delete=models.PROTECT, related_name="merges_away", verbose_name=_("put into it"), db_index=False
    )
    offered = models.JSONField(default=dict, blank=True)
    chosen = models.JSONField(default=list, blank=True)
    facts = models.JSONField(default=dict, blank=True)
    tags = models.JSONField(default=list, blank=True)
    tags_added = models.JSONField(default=list, blank=True)
    unpreferred = models.JSONField(default=list, blank=True)
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+", db_index=False
    )
    at = models.DateTimeField(_("when"))
    undone_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+", db_index=False
    )
    undone_at = models.DateTimeField(_("undone"), null=True, blank=True)

    objects = MergeQuerySet.as_manager()

    class Meta:
        verbose_name = _("merge")
        verbose_name_plural = _("merges")
        ordering = ["-key"]
        default_permissions = ("view",)
        indexes = [models.Index(fields=["merged", "-key"], name="merge_merged")]
        constraints = [
            models.UniqueConstraint(fields=["merged"], condition=Q(undone_at=None), name="merge_leads_one_way"),
            models.CheckConstraint(condition=~Q(kept=F("merged")), name="merge_of_two"),
            models.CheckConstraint(condition=Q(undone_at=None) | Q(undone_at__gte=F("at")), name="merge_undone_later"),
        ]

    def __str__(self) -> str:
        return f"{self.merged_id} → {self.kept_id}"


class MergeProposal(models.Model):
    """Two profiles that may be one person, ``low`` and ``high`` in the order of their keys; each pair once.

    ``confidence``: 1 to 100. ``reasons``: [{"code": …, and what the code needs}], in words by
    ``merging.reasons.in_words``.
    """

    class State(models.TextChoices):
        OPEN = "open", _("to be looked at")
        MERGED = "merged", _("one person")
        DIFFERENT = "different", _("not the same person")
        STALE = "stale", _("no longer alike")

    key = models.UUIDField(primary_key=True, default=new_key, editable=False)
    low = models.ForeignKey(Profile, on_delete=models.PROTECT, related_name="+", db_index=False)
    high = models.ForeignKey(Profile, on_delete=models.PROTECT, related_name="+")
    confidence = models.PositiveSmallIntegerField(_("confidence"))
    reasons = models.JSONField(_("reasons"), default=list)
    state = models.CharField(_("state"), max_length=10, choices=State, default=State.OPEN)
    at = models.DateTimeField(_("proposed"))
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+", db_index=False
    )
    decided_at = models.DateTimeField(_("decided"), null=True, blank=True)

    class Meta:
        verbose_name = _("pair that may be one person")
        verbose_name_plural = _("pairs that may be one person")
        ordering = ["-confidence", "key"]
        default_permissions = ("view",)
        indexes = [models.Index(fields=["-confidence", "key"], name="proposal_open", condition=Q(state="open"))]
        constraints = [
            models.UniqueConstraint(fields=["low", "high"], name="proposal_once"),
            models.CheckConstraint(condition=Q(low__lt=F("high")), name="proposal_pair_in_order"),
            models.CheckConstraint(condition=Q(confidence__gte=1, confidence__lte=100), name="proposal_confidence"),
            models.CheckConstraint(
                condition=Q(state__in=["open", "merged", "different", "stale"]), name="proposal_state_known"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.low_id} = {self.high_id}? {self.confidence}"


class MergeLook(models.Model):
    """How far the search for pairs has come: one row. ``upto``: every profile with a smaller key was looked at."""

    name = models.CharField(primary_key=True, max_length=20)
    upto = models.UUIDField(null=True, blank=True)
    at = models.DateTimeField()

    class Meta:
        default_permissions = ()

    def __str__(self) -> str:
        return self.name
