"""A person outside our walls, and the addresses by which we know them."""

from collections.abc import Collection
from uuid import UUID

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.db.models import Func, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from engagement.address_field import ReadableAddressField
from engagement.keys import new_key


class Plain(Func):
    """Text without accents, in lower case: what the trigram indexes hold."""

    function = "profiles_plain"
    output_field = models.TextField()


class ProfileQuerySet(models.QuerySet["Profile"]):
    """Profiles, as their readers ask for them."""

    def canonical(self) -> "ProfileQuerySet":
        """Return those that were not merged into another, nor erased."""
        return self.filter(canonical=None, erased_at=None)


class Profile(models.Model):
    """One customer. Reads follow ``canonical``, which is set when two profiles turn out to be one person.

    ``attributes`` holds what is known besides, by the slugs of AttributeDefinition. ``last_heard_at`` and
    ``last_written_at``: when they last wrote to us, and when something of ours last reached them; on the canonical
    profile those of all. ``heard_itself_at`` and ``written_itself_at``: of this very profile (``merging.times``).
    """

    class Lifecycle(models.TextChoices):
        LEAD = "lead", _("lead")
        CUSTOMER = "customer", _("customer")
        ADVOCATE = "advocate", _("advocate")
        FORMER = "former", _("former customer")

    key = models.UUIDField(primary_key=True, default=new_key, editable=False)
    canonical = models.ForeignKey("self", null=True, blank=True, on_delete=models.PROTECT, related_name="merged")
    name = models.CharField(_("name"), max_length=300, blank=True)
    language = models.CharField(_("language"), max_length=10, blank=True)
    time_zone = models.CharField(_("time zone"), max_length=64, blank=True)
    country = models.CharField(_("country"), max_length=2, blank=True)
    place = models.CharField(_("place"), max_length=200, blank=True)
    # Defaults in the database too: the hot paths insert the columns that they know.
    attributes = models.JSONField(_("attributes"), default=dict, db_default={}, blank=True)
    attributes_at = models.JSONField(default=dict, db_default={}, blank=True, editable=False)  # slug: last changed
    tags = ArrayField(models.CharField(max_length=50), verbose_name=_("tags"), default=list, db_default=[], blank=True)
    lifecycle = models.CharField(
        _("relation to us"), max_length=10, choices=Lifecycle, default="", db_default="", blank=True
    )
    # Whose customer they are. Few have one, so its index holds those only.
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="customers",
        verbose_name=_("owner"),
        db_index=False,
    )
    last_heard_at = models.DateTimeField(_("last heard of"), null=True, blank=True, editable=False)
    last_written_at = models.DateTimeField(_("last written to"), null=True, blank=True, editable=False)
    heard_itself_at = models.DateTimeField(null=True, blank=True, editable=False)
    written_itself_at = models.DateTimeField(null=True, blank=True, editable=False)
    created_at = models.DateTimeField(_("known since"), default=timezone.now)
    erased_at = models.DateTimeField(_("erased"), null=True, blank=True, editable=False)  # only a shell is left

    objects = ProfileQuerySet.as_manager()

    class Meta:
        verbose_name = _("profile")
        verbose_name_plural = _("profiles")
        ordering = ["-key"]
        indexes = [
            GinIndex(fields=["tags"], name="profile_tags"),
            models.Index(fields=["owner", "-key"], name="profile_owner", condition=Q(owner__isnull=False)),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(lifecycle__in=["", "lead", "customer", "advocate", "former"]),
                name="profile_lifecycle_known",
            )
        ]
        permissions = [
            ("view_sensitive", _("Can uncover sensitive attributes; each time is recorded")),
            ("relate_profile", _("Can say whose customer a person is, where they work and who belongs with them")),
            ("merge_profile", _("Can put two profiles of one person together, and take them apart")),
        ]

    def __str__(self) -> str:
        return self.name or str(self.key)

    @property
    def initials(self) -> str:
        """One or two letters for the avatar."""
        words = [word for word in self.name.split() if word[:1].isalnum()]
        if not words:
            return "?"
        return (words[0][:1] + (words[-1][:1] if len(words) > 1 else "")).upper()


class IdentityQuerySet(models.QuerySet["Identity"]):
    """Identities, as their readers ask for them."""

    def at_home_with(self, profiles: Collection[UUID]) -> "IdentityQuerySet":
        """Return those that are of one of these very profiles, whichever they were put into."""
        return self.filter(Q(home__in=profiles) | Q(home=None, profile__in=profiles))

    def dialable(self) -> "IdentityQuerySet":
        """Return the open phone numbers that can be dialed: what reaches somebody by text, and is counted so."""
        return self.filter(kind="phone", valid_to=None, is_dialable=True)


