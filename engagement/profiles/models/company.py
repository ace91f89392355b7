"""Companies, who works there, and who belongs with whom."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from engagement.keys import new_key
from engagement.profiles.models.profile import Plain, Profile


class CompanyQuerySet(models.QuerySet["Company"]):
    """Companies, as their readers ask for them."""

    def named(self, name: str) -> "CompanyQuerySet":
        """Return the one of this name, if there is one; accents, case and blanks at the ends ignored."""
        return self.annotate(plain=Plain(F("name"))).filter(plain=Plain(models.Value(" ".join(name.split()))))

    def containing(self, search: str) -> "CompanyQuerySet":
        """Return those whose name or any domain contains ``search``; accents and case ignored."""
        if not search:
            return self
        wanted = Plain(models.Value(search[:200]))
        names = Company.objects.annotate(plain=Plain(F("name"))).filter(plain__contains=wanted).values("pk")
        domains = CompanyDomain.objects.filter(domain__contains=search[:200].lower()).values("company_id")
        return self.filter(pk__in=names.union(domains))


class Company(models.Model):
    """An organisation that customers work for. ``parent`` is the one that it belongs to.

    A name is there once, accents and case ignored, so that deals and files that only know a name find their company.
    A trigger refuses a company that would stand above itself, however many change the tree at once.
    """

    key = models.UUIDField(primary_key=True, default=new_key, editable=False)
    name = models.CharField(_("name"), max_length=200)
    parent = models.ForeignKey(
        "self", null=True, blank=True, on_delete=models.PROTECT, related_name="parts", verbose_name=_("belongs to")
    )
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="companies",
        verbose_name=_("owner"),
    )
    country = models.CharField(_("country"), max_length=2, blank=True, default="", db_default="")
    created_at = models.DateTimeField(_("known since"))
    changed_at = models.DateTimeField(_("changed"))

    objects = CompanyQuerySet.as_manager()

    class Meta:
        verbose_name = _("company")
        verbose_name_plural = _("companies")
        ordering = ["name", "key"]
        constraints = [
            models.UniqueConstraint(Plain(F("name")), name="company_name_once"),
            models.CheckConstraint(condition=~Q(name=""), name="company_has_a_name"),
            models.CheckConstraint(condition=Q(parent=None) | ~Q(parent=F("key")), name="company_is_not_its_parent"),
            models.CheckConstraint(condition=Q(country__regex="^([A-Z]{2})?$"), name="company_country_is_a_code"),
        ]

    def __str__(self) -> str:
        return self.name


class CompanyDomain(models.Model):
    """A domain of a company's addresses, in small letters and A-labels (IDNA 2008); of one company only."""

    domain = models.CharField(_("domain"), max_length=253, primary_key=True)
    company = models.ForeignKey(Company, on_delete=models.CASCADE, related_name="domains")

    class Meta:
        verbose_name = _("domain")
        verbose_name_plural = _("domains")
        ordering = ["domain"]
        default_permissions = ()

    def __str__(self) -> str:
        return self.domain


class Employment(models.Model):
    """A person works, or worked, at a company. ``primary``: the one that is named beside their name."""

    key = models.UUIDField(primary_key=True, default=new_key, editable=False)
    profile = models.ForeignKey(Profile, on_delete=models.PROTECT, related_name="employments")
    company = models.ForeignKey(
        Company, on_delete=models.PROTECT, related_name="employments", verbose_name=_("company")
    )
    position = models.CharField(_("position"), max_length=200, blank=True, default="", db_default="")
    since = models.DateField(_("since"), null=True, blank=True)
    until = models.DateField(_("until"), null=True, blank=True)
    primary = models.BooleanField(_("first of several"), default=False, db_default=False)

    class Meta:
        verbose_name = _("work at a company")
        verbose_name_plural = _("work at companies")
        ordering = ["-primary", "key"]
        default_permissions = ()  # whoever may relate people
        constraints = [
            models.UniqueConstraint(
                fields=["company", "profile"], condition=Q(until=None), name="employment_open_once"
            ),
            models.UniqueConstraint(fields=["profile"], condition=Q(primary=True), name="employment_primary_once"),
            models.CheckConstraint(condition=Q(primary=False) | Q(until=None), name="employment_primary_is_open"),
            models.CheckConstraint(
                condition=Q(since=None) | Q(until=None) | Q(until__gte=F("since")), name="employment_ends_later"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.position}, {self.company}" if self.position else str(self.company)


SYMMETRICAL = ("household", "partner")


class Relation(models.Model):
    """Two people belong together: ``profile`` is ``kind`` of ``other``. A symmetrical one is kept once, the smaller
    key first, so that it cannot be written down twice the other way round.
    """

    class Kind(models.TextChoices):
        HOUSEHOLD = "household", _("lives with")
        PARTNER = "partner", _("partner of")
        PARENT = "parent", _("parent of")
        GUARDIAN = "guardian", _("speaks for")
        REFERRER = "referrer", _("brought us")

    key = models.UUIDField(primary_key=True, default=new_key, editable=False)
    profile = models.ForeignKey(Profile, on_delete=models.PROTECT, related_name="relations")
    other = models.ForeignKey(Profile, on_delete=models.PROTECT, related_name="relations_to")
    kind = models.CharField(_("kind"), max_length=12, choices=Kind)
    since = models.DateField(_("since"), null=True, blank=True)
    until = models.DateField(_("until"), null=True, blank=True)

    class Meta:
        verbose_name = _("relation")
        verbose_name_plural = _("relations")
        ordering = ["kind", "key"]
        default_permissions = ()
        constraints = [
            models.UniqueConstraint(
                fields=["profile", "other", "kind"], condition=Q(until=None), name="relation_open_once"
            ),
            models.CheckConstraint(
                condition=Q(kind__in=["household", "partner", "parent", "guardian", "referrer"]),
                name="relation_kind_known",
            ),
            models.CheckConstraint(condition=~Q(profile=F("other")), name="relation_is_between_two"),
            models.CheckConstraint(
                condition=~Q(kind__in=SYMMETRICAL) | Q(profile__lt=F("other")), name="relation_is_written_once"
            ),
            models.CheckConstraint(
                condition=Q(since=None) | Q(until=None) | Q(until__gte=F("since")), name="relation_ends_later"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.profile} {self.get_kind_display()} {self.other}"
