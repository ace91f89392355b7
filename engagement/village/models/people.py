"""People who work here, their departments and their roles."""

from datetime import timedelta
from typing import Any, ClassVar

from django.conf import settings
from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.contrib.auth.models import Group, PermissionsMixin
from django.db import models
from django.db.models.functions import Lower
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from engagement.keys import new_key
from engagement.sorting import by_localized_name, by_name
from engagement.village.models.rights import rights_of


class UserManager(BaseUserManager["User"]):
    """Makes people who sign in by e-mail."""

    def create_user(self, email: str, password: str | None = None, **fields: Any) -> "User":
        """Create a person; the address is kept in small letters. ``password=None``: no sign-in by password.

        Raises ValueError without an e-mail address.
        """
        if not email:
            raise ValueError("give an e-mail address")
        user = self.model(email=email.strip().lower(), **fields)
        user.set_password(password)
        user.save(using=self._db)
        return user

    def create_superuser(self, email: str, password: str | None = None, **fields: Any) -> "User":
        """Create a person with every permission (for ``manage.py createsuperuser``)."""
        return self.create_user(email, password, is_staff=True, is_superuser=True, **fields)

    def get_by_natural_key(self, username: str | None) -> "User":
        """Return the person of an e-mail address, whatever its case."""
        return self.get(email=(username or "").strip().lower())


class User(AbstractBaseUser, PermissionsMixin):
    """A person who works here; signs in by e-mail."""

    class Theme(models.TextChoices):
        SYSTEM = "system", _("as the system")
        LIGHT = "light", _("light")
        DARK = "dark", _("dark")

    class Density(models.TextChoices):
        COMFORTABLE = "comfortable", _("comfortable")
        COMPACT = "compact", _("compact")

    key = models.UUIDField(primary_key=True, default=new_key, editable=False)
    email = models.EmailField(_("e-mail"), max_length=254)
    name = models.CharField(_("name"), max_length=200)
    departments: "models.ManyToManyField[Department, Any]" = models.ManyToManyField(
        "Department", verbose_name=_("departments"), blank=True, related_name="people"
    )
    language = models.CharField(_("language"), max_length=10, default="en")
    time_zone = models.CharField(_("time zone"), max_length=64, default="America/Sao_Paulo")
    theme = models.CharField(_("appearance"), max_length=8, choices=Theme, default=Theme.SYSTEM)
    density = models.CharField(_("density"), max_length=12, choices=Density, default=Density.COMFORTABLE)
    shortcuts_enabled = models.BooleanField(_("single-key shortcuts"), default=True)
    is_active = models.BooleanField(_("may sign in"), default=True)
    is_staff = models.BooleanField(_("may open the administration"), default=False)
    date_joined = models.DateTimeField(_("joined"), default=timezone.now)
    invited_at = models.DateTimeField(_("invited"), null=True, blank=True, editable=False)

    objects: ClassVar[UserManager] = UserManager()
    EMAIL_FIELD = "email"
    USERNAME_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = ["name"]

    class Meta:
        verbose_name = _("person")
        verbose_name_plural = _("people")
        ordering = [*by_name()]
        constraints = [
            models.UniqueConstraint(fields=["email"], name="user_email_once"),
            models.CheckConstraint(condition=models.Q(email=Lower("email")), name="user_email_in_small_letters"),
        ]

    def __str__(self) -> str:
        return self.name or self.email

    class Standing(models.TextChoices):
        JOINED = "joined", _("joined")
        INVITED = "invited", _("invited")
        EXPIRED = "expired", _("invitation expired")
        CLOSED = "closed", _("closed")

    @property
    def standing(self) -> "User.Standing":
        """Where the person stands: joined once they have a password or have signed in, invited until then."""
        if not self.is_active:
            return self.Standing.CLOSED
        if self.last_login or self.has_usable_password():
            return self.Standing.JOINED
        since = self.invited_at or self.date_joined
        lasts = timedelta(seconds=settings.PASSWORD_RESET_TIMEOUT)
        return self.Standing.INVITED if timezone.now() < since + lasts else self.Standing.EXPIRED

    @property
    def initials(self) -> str:
        """One or two letters for the avatar: first and last name."""
        words = self.name.split() or [self.email]
        return (words[0][:1] + (words[-1][:1] if len(words) > 1 else "")).upper()

    @property
    def first_name(self) -> str:
        """What colleagues call the person."""
        return (self.name.split() or [self.email])[0]

    @cached_property
    def _perm_cache(self) -> set[str]:
        """Where Django's ModelBackend keeps what it read for this person: it finds it read."""
        return rights_of(self.pk, is_superuser=self.is_superuser)

    def has_perm(self, perm: str, obj: Any = None) -> bool:
        """Return whether the person may do ``perm`` (``app_label.codename``), everywhere or to one thing.

        What is granted everywhere is looked up here; every page asks a hundred times, and each of Django's backends
        would be asked in turn.
        """
        if obj is None:
            return self.is_active and (self.is_superuser or perm in self._perm_cache)
        return super().has_perm(perm, obj)

    def get_full_name(self) -> str:
        """Return the name (Django's own pages ask for it)."""
        return self.name

    def get_short_name(self) -> str:
        """Return the first name."""
        return self.first_name


class Department(models.Model):
    """A part of the front office."""

    key = models.UUIDField(primary_key=True, default=new_key, editable=False)
    slug = models.SlugField(max_length=50, unique=True)
    name = models.CharField(_("name in English"), max_length=100)
    name_pt = models.CharField(_("name in Portuguese"), max_length=100)

    class Meta:
        verbose_name = _("department")
        verbose_name_plural = _("departments")
        ordering = [*by_localized_name()]

    def __str__(self) -> str:
        return in_language(self.name, self.name_pt)


class Role(models.Model):
    """A role of the village: a Group, with its name in both languages."""

    group = models.OneToOneField(Group, on_delete=models.CASCADE, related_name="role")
    slug = models.SlugField(max_length=50, unique=True)
    name = models.CharField(_("name in English"), max_length=100)
    name_pt = models.CharField(_("name in Portuguese"), max_length=100)
    description = models.CharField(_("what it is for, in English"), max_length=300, blank=True, db_default="")
    description_pt = models.CharField(_("what it is for, in Portuguese"), max_length=300, blank=True, db_default="")
    position = models.PositiveSmallIntegerField(default=0)

    class Meta:
        verbose_name = _("role")
        verbose_name_plural = _("roles")
        ordering = ["position", "slug"]

    def __str__(self) -> str:
        return in_language(self.name, self.name_pt)


class PermissionOffer(models.Model):
    """A permission that a role was given once by the declared table; never given again by itself."""

    role = models.ForeignKey(Role, on_delete=models.CASCADE, related_name="offers")
    permission = models.CharField(max_length=200)
    offered_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["role", "permission"]
        default_permissions = ()
        constraints = [models.UniqueConstraint(fields=["role", "permission"], name="permission_offered_once")]

    def __str__(self) -> str:
        return f"{self.role_id}: {self.permission}"


def in_language(english: str, portuguese: str) -> str:
    """Return the one of two names that belongs to the active language."""
    return portuguese if (get_language() or "en").startswith("pt") else english
