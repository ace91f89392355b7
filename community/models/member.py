"""Members: customers who speak in the community. They are never people who work here."""

from datetime import datetime

from django.db import models
from django.db.models import Q
from django.db.models.functions import Lower
from django.utils import timezone
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from engagement.keys import new_key
from engagement.profiles.models import Profile

HANDLE = r"^[a-z0-9](?:[a-z0-9._-]{0,28}[a-z0-9])$"
HIGHEST_LEVEL = 4


class Member(models.Model):
    """A customer's place in the community, found by their confirmed e-mail address.

    ``level`` is how far the community trusts them (0 to 4); ``actions/trust.py`` has the rules. Whoever is silenced
    reads and votes, and writes nothing. ``name_skeleton`` is what their name looks like, and ``name_refused`` the
    reason for which they have to choose another one (a code of ``community.names.REFUSALS``), or nothing.
    """

    key = models.UUIDField(primary_key=True, default=new_key, editable=False)
    profile = models.ForeignKey(Profile, on_delete=models.PROTECT, related_name="+", db_index=False)
    handle = models.CharField(_("handle"), max_length=30)
    display_name = models.CharField(_("name"), max_length=80)
    language = models.CharField(_("language"), max_length=10, default="en")
    level = models.PositiveSmallIntegerField(_("trust level"), default=0)
    levelled_at = models.DateTimeField(null=True, editable=False)
    joined_at = models.DateTimeField(_("joined"), default=timezone.now)
    last_seen_on = models.DateField(null=True, editable=False)
    days_visited = models.PositiveIntegerField(default=0, editable=False)
    silenced_until = models.DateTimeField(_("silenced until"), null=True, blank=True)
    silenced_reason = models.CharField(max_length=500, blank=True, default="")
    name_skeleton = models.CharField(max_length=200, editable=False, default="", db_default="")
    name_refused = models.CharField(max_length=10, editable=False, default="", db_default="")

    class Meta:
        verbose_name = _("member")
        verbose_name_plural = _("members")
        ordering = ["handle", "key"]
        constraints = [
            models.UniqueConstraint(fields=["profile"], name="member_once_per_profile"),
            models.UniqueConstraint(fields=["handle"], name="member_handle_once"),
            models.CheckConstraint(condition=Q(handle=Lower("handle")), name="member_handle_in_small_letters"),
            models.CheckConstraint(condition=Q(level__lte=HIGHEST_LEVEL), name="member_level_at_most_4"),
        ]
        indexes = [models.Index(fields=["name_skeleton"], name="member_name_skeleton")]

    def __str__(self) -> str:
        return self.shown_name

    @property
    def shown_name(self) -> str:
        """How others see them: neutral while their name passes for somebody else's."""
        if self.name_refused:
            return _now("Member %(number)s") % {"number": self.key.hex[-6:]}
        return self.display_name or self.handle

    def is_silenced(self, now: datetime) -> bool:
        """Say whether the member may not write at the moment."""
        return self.silenced_until is not None and self.silenced_until > now


class SignInLink(models.Model):
    """A link that was mailed to an address. The token itself is kept nowhere: only its hash."""

    key = models.UUIDField(primary_key=True, default=new_key, editable=False)
    address = models.CharField(max_length=320)
    token_hash = models.CharField(max_length=64, unique=True)
    language = models.CharField(max_length=10)
    next_path = models.CharField(max_length=500, blank=True, default="")
    created_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name = _("sign-in link")
        verbose_name_plural = _("sign-in links")
        default_permissions = ()
        indexes = [models.Index(fields=["expires_at"], name="sign_in_link_old")]

    def __str__(self) -> str:
        return str(self.key)


class MemberSession(models.Model):
    """A browser in which a member is signed in. Apart from the sessions of people who work here."""

    key = models.UUIDField(primary_key=True, default=new_key, editable=False)
    member = models.ForeignKey(Member, on_delete=models.CASCADE, related_name="sessions")
    created_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name = _("member's session")
        verbose_name_plural = _("members' sessions")
        default_permissions = ()

    def __str__(self) -> str:
        return str(self.key)
