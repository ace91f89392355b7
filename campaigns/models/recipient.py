"""A recipient: one person of one campaign, frozen at its launch, written to or not, and why."""

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from campaigns.models.campaign import Campaign
from engagement.domain_names import readable_address

SOURCE = "campaigns.recipient"  # what its transmissions call their source


class Recipient(models.Model):
    """``state``: ``waiting`` for their time; ``queued``: handed to the delivery path, whose transmissions (source_id =
    key) say what became of it; ``skipped``: not written to, ``code`` says why.

    The key is made from campaign and profile, so that freezing twice cannot make a second one. ``address`` was chosen
    at the launch by the plan; ``fallback_address`` is the e-mail for when the SMS does not arrive. ``values`` are what
    the words were filled with, written down when the message was queued.
    """

    class State(models.TextChoices):
        WAITING = "waiting", _("to send")
        QUEUED = "queued", _("handed over")
        SKIPPED = "skipped", _("not written to")

    key = models.UUIDField(primary_key=True, editable=False)
    # Without a constraint in the database: it would look the one campaign up again for each of a million people.
    campaign = models.ForeignKey(
        Campaign, on_delete=models.PROTECT, related_name="recipients", db_index=False, db_constraint=False
    )
    profile_id = models.UUIDField()
    state = models.CharField(max_length=10, choices=State)
    code = models.CharField(max_length=30, blank=True, default="")
    channel = models.CharField(max_length=30, blank=True, default="")  # the kind that was chosen
    identity_id = models.UUIDField(null=True)
    address = models.CharField(max_length=400, blank=True, default="")
    fallback_identity_id = models.UUIDField(null=True)
    fallback_address = models.CharField(max_length=400, blank=True, default="")
    locale = models.CharField(max_length=10, blank=True, default="")
    fallback_locale = models.CharField(max_length=10, blank=True, default="")
    send_at = models.DateTimeField(null=True)
    values = models.JSONField(null=True)
    fell_back_at = models.DateTimeField(null=True)
    answered_at = models.DateTimeField(null=True)
    conversation_id = models.UUIDField(null=True)
    unsubscribed_at = models.DateTimeField(null=True)
    created_at = models.DateTimeField()

    class Meta:
        verbose_name = _("recipient")
        verbose_name_plural = _("recipients")
        ordering = ["campaign", "key"]
        default_permissions = ("view",)
        constraints = [
            models.UniqueConstraint(F("profile_id"), F("campaign"), name="recipient_once"),
            models.CheckConstraint(
                condition=Q(state="skipped") ^ Q(code=""),
                name="recipient_skipped_has_a_reason",
            ),
            models.CheckConstraint(
                condition=Q(state="skipped") | ~Q(address="", channel="") & Q(send_at__isnull=False),
                name="recipient_to_send_has_an_address",
            ),
        ]
        indexes = [
            models.Index(fields=["campaign", "send_at", "key"], name="recipient_due", condition=Q(state="waiting")),
            models.Index(fields=["campaign", "state", "code", "key"], name="recipient_lists"),
            models.Index(fields=["campaign", "key"], name="recipient_answered", condition=Q(answered_at__isnull=False)),
            models.Index(
                fields=["campaign", "key"], name="recipient_fell_back", condition=Q(fell_back_at__isnull=False)
            ),
            models.Index(
                fields=["campaign", "key"], name="recipient_unsubscribed", condition=Q(unsubscribed_at__isnull=False)
            ),
        ]

    def __str__(self) -> str:
        return f"{self.campaign_id} {self.profile_id} {self.state}"

    @property
    def readable_address(self) -> str:
        """The address as people write it; ``address`` is as it was frozen, by which it is compared."""
        return readable_address(self.address)
