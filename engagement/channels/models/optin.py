"""Forms by which people sign up, what each version of them said, and who asked and has not confirmed yet."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from engagement.address_field import ReadableAddressField
from engagement.channels.models.channel import Channel
from engagement.keys import new_key
from engagement.profiles.models import Profile
from engagement.profiles.models.consent import Purpose


class SignUpForm(models.Model):
    """A public form. ``version`` is that of the words shown now. ``expired_gone`` and ``confirmed_gone`` count the
    requests that are not kept any more.
    """

    key = models.UUIDField(primary_key=True, default=new_key, editable=False)
    slug = models.SlugField(_("in the address"), max_length=60, unique=True)
    name = models.CharField(_("name"), max_length=200)
    channel = models.ForeignKey(Channel, on_delete=models.PROTECT, related_name="+", verbose_name=_("confirms from"))
    purpose = models.CharField(_("purpose"), max_length=15, choices=Purpose, default=Purpose.MARKETING)
    version = models.PositiveIntegerField(_("version"), default=1)
    is_open = models.BooleanField(_("open"), default=True)
    expired_gone = models.PositiveIntegerField(default=0, editable=False)
    confirmed_gone = models.PositiveIntegerField(default=0, editable=False)
    created_at = models.DateTimeField(_("made"), default=timezone.now)

    class Meta:
        verbose_name = _("sign-up form")
        verbose_name_plural = _("sign-up forms")
        ordering = ["name", "key"]
        default_permissions = ("view", "add", "change")

    def __str__(self) -> str:
        return self.name


class SignUpText(models.Model):
    """What one version of a form says in one language; it stays as it was shown. ``text_hash``: SHA-256 of ``text``."""

    key = models.UUIDField(primary_key=True, default=new_key, editable=False)
    form = models.ForeignKey(SignUpForm, on_delete=models.PROTECT, related_name="texts")
    version = models.PositiveIntegerField(_("version"))
    locale = models.CharField(_("language"), max_length=10, choices=settings.LANGUAGES)
    heading = models.CharField(_("heading"), max_length=200)
    text = models.TextField(_("what they agree to"), max_length=2000)
    text_hash = models.CharField(max_length=64)
    author = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+", db_index=False
    )
    created_at = models.DateTimeField(_("written"), default=timezone.now)

    class Meta:
        verbose_name = _("words of a sign-up form")
        verbose_name_plural = _("words of sign-up forms")
        ordering = ["form", "-version", "locale"]
        default_permissions = ()
        constraints = [models.UniqueConstraint(fields=["form", "version", "locale"], name="sign_up_text_once")]

    def __str__(self) -> str:
        return f"{self.form_id} {self.version} {self.locale}"


class OptIn(models.Model):
    """Somebody asked to be written to at an address; it counts once they press the button behind the mailed link.

    Only a hash of the link's token is kept. ``sent`` counts the mails.
    """

    key = models.UUIDField(primary_key=True, default=new_key, editable=False)
    text = models.ForeignKey(SignUpText, on_delete=models.PROTECT, related_name="+", db_index=False)
    form = models.ForeignKey(SignUpForm, on_delete=models.PROTECT, related_name="opt_ins")
    address = ReadableAddressField(max_length=400)
    address_hash = models.CharField(max_length=64)
    name = models.CharField(max_length=300, blank=True, default="")
    token_hash = models.CharField(max_length=64)
    source = models.CharField(_("where"), max_length=50)
    ip = models.GenericIPAddressField(null=True, blank=True)
    agent = models.CharField(max_length=200, blank=True, default="")
    requested_at = models.DateTimeField(_("asked"))
    expires_at = models.DateTimeField(_("until"))
    sent = models.PositiveSmallIntegerField(default=1)
    last_sent_at = models.DateTimeField()
    confirmed_at = models.DateTimeField(_("confirmed"), null=True, blank=True)
    profile = models.ForeignKey(
        Profile, null=True, blank=True, on_delete=models.PROTECT, related_name="+", db_index=False
    )

    class Meta:
        verbose_name = _("sign-up")
        verbose_name_plural = _("sign-ups")
        ordering = ["-key"]
        default_permissions = ()
        indexes = [
            models.Index(fields=["address_hash", "-requested_at"], name="opt_in_address"),
            models.Index(fields=["expires_at"], name="opt_in_expires"),
        ]
        constraints = [
            models.UniqueConstraint(fields=["token_hash"], name="opt_in_token_once"),
            models.CheckConstraint(condition=Q(address_hash__regex="^[0-9a-f]{64}$"), name="opt_in_keeps_a_hash"),
        ]

    def __str__(self) -> str:
        return str(self.key)