class Identity(models.Model):
    """An address of a profile. Open (``valid_to`` empty) at most once per kind, scope and normalised address.

    ``profile`` is always the canonical one. ``home``: the profile that it was of before a merge moved it; what comes in
    from it is written for that one, so that undoing the merge takes all of it along.
    ``alias`` is what all spellings of one number or mailbox have in common (``aliases.alias_of``); of those that are
    open, one ``leads``: the others are found to be of its profile. Two rows of one alias under different persons were
    there before the alias was known, or wait for a merge. ``is_dialable``: of a phone number, whether its country's
    plan has it. ``evidence`` says how it was confirmed. ``replaces`` is the
    row that was closed because the provider gave the same person a new id.
    """

    class Kind(models.TextChoices):
        EMAIL = "email", _("e-mail")
        PHONE = "phone", _("phone")
        WHATSAPP = "whatsapp", _("WhatsApp id")
        BSUID = "bsuid", _("WhatsApp id of a business portfolio")
        TELEGRAM = "telegram", _("Telegram id")
        MESSENGER = "messenger", _("Messenger id of a page")
        INSTAGRAM = "instagram", _("Instagram id of an account")
        VISITOR = "visitor", _("site visitor")
        CRM = "crm", _("number in another system")
        HANDLE = "handle", _("handle")

    class Closed(models.TextChoices):
        REASSIGNED = "reassigned", _("belongs to somebody else now")
        GONE = "gone", _("does not exist any more")
        UNUSED = "unused", _("they do not use it any more")
        MISTAKE = "mistake", _("was never theirs")
        REPLACED = "replaced", _("has another one in its place")

    key = models.UUIDField(primary_key=True, default=new_key, editable=False)
    profile = models.ForeignKey(Profile, on_delete=models.PROTECT, related_name="identities")
    home = models.ForeignKey(
        Profile, null=True, blank=True, on_delete=models.PROTECT, related_name="+", db_index=False, editable=False
    )
    kind = models.CharField(_("kind"), max_length=20, choices=Kind)
    scope = models.CharField(_("within"), max_length=100, blank=True, default="")
    address = ReadableAddressField(_("as given"), max_length=400)
    address_norm = models.CharField(_("normalised"), max_length=400)
    alias = models.CharField(_("what its spellings share"), max_length=400, blank=True, default="", db_default="")
    leads = models.BooleanField(_("leads its spellings"), default=False, db_default=False)
    verified_at = models.DateTimeField(_("confirmed"), null=True, blank=True)
    evidence = models.JSONField(_("how it was confirmed"), default=dict, db_default={}, blank=True)
    preferred = models.BooleanField(_("preferred"), default=False)
    is_dialable = models.BooleanField(_("can be dialed"), default=True, db_default=True)
    valid_from = models.DateTimeField(_("valid from"), default=timezone.now)
    valid_to = models.DateTimeField(_("valid to"), null=True, blank=True)
    closed_reason = models.CharField(
        _("why it was closed"), max_length=12, choices=Closed, blank=True, default="", db_default=""
    )
    replaces = models.ForeignKey(
        "self", null=True, blank=True, on_delete=models.PROTECT, related_name="+", db_index=False
    )

    objects = IdentityQuerySet.as_manager()

    class Meta:
        verbose_name = _("identity")
        verbose_name_plural = _("identities")
        ordering = ["-preferred", "key"]
        indexes = [
            models.Index(fields=["home"], name="identity_home", condition=Q(home__isnull=False)),
            models.Index(fields=["replaces"], name="identity_replaces", condition=Q(replaces__isnull=False)),
            models.Index(fields=["address_norm"], condition=Q(valid_to__isnull=False), name="identity_closed"),
            models.Index(
                fields=["alias"], condition=Q(valid_to__isnull=False) & ~Q(alias=""), name="identity_closed_alias"
            ),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["kind", "scope", "address_norm"], condition=Q(valid_to=None), name="identity_open_once"
            ),
            models.UniqueConstraint(
                fields=["alias"], condition=Q(valid_to=None, leads=True), name="identity_alias_led_once"
            ),
            models.UniqueConstraint(
                fields=["profile", "kind"], condition=Q(valid_to=None, preferred=True), name="identity_preferred_once"
            ),
        ]

    def __str__(self) -> str:
        return self.address

    @property
    def home_or_profile_id(self) -> UUID:
        """The profile for which what comes in from it is written."""
        return self.home_id or self.profile_id
